"""Rigs are known by their bones' names."""

from __future__ import annotations

import pytest
from mocapbridge_addon.retarget.detection import PLAIN, detect
from mocapbridge_addon.retarget.families import FAMILIES
from mocapbridge_addon.retarget.plain_names import joint_of

from tests.unit.blender_addon.plain_rigs import rig_of

BY_KEY = {family.key: family for family in FAMILIES}


def chains(key: str, prefix: str = "") -> dict[str, tuple[str, ...]]:
    return {
        joint: tuple(prefix + name.split("|")[0] for name in names)
        for joint, names in BY_KEY[key].joints().items()
    }


@pytest.mark.parametrize("key", sorted(BY_KEY))
def test_each_family_is_told_from_the_others(key: str) -> None:
    own = chains(key)
    guesses = detect(rig_of(own))
    assert guesses[0].key == key
    assert guesses[0].score > 0.9
    assert guesses[0].mapping.joints == {joint: bones for joint, bones in own.items() if bones}


def test_a_namespace_and_another_case_do_not_matter() -> None:
    guess = detect(rig_of(chains("MIXAMO", "mixamorig9:")))[0]
    assert guess.key == "MIXAMO"
    assert guess.mapping.joints["leftUpperArm"] == ("mixamorig9:LeftArm",)


def test_unreals_older_mannequin_lacks_bones_and_is_known_all_the_same() -> None:
    old = chains("UNREAL") | {"chest": ("spine_03",), "upperChest": (), "neck": ("neck_01",)}
    guess = detect(rig_of({**old, "jaw": (), "leftEye": (), "rightEye": ()}))[0]
    assert guess.key == "UNREAL"
    assert guess.mapping.joints["spine"] == ("spine_01", "spine_02")
    assert "upperChest" not in guess.mapping.joints


def test_part_of_a_rig_fits_less() -> None:
    whole = chains("MIXAMO")
    legless = {joint: bones for joint, bones in whole.items() if "Leg" not in joint}
    scores = [detect(rig_of(names))[0].score for names in (whole, legless)]
    assert scores[0] > scores[1] + 0.15


def test_a_table_of_fish_is_no_rig() -> None:
    assert detect(rig_of({"hips": ("fin", "gill"), "spine": ("tail",)})) == []


@pytest.mark.parametrize(
    ("bone", "joint"),
    [
        ("LeftUpperArm", "leftUpperArm"),
        ("upper_arm_L", "leftUpperArm"),
        ("Arm.Lower.Right", "rightLowerArm"),
        ("rightUpperLeg", "rightUpperLeg"),
        ("Thigh.L", "leftUpperLeg"),
        ("calf_r", "rightLowerLeg"),
        ("DEF-hand.L", "leftHand"),
        ("Bip01 Head", "head"),
        ("leftIndexProximal", "leftIndexProximal"),
        ("pinky_02_r", "rightLittleIntermediate"),
        ("LeftHandThumb1", "leftThumbMetacarpal"),
        ("Upper Chest", "upperChest"),
        ("Spine2", "upperChest"),
        ("tail", None),
        ("hair_L", None),
        ("upperarm_twist_01_l", None),
    ],
)
def test_plain_names_are_read(bone: str, joint: str | None) -> None:
    assert joint_of(bone) == joint


def test_a_rig_of_plain_names_is_mapped() -> None:
    plain = {
        "hips": ("Hips",), "spine": ("Spine",), "chest": ("Chest",), "neck": ("Neck",),
        "head": ("Head",), **{
            side + part: (f"{part}.{side.title()}",)
            for side in ("left", "right")
            for part in ("Shoulder", "UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot")
        },
    }  # fmt: skip
    guess = detect(rig_of(plain))[0]
    assert guess.key == PLAIN
    assert guess.mapping.joints == plain
