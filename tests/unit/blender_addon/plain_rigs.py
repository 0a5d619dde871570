"""Rigs and Blender's own way of posing them, without Blender."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from mocapbridge_addon.motion.frame import Motion, Skeleton
from mocapbridge_addon.motion.quaternion import (
    Quaternion,
    Vector,
    about,
    add,
    between,
    conjugate,
    multiply,
    normalised,
    rotate,
    subtract,
)
from mocapbridge_addon.receive.rest_proportions import DEFAULT_OFFSETS_M, NAMES, PARENTS
from mocapbridge_addon.retarget.retargeter import Pose, Retargeter
from mocapbridge_addon.retarget.rig import Rig, RigBone

SKELETON = Skeleton(NAMES, PARENTS, DEFAULT_OFFSETS_M, blendshape_names=("jawOpen",))
REST_M = dict(zip(NAMES, SKELETON.rest_positions_m(), strict=True))


def in_blender(v: Vector) -> Vector:
    """The performer's axes as Blender's: Z up, looking along -Y."""
    return (v[0], -v[2], v[1])


def rig_of(chains: Mapping[str, Sequence[str]], *, seed: int = 1) -> Rig:
    """A rig in the T-pose with randomly rolled bones; a joint's bones are spread along it."""
    generator = random.Random(seed)
    bones: dict[str, RigBone] = {}
    last: dict[str, str] = {}
    for joint, parent in zip(NAMES, PARENTS, strict=True):
        above = parent
        while above is not None and NAMES[above] not in last:
            above = PARENTS[above]
        hangs_on = last[NAMES[above]] if above is not None else None
        start = in_blender(REST_M[joint])
        names = chains.get(joint, ())
        for number, name in enumerate(names):
            head = add(start, (0.0, 0.0, 0.02 * number))
            tail = add(head, (0.0, 0.0, 0.02))
            turn = multiply(
                between((0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
                about((0.0, 1.0, 0.0), generator.uniform(-3.0, 3.0)),
            )
            bones[name] = RigBone(name, hangs_on, head, tail, turn)
            hangs_on = last[joint] = name
    return Rig(bones)


def motion(seed: int, **changes: object) -> Motion:
    """A frame of somebody who moves everything at random."""
    generator = random.Random(seed)

    def turn() -> Quaternion:
        w, x, y, z = (generator.gauss(0.0, 0.4) for _ in range(4))
        return normalised((1.0 + abs(w), x, y, z))

    fields: dict[str, object] = {
        "subject": "Ann",
        "skeleton": SKELETON,
        "frame_id": seed,
        "capture_time_ns": seed * 33_333_333,
        "root_position_m": (0.3, 0.8, -0.5),
        "rotations_wxyz": [turn() for _ in NAMES],
        "blendshapes": (0.0,),
    }
    return Motion(**(fields | changes))  # pyright: ignore[reportArgumentType]


def posed(rig: Rig, retargeter: Retargeter, pose: Pose) -> dict[str, tuple[Vector, Quaternion]]:
    """Head and armature_from_bone of every bone, as Blender makes them from a pose.

    pose = parent's pose * (rest in the parent) * location * turn (Blender manual, "Bone
    Structure"; source: BKE_armature_where_is_pose_bone).
    """
    turns = dict(zip(retargeter.bones, pose.rotations_wxyz, strict=True))
    places = dict(zip(retargeter.located, pose.locations, strict=True))
    found: dict[str, tuple[Vector, Quaternion]] = {}
    for name, bone in rig.bones.items():
        turn = turns.get(name, (1.0, 0.0, 0.0, 0.0))
        location = places.get(name, (0.0, 0.0, 0.0))
        if bone.parent is None:
            head, above = bone.head, bone.rotation_wxyz
        else:
            parent = rig.bones[bone.parent]
            parent_head, parent_turn = found[bone.parent]
            moved = multiply(parent_turn, conjugate(parent.rotation_wxyz))
            head = add(parent_head, rotate(moved, subtract(bone.head, parent.head)))
            above = multiply(moved, bone.rotation_wxyz)
        found[name] = add(head, rotate(above, location)), multiply(above, turn)
    return found


def in_world(motion: Motion) -> dict[str, tuple[Vector, Quaternion]]:
    """Position and rotation of every joint of the performer."""
    places: list[Vector] = []
    turns: list[Quaternion] = []
    for index, parent in enumerate(motion.skeleton.parents):
        turn = motion.rotations_wxyz[index]
        if parent is None:
            places.append(motion.root_position_m)
            turns.append(turn)
        else:
            offset = motion.skeleton.offsets_m[index]
            places.append(add(places[parent], rotate(turns[parent], offset)))
            turns.append(multiply(turns[parent], turn))
    return {
        name: (place, turn)
        for name, place, turn in zip(motion.skeleton.names, places, turns, strict=True)
    }
