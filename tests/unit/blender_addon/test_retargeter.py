"""Motion on rigs with more and fewer bones than the performer, judged by forward kinematics."""

from __future__ import annotations

import math

import pytest
from mocapbridge_addon.motion.quaternion import (
    IDENTITY,
    Quaternion,
    conjugate,
    length,
    multiply,
    subtract,
)
from mocapbridge_addon.receive.rest_proportions import NAMES
from mocapbridge_addon.retarget.mapping import Mapping
from mocapbridge_addon.retarget.options import Options, Travel
from mocapbridge_addon.retarget.retargeter import NothingMapped, Retargeter
from mocapbridge_addon.retarget.rig import Rig

from tests.unit.blender_addon.plain_rigs import (
    REST_M,
    SKELETON,
    in_blender,
    in_world,
    motion,
    posed,
    rig_of,
)

EVERY_JOINT = {name: (name,) for name in NAMES}
SPINE = ("spine", "chest", "upperChest")


def degrees_between(a: Quaternion, b: Quaternion) -> float:
    w, x, y, z = multiply(conjugate(a), b)
    return math.degrees(2.0 * math.atan2(math.hypot(x, y, z), abs(w)))


def turned_from_rest(rig: Rig, bone: str, now: Quaternion) -> Quaternion:
    """The bone's turn in the armature, back in the performer's axes."""
    w, x, y, z = multiply(now, conjugate(rig.bones[bone].rotation_wxyz))
    return (w, x, z, -y)


def assert_follow(
    chains: dict[str, tuple[str, ...]], pairs: dict[str, str], options: Options | None = None
) -> None:
    """Each bone turned in the world as its joint did."""
    rig = rig_of(chains)
    retargeter = Retargeter(rig, Mapping("test", chains), SKELETON, options)
    for seed in range(5):
        frame = motion(seed)
        now = posed(rig, retargeter, retargeter.pose(frame))
        wanted = in_world(frame)
        for bone, joint in pairs.items():
            turn = turned_from_rest(rig, bone, now[bone][1])
            assert degrees_between(turn, wanted[joint][1]) < 1e-4, (bone, joint)


def test_every_bone_turns_as_its_joint_whatever_its_roll() -> None:
    assert_follow(EVERY_JOINT, {name: name for name in NAMES})


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6])
def test_a_spine_of_any_number_of_bones_ends_where_the_performers_does(count: int) -> None:
    bones = [f"back{number}" for number in range(count)]
    spread = {"spine": tuple(bones[:-1]), "upperChest": (bones[-1],)}
    chains = {**EVERY_JOINT, "chest": (), **spread}
    others = {name: name for name in NAMES if name not in SPINE}
    assert_follow(chains, {**others, bones[-1]: "upperChest"})


def test_the_middle_of_a_longer_spine_is_between_its_ends() -> None:
    chains = {**EVERY_JOINT, "spine": ("a", "b"), "chest": (), "upperChest": ("c", "d")}
    rig = rig_of(chains)
    retargeter = Retargeter(rig, Mapping("test", chains), SKELETON)
    bent = [IDENTITY] * len(NAMES)
    for joint in SPINE:
        bent[NAMES.index(joint)] = (math.cos(0.2), math.sin(0.2), 0.0, 0.0)
    now = posed(rig, retargeter, retargeter.pose(motion(0, rotations_wxyz=bent)))
    turns = [turned_from_rest(rig, bone, now[bone][1]) for bone in "abcd"]
    angles = [degrees_between(IDENTITY, turn) for turn in turns]
    whole = math.degrees(1.2)
    assert angles == pytest.approx([whole / 4, whole / 2, whole * 3 / 4, whole], abs=1e-3)


@pytest.mark.parametrize(
    "missing",
    [("leftShoulder", "rightShoulder"), ("neck",), ("upperChest", "chest"), ("leftToes",)],
)
def test_what_a_missing_bone_would_turn_goes_to_the_next(missing: tuple[str, ...]) -> None:
    chains = {joint: bones for joint, bones in EVERY_JOINT.items() if joint not in missing}
    kept = {name: name for name in chains if name not in SPINE}
    assert_follow(chains, kept)


def test_bones_that_the_rig_lacks_are_passed_over() -> None:
    rig = rig_of({joint: bones for joint, bones in EVERY_JOINT.items() if joint != "leftHand"})
    retargeter = Retargeter(rig, Mapping("test", EVERY_JOINT), SKELETON)
    assert set(retargeter.bones) == set(rig.bones)


def test_a_rig_without_any_of_the_bones_is_refused() -> None:
    with pytest.raises(NothingMapped, match="bone list"):
        Retargeter(rig_of({"hips": ("root",)}), Mapping("test", EVERY_JOINT), SKELETON)


def test_the_rig_goes_where_the_performer_goes() -> None:
    rig = rig_of(EVERY_JOINT)
    retargeter = Retargeter(rig, Mapping("test", EVERY_JOINT), SKELETON)
    frame = motion(3)
    now = posed(rig, retargeter, retargeter.pose(frame))
    for joint, (place, _) in in_world(frame).items():
        assert length(subtract(now[joint][0], in_blender(place))) < 1e-6, joint


@pytest.mark.parametrize(
    ("options", "wanted_m"),
    [
        (Options(travel=Travel.IN_PLACE), (0.0, 0.1, 0.0)),
        (Options(travel=Travel.NONE), (0.0, 0.0, 0.0)),
        (Options(floor_offset_m=0.25), (0.4, 0.35, 0.2)),
        (Options(origin_m=(1.0, 0.0, 0.0)), (-0.6, 0.1, 0.2)),
    ],
)
def test_travel_is_as_chosen(options: Options, wanted_m: tuple[float, float, float]) -> None:
    rig = rig_of(EVERY_JOINT)
    retargeter = Retargeter(rig, Mapping("test", EVERY_JOINT), SKELETON, options)
    x, y, z = REST_M["hips"]
    upright = motion(
        0, rotations_wxyz=[IDENTITY] * len(NAMES), root_position_m=(x + 0.4, y + 0.1, z + 0.2)
    )
    now = posed(rig, retargeter, retargeter.pose(upright))
    moved = subtract(now["hips"][0], rig.bones["hips"].head)
    assert moved == pytest.approx(in_blender(wanted_m), abs=1e-9)


def test_the_jaw_opens_downwards_by_its_blendshape() -> None:
    rig = rig_of(EVERY_JOINT)
    retargeter = Retargeter(rig, Mapping("test", EVERY_JOINT), SKELETON)
    still = [IDENTITY] * len(NAMES)
    closed, opened = (
        posed(
            rig,
            retargeter,
            retargeter.pose(motion(0, rotations_wxyz=still, blendshapes=(weight,))),
        )["jaw"][1]
        for weight in (0.0, 1.0)
    )
    assert 15.0 < degrees_between(closed, opened) < 25.0
    w, x, y, z = turned_from_rest(rig, "jaw", opened)
    # How high the chin, which pointed forward, points now.
    turned_chin_y = 2.0 * (y * z - w * x)
    assert turned_chin_y < -0.2
