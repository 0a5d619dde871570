"""Shape keys of several meshes, drivers, properties, eye and jaw bones; the mocap skeleton."""

from __future__ import annotations

import math

import session


def check() -> None:
    session.fresh()
    meshes_of_any_spelling()
    keys_with_drivers_and_properties()
    eyes_jaw_and_head()
    mocap_skeleton()
    captured_t_pose()


def motion(weights: dict[str, float], turns: dict[str, tuple[float, ...]] | None = None) -> object:
    from mocapbridge_addon.motion.arkit import ARKIT_NAMES
    from mocapbridge_addon.motion.frame import Motion, Skeleton
    from mocapbridge_addon.receive.rest_proportions import DEFAULT_OFFSETS_M, NAMES, PARENTS

    skeleton = Skeleton(NAMES, PARENTS, DEFAULT_OFFSETS_M, blendshape_names=ARKIT_NAMES)
    rotations = [(turns or {}).get(name, (1.0, 0.0, 0.0, 0.0)) for name in NAMES]
    return Motion(
        subject="Ann",
        skeleton=skeleton,
        frame_id=1,
        capture_time_ns=0,
        root_position_m=DEFAULT_OFFSETS_M[0],
        rotations_wxyz=rotations,
        blendshapes=[weights.get(name, 0.0) for name in ARKIT_NAMES],
    )


def mesh_with(*keys: str) -> object:
    import bpy

    data = bpy.data.meshes.new("mesh")
    data.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    mesh = bpy.data.objects.new("mesh", data)
    bpy.context.scene.collection.objects.link(mesh)
    for key in ("Basis", *keys):
        mesh.shape_key_add(name=key)
    return mesh


def value(mesh: object, key: str) -> float:
    return round(mesh.data.shape_keys.key_blocks[key].value, 4)


def new_character(armature: object = None) -> object:
    import bpy
    from mocapbridge_addon.scene.properties import add_character

    return add_character(bpy.context.scene.mocapbridge, armature)


def meshes_of_any_spelling() -> None:
    """Each mesh by its own spelling; keys that are not ours stay as they are."""
    import bpy
    from mocapbridge_addon.scene.follower import Follower

    head = mesh_with("jawOpen", "eyeBlink_L", "eyeBlink.R", "Freckles")
    teeth = mesh_with("JawOpen")
    vroid = mesh_with("Fcl_MTH_A", "Fcl_EYE_Close")
    tongue = mesh_with("Face.TongueOut")
    head.data.shape_keys.key_blocks["Freckles"].value = 0.7
    character = new_character()
    for mesh in (head, teeth, vroid, tongue):
        character.meshes.add().mesh = mesh
    sent = {"jawOpen": 0.5, "eyeBlinkLeft": 0.25, "eyeBlinkRight": 1.0, "tongueOut": 0.75}
    Follower().advance(character, [motion(sent)])
    assert [value(head, key) for key in ("jawOpen", "eyeBlink_L", "eyeBlink.R", "Freckles")] == [
        0.5, 0.25, 1.0, 0.7,
    ]  # fmt: skip
    assert value(teeth, "JawOpen") == 0.5
    assert value(vroid, "Fcl_MTH_A") == 0.5
    assert value(vroid, "Fcl_EYE_Close") == 0.625
    assert value(tongue, "Face.TongueOut") == 0.75
    character.face_gain = 2.0
    Follower().advance(character, [motion(sent)])
    assert value(teeth, "JawOpen") == 1.0
    bpy.context.view_layer.update()
    seen = teeth.evaluated_get(bpy.context.evaluated_depsgraph_get())
    assert seen.data.shape_keys is None or value(teeth, "JawOpen") == 1.0


def keys_with_drivers_and_properties() -> None:
    """A driven key is its driver's; properties can be what drivers read."""
    import bpy
    from mocapbridge_addon.scene.follower import Follower

    armature = bpy.data.objects.new("rig", bpy.data.armatures.new("rig"))
    bpy.context.scene.collection.objects.link(armature)
    mesh = mesh_with("jawOpen", "tongueOut")
    driver = mesh.data.shape_keys.key_blocks["jawOpen"].driver_add("value").driver
    driver.type = "SUM"
    variable = driver.variables.new()
    variable.targets[0].id = armature
    variable.targets[0].data_path = '["jawOpen"]'
    armature["jawOpen"] = 0.0
    character = new_character(armature)
    character.meshes.add().mesh = mesh
    follower = Follower()
    follower.advance(character, [motion({"jawOpen": 0.5, "tongueOut": 0.5})])
    bpy.context.view_layer.update()
    assert value(mesh, "tongueOut") == 0.5
    assert value(mesh, "jawOpen") == 0.0, "a driven key was overwritten"
    character.face_output = "PROPERTIES"
    follower.advance(character, [motion({"jawOpen": 0.75})])
    bpy.context.view_layer.update()
    assert armature["jawOpen"] == 0.75
    assert value(mesh, "jawOpen") == 0.75, "the driver did not see the property"


def eyes_jaw_and_head() -> None:
    import bpy
    import rigs
    from mathutils import Vector
    from mocapbridge_addon.motion.quaternion import about
    from mocapbridge_addon.retarget.families import VRM
    from mocapbridge_addon.scene.bone_list import detect_rig
    from mocapbridge_addon.scene.follower import Follower

    armature = rigs.build("Face", rigs.chains_of(VRM), rigs.positions(), rigs.blender_axes).armature
    character = new_character(armature)
    assert detect_rig(character).key == "VRM"
    half_turn = math.pi / 2.0
    turns = {"leftEye": about((0.0, 1.0, 0.0), 0.3), "head": about((0.0, 1.0, 0.0), half_turn)}
    Follower().advance(character, [motion({"jawOpen": 1.0}, turns)])
    bpy.context.view_layer.update()
    bones = armature.pose.bones

    def forward(bone: str) -> Vector:
        """Where what pointed forward (-Y) at rest points now."""
        rest = armature.data.bones[bone].matrix_local.to_3x3()
        return bones[bone].matrix.to_3x3() @ rest.transposed() @ Vector((0.0, -1.0, 0.0))

    assert forward("head").x > 0.999, "the head did not turn to the performer's left"
    assert forward("eye.L").y > 0.25, "the eye did not turn further left than the head"
    assert abs(forward("eye.R").y) < 1e-5
    assert forward("jaw").z < -0.2, "the jaw did not open downwards"


def mocap_skeleton() -> None:
    """What it shows is what was solved, boxes and all."""
    import bpy
    from mathutils import Vector
    from mocapbridge_addon.motion.quaternion import about
    from mocapbridge_addon.scene.follower import Follower

    for with_boxes in (False, True):
        assert bpy.ops.mocapbridge.add_skeleton(with_boxes=with_boxes) == {"FINISHED"}
        character = bpy.context.scene.mocapbridge.characters[-1]
        armature = character.armature
        assert len(armature.data.bones) == 55
        turns = {"leftUpperArm": about((0.0, 0.0, 1.0), math.pi / 2.0)}
        Follower().advance(character, [motion({}, turns)])
        bpy.context.view_layer.update()
        bones = armature.pose.bones
        arm = bones["leftHand"].head - bones["leftUpperArm"].head
        assert (arm.normalized() - Vector((0.0, 0.0, 1.0))).length < 1e-5, arm
        if with_boxes:
            (body,) = [child for child in armature.children if child.type == "MESH"]
            seen = body.evaluated_get(bpy.context.evaluated_depsgraph_get())
            highest = max(vertex.co.z for vertex in seen.data.vertices)
            hand = body.vertex_groups["leftMiddleDistal"].index
            raised = [v.co.z for v in seen.data.vertices if v.groups[0].group == hand]
            assert max(raised) > 1.8, raised
            assert highest < 2.2


def captured_t_pose() -> None:
    """A pose that the user calls the T-pose is where the performer's T-pose goes."""
    import bpy
    import rigs
    from mathutils import Quaternion, Vector
    from mocapbridge_addon.retarget.families import MIXAMO
    from mocapbridge_addon.scene.bone_list import detect_rig
    from mocapbridge_addon.scene.follower import Follower

    where = rigs.positions(arm_down_deg=60.0)
    rig = rigs.build("Posed", rigs.chains_of(MIXAMO), where, rigs.blender_axes, roll_seed=3)
    character = new_character(rig.armature)
    detect_rig(character)
    bones = rig.armature.pose.bones
    arm = bones["LeftArm"]
    rest = arm.bone.matrix_local.to_quaternion()
    lift = Quaternion((0.0, -1.0, 0.0), math.radians(60.0))
    arm.rotation_quaternion = rest.inverted() @ lift @ rest
    bpy.context.view_layer.update()
    assert bpy.ops.mocapbridge.capture_t_pose() == {"FINISHED"}
    arm.rotation_quaternion = (1.0, 0.0, 0.0, 0.0)
    Follower().advance(character, [motion({})])
    bpy.context.view_layer.update()
    way = (bones["LeftHand"].head - arm.head).normalized()
    assert (way - Vector((1.0, 0.0, 0.0))).length < 1e-3, way


session.run(check)
