# SPDX-License-Identifier: GPL-3.0-or-later
"""A skeleton for those who have no rig yet: the performer's own bones in their T-pose.

Its bones carry the VRM 1.0 joints' names, are free of roll and stand where the performer's joints
are, so what it shows is exactly what was solved. A body of boxes can be put around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import bpy
from mathutils import Matrix
from mathutils import Vector as BlenderVector

from ..motion.frame import Skeleton
from ..motion.joints import FINGERS, SIDES
from ..motion.quaternion import Vector
from ..receive.rest_proportions import DEFAULT_OFFSETS_M, NAMES, PARENTS
from ..retarget.detection import PLAIN
from ..retarget.mapping import Mapping
from .bone_list import set_mapping
from .properties import Character, add_character

NAME: Final = "Mocap Skeleton"
_POINTS_AT: Final = {"hips": "spine", "upperChest": "neck"} | {
    side + "Hand": side + "MiddleProximal" for side in SIDES
}
"""Where the bones of joints with several children point."""
_LEAF_M: Final = 0.03
_HEAD_M: Final = 0.18
_FLAT: Final = (
    ("hips", 0.16, 0.11), ("spine", 0.13, 0.09), ("chest", 0.14, 0.1), ("upperChest", 0.15, 0.1),
    ("neck", 0.05, 0.05), ("head", 0.08, 0.1), ("Hand", 0.04, 0.015), ("Foot", 0.04, 0.03),
    ("UpperLeg", 0.075, 0.075), ("LowerLeg", 0.055, 0.055), ("UpperArm", 0.045, 0.045),
    ("LowerArm", 0.038, 0.038), ("Toes", 0.035, 0.02), ("Shoulder", 0.04, 0.04),
)  # fmt: skip
"""Half width and half depth of the body's boxes [m]; fingers are thinner."""
_FINGER_M: Final = 0.009
_NO_BOX: Final = ("Eye", "jaw")


def default_skeleton() -> Skeleton:
    """The skeleton of a performer who has not been seen yet."""
    return Skeleton(NAMES, PARENTS, DEFAULT_OFFSETS_M)


def make_skeleton(context: bpy.types.Context, skeleton: Skeleton, *, with_boxes: bool) -> Character:
    """A new armature in the scene that follows whoever is heard first."""
    armature = _armature(context, skeleton)
    if with_boxes:
        _boxes(context, armature, skeleton)
    armature.data.display_type = "STICK"
    armature.show_in_front = not with_boxes
    character = add_character(context.scene.mocapbridge, armature)
    names = {name: (name,) for name in skeleton.names}
    set_mapping(character, Mapping(NAME, names), PLAIN)
    character.score = 1.0
    return character


def _armature(context: bpy.types.Context, skeleton: Skeleton) -> bpy.types.Object:
    data = bpy.data.armatures.new(NAME)
    armature = bpy.data.objects.new(NAME, data)
    context.scene.collection.objects.link(armature)
    if context.object is not None and context.object.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    positions = [_in_blender(position) for position in skeleton.rest_positions_m()]
    for index, name in enumerate(skeleton.names):
        bone = data.edit_bones.new(name)
        bone.head = positions[index]
        bone.tail = _tail(skeleton, positions, index)
        parent = skeleton.parents[index]
        if parent is not None:
            bone.parent = data.edit_bones[skeleton.names[parent]]
    bpy.ops.object.mode_set(mode="OBJECT")
    return armature


def _tail(skeleton: Skeleton, positions: Sequence[BlenderVector], index: int) -> BlenderVector:
    """Where a bone points: at its child, or on from its parent."""
    name, head = skeleton.names[index], positions[index]
    towards = _POINTS_AT.get(name)
    children = [child for child, parent in enumerate(skeleton.parents) if parent == index]
    if towards in skeleton.names:
        return positions[skeleton.names.index(towards)]
    if len(children) == 1 and (positions[children[0]] - head).length > _LEAF_M / 10:
        return positions[children[0]]
    if name == "head":
        return head + BlenderVector((0.0, 0.0, _HEAD_M))
    if name.endswith(("Eye", "Toes", "jaw")):
        return head + BlenderVector((0.0, -2.0 * _LEAF_M, 0.0))
    parent = skeleton.parents[index]
    way = head - positions[parent] if parent is not None else BlenderVector((0.0, 0.0, 1.0))
    return head + (way.normalized() or BlenderVector((0.0, 0.0, 1.0))) * _LEAF_M


def _boxes(context: bpy.types.Context, armature: bpy.types.Object, skeleton: Skeleton) -> None:
    """One mesh of a box per bone, each moved by its bone alone."""
    vertices: list[BlenderVector] = []
    faces: list[tuple[int, ...]] = []
    groups: dict[str, range] = {}
    for name in skeleton.names:
        if name.endswith(_NO_BOX):
            continue
        start = len(vertices)
        vertices += _box(armature.data.bones[name])
        groups[name] = range(start, start + len(_CORNERS))
        faces += [tuple(start + corner for corner in face) for face in _FACES]
    data = bpy.data.meshes.new(NAME + " Body")
    data.from_pydata(vertices, [], faces)
    mesh = bpy.data.objects.new(NAME + " Body", data)
    context.scene.collection.objects.link(mesh)
    mesh.parent = armature
    for name, own in groups.items():
        mesh.vertex_groups.new(name=name).add(list(own), 1.0, "REPLACE")
    mesh.modifiers.new("Armature", "ARMATURE").object = armature


_CORNERS: Final = tuple((x, y, z) for z in (-1.0, 1.0) for y in (0.04, 0.96) for x in (-1.0, 1.0))
"""Of a box around a bone: width, share of the bone's length, depth."""
_FACES: Final = (
    (0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3),
)  # fmt: skip


def _box(bone: bpy.types.Bone) -> list[BlenderVector]:
    """The corners of a bone's box at rest, in the armature."""
    width, depth = _size(bone.name)
    place: Matrix = bone.matrix_local
    # The wide side lies across the body, whatever way the bone's own axes are turned.
    across = place.to_3x3().transposed() @ BlenderVector((1.0, 0.0, 0.0))
    if abs(across.x) < abs(across.z):
        width, depth = depth, width
    return [place @ BlenderVector((x * width, y * bone.length, z * depth)) for x, y, z in _CORNERS]


def _size(name: str) -> tuple[float, float]:
    if any(finger in name for finger in FINGERS):
        return _FINGER_M, _FINGER_M
    return next(
        ((width, depth) for part, width, depth in _FLAT if name.endswith(part)),
        (_FINGER_M, _FINGER_M),
    )


def _in_blender(position_m: Vector) -> BlenderVector:
    """A point of the performer's world in Blender's: Z up, looking along -Y."""
    x, y, z = position_m
    return BlenderVector((x, -z, y))
