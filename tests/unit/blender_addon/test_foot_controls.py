"""Feet moved by the targets of their IK, on rigs without Blender."""

from __future__ import annotations

from dataclasses import replace

import pytest
from mocapbridge_addon.motion.quaternion import IDENTITY, Vector, add, length, rotate, subtract
from mocapbridge_addon.receive.rest_proportions import NAMES
from mocapbridge_addon.retarget.ik_feet import find_ik_feet
from mocapbridge_addon.retarget.mapping import Mapping
from mocapbridge_addon.retarget.options import Options
from mocapbridge_addon.retarget.retargeter import Retargeter
from mocapbridge_addon.retarget.rig import IkChain, Rig, RigBone

from tests.unit.blender_addon.plain_rigs import SKELETON, motion, posed, rig_of

MAPPING = Mapping("test", {name: (name,) for name in NAMES})


def rig_with_controls(parent: str | None = None) -> Rig:
    """A rig whose legs have IK with a target at the ankle and a pole in front of the knee."""
    rig = rig_of(MAPPING.joints)
    bones, chains = dict(rig.bones), list[IkChain]()
    for side in ("left", "right"):
        ankle, knee = (bones[side + part].head for part in ("Foot", "LowerLeg"))
        bones[side + "Control"] = bone(side + "Control", parent, ankle)
        bones[side + "Pole"] = bone(side + "Pole", None, add(knee, (0.0, -0.5, 0.0)))
        chains.append(IkChain(side + "LowerLeg", "IK", 2, side + "Control", side + "Pole"))
    return replace(rig, bones=bones, ik_chains=tuple(chains))


def bone(name: str, parent: str | None, head: Vector) -> RigBone:
    return RigBone(name, parent, head, add(head, (0.0, 0.0, 0.1)), (0.6, 0.0, 0.8, 0.0))


@pytest.mark.parametrize("pin", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_the_control_is_at_the_ankle_and_turned_as_the_foot(seed: int, *, pin: bool) -> None:
    rig = rig_with_controls()
    retargeter = Retargeter(rig, MAPPING, SKELETON, Options(ik_feet=True, pin_feet=pin))
    frame = motion(seed, feet_planted=(True, seed % 2 == 0))
    now = posed(rig, retargeter, retargeter.pose(frame))
    for side in ("left", "right"):
        (ankle, foot), (place, turn) = now[side + "Foot"], now[side + "Control"]
        assert length(subtract(ankle, place)) < 1e-6
        ways = [
            rotate(own, rotate(conjugated(rig.bones[name]), (0.0, 0.0, 1.0)))
            for own, name in ((foot, side + "Foot"), (turn, side + "Control"))
        ]
        assert ways[0] == pytest.approx(ways[1], abs=1e-6)


def conjugated(rest: RigBone) -> tuple[float, float, float, float]:
    w, x, y, z = rest.rotation_wxyz
    return (w, -x, -y, -z)


def test_the_pole_lies_in_the_plane_of_the_bent_leg_in_front_of_the_knee() -> None:
    rig = rig_with_controls()
    retargeter = Retargeter(rig, MAPPING, SKELETON, Options(ik_feet=True))
    turns = [IDENTITY] * len(NAMES)
    turns[NAMES.index("leftUpperLeg")] = (0.9, -0.4358898943540674, 0.0, 0.0)
    turns[NAMES.index("leftLowerLeg")] = (0.8, 0.6, 0.0, 0.0)
    now = posed(rig, retargeter, retargeter.pose(motion(0, rotations_wxyz=turns)))
    hip, knee, pole = (now["left" + part][0] for part in ("UpperLeg", "LowerLeg", "Pole"))
    assert pole[0] == pytest.approx(knee[0], abs=1e-6)
    assert pole[1] < knee[1] - 0.2, "the pole is behind the knee"
    assert length(subtract(pole, knee)) == pytest.approx(0.5, abs=1e-6)
    assert knee[1] < hip[1], "the leg of this test is not bent forwards"


def test_without_the_option_no_control_is_touched() -> None:
    retargeter = Retargeter(rig_with_controls(), MAPPING, SKELETON, Options())
    assert not {"leftControl", "leftPole"} & {*retargeter.bones, *retargeter.located}


def test_a_control_that_hangs_on_the_hips_is_left_out() -> None:
    assert find_ik_feet(rig_with_controls("hips"), MAPPING) == {}
    assert set(find_ik_feet(rig_with_controls(), MAPPING)) == {"left", "right"}
