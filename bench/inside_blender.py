"""The part of ``bench.blender`` that runs inside Blender."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import bpy
import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "blender_addon"), str(ROOT / "tests" / "blender" / "inside")]

import addon_utils  # noqa: E402 - comes with bpy, and the add-on with the path above

FRAMES = 600
WARM_UP = 60
RUNS = 3
"""Measurements that take a frame at each turn."""
VERTICES = 10_000
_SENDER = ("127.0.0.1", 1)


def main() -> None:
    """Measure and print."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    addon_utils.enable("mocapbridge_addon", default_set=True)
    from mocapbridge_addon.receive.receiver import Ports
    from mocapbridge_addon.scene.live import LIVE

    armature = _rig()
    meshes = [_mesh(armature, shapes=True), _mesh(armature, shapes=False)]
    character = _character(armature, meshes[0])
    LIVE.start(Ports(link_port=0))
    datagrams, description = _datagrams()
    running = iter(range(len(datagrams)))
    stream = LIVE.receiver.listeners["link"].stream
    for part in description:
        stream.feed(part, _SENDER, 0)

    def put(number: int) -> None:
        """What the socket's thread does; not part of what is measured."""
        stream.feed(datagrams[next(running)], _SENDER, number)

    def own(_: int) -> None:
        LIVE.pump()

    between: list[float] = []

    def with_evaluation(_: int) -> None:
        start = time.thread_time()
        LIVE.pump()
        between.append(time.thread_time() - start)
        bpy.context.view_layer.update()

    (pumped,) = _timed(put, own)
    retargeter = LIVE.follower(character).retargeter
    newest = LIVE.receiver.inbox.newest
    (arithmetic,) = _timed(put, lambda _: retargeter.pose(newest("")))
    read, set_and_evaluate = _floor(armature, meshes)

    def remember_and_put(number: int) -> None:
        # Everything is where the frame before left it: both works then move it by one frame.
        read()
        put(number)

    evaluated, floor = _timed(remember_and_put, with_evaluation, set_and_evaluate)
    print(f"  {len(armature.data.bones)} bones, {len(retargeter.bones)} of them mapped, 52 keys")
    _print_times(
        {
            "add-on's own, whole pump": pumped,
            "the same between evaluations": between[WARM_UP:],
            "of it retargeting arithmetic": arithmetic,
            "pump and evaluation": evaluated,
            "floor: foreach_set and evaluation": floor,
        }
    )
    print(f"  evaluation included, over the floor: {np.median(evaluated) / np.median(floor):.3f}")
    LIVE.stop()


def _character(armature: bpy.types.Object, face: bpy.types.Object) -> bpy.types.PropertyGroup:
    from mocapbridge_addon.scene.bone_list import detect_rig
    from mocapbridge_addon.scene.properties import add_character

    character = add_character(bpy.context.scene.mocapbridge, armature)
    detect_rig(character)
    character.meshes.add().mesh = face
    return character


def _print_times(times_s: dict[str, list[float]]) -> None:
    for name, times in times_s.items():
        median, slow = np.percentile(times, (50, 95)) * 1e6
        print(f"  {name:34} p50 {median:7.0f} us   p95 {slow:7.0f} us")


def _timed(prepare: Callable[[int], None], *works: Callable[[int], object]) -> list[list[float]]:
    """CPU seconds of each call of each work, done in turns so that all meet the same machine."""
    times: list[list[float]] = [[] for _ in works]
    for number in range(FRAMES):
        prepare(number)
        for work, own in zip(works, times, strict=True):
            start = time.thread_time()
            work(number)
            own.append(time.thread_time() - start)
    return [own[WARM_UP:] for own in times]


def _floor(
    armature: bpy.types.Object, meshes: list[bpy.types.Object]
) -> tuple[Callable[[], None], Callable[[int], None]]:
    """The least that any add-on has to do: set the same values in bulk, let Blender evaluate.

    Returns:
        What reads the values that are there, and what sets them.
    """
    bones = armature.pose.bones
    keys = meshes[0].data.shape_keys.key_blocks
    rotations = np.zeros(4 * len(bones), dtype=np.float32)
    locations = np.zeros(3 * len(bones), dtype=np.float32)
    weights = np.zeros(len(keys), dtype=np.float32)

    def read() -> None:
        bones.foreach_get("rotation_quaternion", rotations)
        bones.foreach_get("location", locations)
        keys.foreach_get("value", weights)

    def set_and_evaluate(_: int) -> None:
        bones.foreach_set("rotation_quaternion", rotations)
        bones.foreach_set("location", locations)
        keys.foreach_set("value", weights)
        armature.update_tag()
        meshes[0].update_tag()
        bpy.context.view_layer.update()

    return read, set_and_evaluate


def _rig() -> bpy.types.Object:
    """A rig of 65 bones: the humanoid and ten that are not mapped."""
    import rigs
    from mocapbridge_addon.retarget.families import MIXAMO

    chains = rigs.chains_of(MIXAMO, "mixamorig:")
    rig = rigs.build("Bench", chains, rigs.positions(), rigs.blender_axes)
    bpy.ops.object.mode_set(mode="EDIT")
    edit_bones = rig.armature.data.edit_bones
    for number in range(65 - len(edit_bones)):
        bone = edit_bones.new(f"extra{number}")
        bone.head, bone.tail = (0.0, 0.0, 1.0 + number / 10), (0.0, 0.1, 1.0 + number / 10)
        bone.parent = edit_bones["mixamorig:Head"]
    bpy.ops.object.mode_set(mode="OBJECT")
    return rig.armature


def _mesh(armature: bpy.types.Object, *, shapes: bool) -> bpy.types.Object:
    """10,000 vertices that the armature deforms; 52 of ARKit's shapes or none."""
    from mocapbridge_addon.motion.arkit import ARKIT_NAMES

    side = int(math.sqrt(VERTICES))
    data = bpy.data.meshes.new("bench")
    vertices = [(x / side - 0.5, 0.0, 1.7 * y / side) for y in range(side) for x in range(side)]
    faces = [
        (y * side + x, y * side + x + 1, (y + 1) * side + x + 1, (y + 1) * side + x)
        for y in range(side - 1)
        for x in range(side - 1)
    ]
    data.from_pydata(vertices, [], faces)
    mesh = bpy.data.objects.new("bench", data)
    bpy.context.scene.collection.objects.link(mesh)
    if shapes:
        for name in ("Basis", *ARKIT_NAMES):
            mesh.shape_key_add(name=name)
        return mesh
    bones = [bone.name for bone in armature.data.bones]
    for number, bone in enumerate(bones):
        own = range(number, len(vertices), len(bones))
        mesh.vertex_groups.new(name=bone).add(list(own), 1.0, "REPLACE")
    mesh.modifiers.new("Armature", "ARMATURE").object = armature
    return mesh


def _datagrams() -> tuple[list[bytes], list[bytes]]:
    """Frames of a performer who moves everything, and the description of the stream."""
    from mocapbridge_addon.motion.arkit import ARKIT_NAMES
    from mocapbridge_addon.receive.rest_proportions import DEFAULT_OFFSETS_M, NAMES, PARENTS
    from mocapbridge_addon.wire import link

    joints = tuple(map(link.Joint, NAMES, PARENTS, DEFAULT_OFFSETS_M))
    body = link.encode_static(link.Static((30, 1), True, joints, ARKIT_NAMES))
    header = link.Header(1, 0, "bench")
    description = [link.encode(header, part) for part in link.split_static(body)]
    frames: list[bytes] = []
    for number in range(FRAMES * RUNS):
        planted = number // 30 % 2 == 0
        weights = [0.5 + 0.5 * math.sin(number / 5 + shape) for shape in range(len(ARKIT_NAMES))]
        frame = link.Frame(
            static_hash=link.static_hash(body),
            frame_id=number,
            capture_time_ns=number * 33_333_333,
            unix_time_ns=0,
            timecode=None,
            states=link.PartStates(*(link.State.TRACKED,) * 4),
            pose_confidence=1.0,
            face_confidence=1.0,
            root_position_in_world_m=(0.0, 0.93, 0.0),
            head_rotation_wxyz=(1.0, 0.0, 0.0, 0.0),
            head_position_in_world_m=(0.0, 1.5, 0.0),
            gaze_rad=(0.0, 0.0, 0.0, 0.0),
            rotations_wxyz=[_turn(number, joint) for joint in range(len(NAMES))],
            joint_states=[3] * len(NAMES),
            joint_confidences=[1.0] * len(NAMES),
            blendshapes=weights,
            gestures=("", ""),
            feet_planted=(planted, not planted),
        )
        frames.append(link.encode(header, frame))
    return frames, description


def _turn(number: int, joint: int) -> tuple[float, float, float, float]:
    half = 0.15 * math.sin(number / 7 + joint)
    sine = math.sin(half)
    return (math.cos(half), math.sin(joint) * sine, math.cos(joint) * sine, 0.0)


main()
sys.stdout.flush()
os._exit(0)
