"""What the joints are called in the programs that a file is for.

Sources: VRM 1.0 `humanoid.md`; the bones of Mixamo characters (prefix `mixamorig:`); the skeleton
of Unreal Engine 5's Manny and Quinn; the joints of the CMU motion capture database in Bruce Hahne's
BVH conversion. A joint that a rig lacks is left out, and its rotation goes to the next joint.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from mocapbridge.skeleton import JOINT_NAMES

Naming: TypeAlias = Literal["vrm", "mixamo", "ue5", "cmu"]

NAMINGS: Final[tuple[Naming, ...]] = ("vrm", "mixamo", "ue5", "cmu")

FINGER_JOINTS: Final[frozenset[str]] = frozenset(
    name for name in JOINT_NAMES if name.endswith(("Metacarpal", "Proximal", "Intermediate"))
) | frozenset(
    f"{side}{finger}Distal"
    for side in ("left", "right")
    for finger in ("Thumb", "Index", "Middle", "Ring", "Little")
)

_TRUNKS: Final[dict[Naming, dict[str, str]]] = {
    "mixamo": {
        "hips": "Hips",
        "spine": "Spine",
        "chest": "Spine1",
        "upperChest": "Spine2",
        "neck": "Neck",
        "head": "Head",
    },
    "ue5": {
        "hips": "pelvis",
        "spine": "spine_01",
        "chest": "spine_03",
        "upperChest": "spine_05",
        "neck": "neck_01",
        "head": "head",
    },
    "cmu": {
        "hips": "Hips",
        "spine": "LowerBack",
        "chest": "Spine",
        "upperChest": "Spine1",
        "neck": "Neck",
        "head": "Head",
    },
}

# "{}" is the side, as the rig writes it.
_LIMBS: Final[dict[Naming, dict[str, str]]] = {
    "mixamo": {
        "Shoulder": "{}Shoulder",
        "UpperArm": "{}Arm",
        "LowerArm": "{}ForeArm",
        "Hand": "{}Hand",
        "UpperLeg": "{}UpLeg",
        "LowerLeg": "{}Leg",
        "Foot": "{}Foot",
        "Toes": "{}ToeBase",
    },
    "ue5": {
        "Shoulder": "clavicle_{}",
        "UpperArm": "upperarm_{}",
        "LowerArm": "lowerarm_{}",
        "Hand": "hand_{}",
        "UpperLeg": "thigh_{}",
        "LowerLeg": "calf_{}",
        "Foot": "foot_{}",
        "Toes": "ball_{}",
    },
}
_LIMBS["cmu"] = _LIMBS["mixamo"]
_SIDES: Final[dict[Naming, dict[str, str]]] = {
    "mixamo": {"left": "Left", "right": "Right"},
    "ue5": {"left": "l", "right": "r"},
    "cmu": {"left": "Left", "right": "Right"},
}
_FINGER_NAMES: Final[dict[Naming, str]] = {
    "mixamo": "{side}Hand{finger}{number}",
    "ue5": "{finger_lower}_0{number}_{side}",
    "cmu": "{side}Hand{finger}{number}",
}
_PREFIXES: Final[dict[Naming, str]] = {"mixamo": "mixamorig:", "ue5": "", "cmu": ""}
_FINGERS: Final = {
    "Thumb": ("Metacarpal", "Proximal", "Distal"),
    "Index": ("Proximal", "Intermediate", "Distal"),
    "Middle": ("Proximal", "Intermediate", "Distal"),
    "Ring": ("Proximal", "Intermediate", "Distal"),
    "Little": ("Proximal", "Intermediate", "Distal"),
}


def joint_names(naming: Naming, *, fingers: bool = True) -> dict[str, str]:
    """The rig's name of each joint that it has, by VRM name, parents before their children."""
    names = dict(zip(JOINT_NAMES, JOINT_NAMES, strict=True)) if naming == "vrm" else _rig(naming)
    return {
        joint: names[joint]
        for joint in JOINT_NAMES
        if joint in names and (fingers or joint not in FINGER_JOINTS)
    }


def _rig(naming: Naming) -> dict[str, str]:
    names = dict(_TRUNKS[naming])
    for side, written in _SIDES[naming].items():
        for limb, pattern in _LIMBS[naming].items():
            names[side + limb] = pattern.format(written)
        for finger, bones in _FINGERS.items():
            for number, bone in enumerate(bones, start=1):
                rig_finger = "Pinky" if finger == "Little" else finger
                names[side + finger + bone] = _FINGER_NAMES[naming].format(
                    side=written,
                    finger=rig_finger,
                    finger_lower=rig_finger.lower(),
                    number=number,
                )
    return {joint: _PREFIXES[naming] + name for joint, name in names.items()}
