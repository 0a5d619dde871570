"""Names of our joints in the skeleton of Unreal Engine 5's mannequins, Manny and Quinn.

Manny has more spine and neck bones than VRM: ``spine_02``, ``spine_04`` and ``neck_02`` get no
motion of their own. Eyes and jaw are no bones there.
"""

from __future__ import annotations

from typing import Final

_TORSO: Final = {
    "hips": "pelvis",
    "spine": "spine_01",
    "chest": "spine_03",
    "upperChest": "spine_05",
    "neck": "neck_01",
    "head": "head",
}
_LIMBS: Final = {
    "Shoulder": "clavicle",
    "UpperArm": "upperarm",
    "LowerArm": "lowerarm",
    "Hand": "hand",
    "UpperLeg": "thigh",
    "LowerLeg": "calf",
    "Foot": "foot",
    "Toes": "ball",
}
_FINGERS: Final = {"Index": "index", "Middle": "middle", "Ring": "ring", "Little": "pinky"}
_THUMB: Final = ("ThumbMetacarpal", "ThumbProximal", "ThumbDistal")
_SEGMENTS: Final = ("Proximal", "Intermediate", "Distal")


def _side(side: str, suffix: str) -> dict[str, str]:
    names = {side + ours: f"{theirs}_{suffix}" for ours, theirs in _LIMBS.items()}
    names |= {side + ours: f"thumb_{at:02d}_{suffix}" for at, ours in enumerate(_THUMB, 1)}
    for ours, theirs in _FINGERS.items():
        for at, segment in enumerate(_SEGMENTS, 1):
            names[side + ours + segment] = f"{theirs}_{at:02d}_{suffix}"
    return names


UE5_NAMES: Final[dict[str, str]] = {**_TORSO, **_side("left", "l"), **_side("right", "r")}
"""Joint -> bone, parents before their children."""
