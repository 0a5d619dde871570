# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads plain bone names such as ``LeftUpperArm``, ``upper_arm_L`` or ``Arm.Lower.Right``.

For rigs of no known family: a name is cut into words, its side and its number are set apart, and
what is left is looked up.
"""

from __future__ import annotations

import re
from typing import Final

from ..motion.joints import FINGERS, JOINTS

_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SIDE_WORDS: Final = {"left": "left", "l": "left", "right": "right", "r": "right"}
_PARTS: Final = {
    "hips": ("hips", "hip", "pelvis"),
    "spine": ("spine", "abdomen", "lowerback", "waist"),
    "chest": ("chest", "spine1", "torso"),
    "upperChest": ("upperchest", "spine2", "thorax"),
    "neck": ("neck", "neck1"),
    "head": ("head",),
    "jaw": ("jaw", "chin"),
    "Eye": ("eye", "eyeball"),
    "Shoulder": ("shoulder", "clavicle", "collar", "collarbone"),
    "UpperArm": ("upperarm", "uparm", "armupper", "arm"),
    "LowerArm": ("lowerarm", "forearm", "lowarm", "armlower", "elbow"),
    "Hand": ("hand", "wrist"),
    "UpperLeg": ("upperleg", "upleg", "thigh", "legupper"),
    "LowerLeg": ("lowerleg", "lowleg", "shin", "calf", "knee", "leglower", "leg"),
    "Foot": ("foot", "ankle"),
    "Toes": ("toes", "toe", "toebase", "ball"),
}
_FINGER_WORDS: Final = {"thumb": "Thumb", "index": "Index", "middle": "Middle", "ring": "Ring",
                        "little": "Little", "pinky": "Little"}  # fmt: skip
_FINGER_PARTS: Final = {
    "metacarpal": "Metacarpal", "proximal": "Proximal", "intermediate": "Intermediate",
    "distal": "Distal",
}  # fmt: skip
_THUMB: Final = ("Metacarpal", "Proximal", "Distal")
_FINGER: Final = ("Proximal", "Intermediate", "Distal")
_IGNORED: Final = frozenset(("bone", "def", "bip", "j", "c", "jnt", "joint"))
_PREFIX: Final = re.compile(r"^.*:|^Bip[0-9]+\s*")
"""A namespace, or 3ds Max's name of a whole biped."""


def joint_of(bone: str) -> str | None:
    """The joint that a bone is called after; None when its name does not say."""
    words = [word.lower() for word in _WORDS.findall(_PREFIX.sub("", bone))]
    side = next((_SIDE_WORDS[word] for word in words if word in _SIDE_WORDS), "")
    rest = [word for word in words if word not in _SIDE_WORDS]
    finger = next((_FINGER_WORDS[word] for word in rest if word in _FINGER_WORDS), None)
    if finger is not None:
        return _finger_joint(side, finger, rest)
    kept = [word for word in rest if word not in _IGNORED] or rest
    text = "".join(word.lstrip("0") for word in kept)
    for part, spellings in _PARTS.items():
        joint = side + part if part[0].isupper() else part
        if text in spellings and joint in JOINTS and bool(side) == part[0].isupper():
            return joint
    return None


def _finger_joint(side: str, finger: str, words: list[str]) -> str | None:
    parts = _THUMB if finger == "Thumb" else _FINGER
    named = next((_FINGER_PARTS[word] for word in words if word in _FINGER_PARTS), None)
    number = next((int(word) for word in reversed(words) if word.isdigit()), None)
    if named is None and number is not None and 1 <= number <= len(parts):
        named = parts[number - 1]
    if not side or named is None or named not in parts or finger not in FINGERS:
        return None
    return side + finger + named
