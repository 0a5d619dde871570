# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of the VMC protocol (Unity's ``HumanBodyBones``) as joints of the VRM 1.0 humanoid."""

from __future__ import annotations

from typing import Final

from ..motion.joints import JOINTS

_THUMBS: Final = {
    "ThumbProximal": "ThumbMetacarpal",
    "ThumbIntermediate": "ThumbProximal",
    "ThumbDistal": "ThumbDistal",
}
"""Unity calls the thumb's bones by other words than VRM 1.0."""


def _unity_name(joint: str) -> str:
    for unity, part in _THUMBS.items():
        if joint.endswith(part):
            return _capital(joint.removesuffix(part) + unity)
    return _capital(joint)


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]


JOINT_OF_BONE: Final = {_unity_name(joint): joint for joint in JOINTS}
"""Bone name on the wire to joint name."""

ARKIT_OF_EXPRESSION: Final = {
    "a": ("jawOpen",),
    "aa": ("jawOpen",),
    "u": ("mouthPucker",),
    "ou": ("mouthPucker",),
    "o": ("mouthFunnel",),
    "oh": ("mouthFunnel",),
    "i": ("mouthStretchLeft", "mouthStretchRight"),
    "ih": ("mouthStretchLeft", "mouthStretchRight"),
    "e": ("mouthSmileLeft", "mouthSmileRight"),
    "ee": ("mouthSmileLeft", "mouthSmileRight"),
    "blink": ("eyeBlinkLeft", "eyeBlinkRight"),
    "blink_l": ("eyeBlinkLeft",),
    "blinkleft": ("eyeBlinkLeft",),
    "blink_r": ("eyeBlinkRight",),
    "blinkright": ("eyeBlinkRight",),
    "joy": ("mouthSmileLeft", "mouthSmileRight"),
    "happy": ("mouthSmileLeft", "mouthSmileRight"),
}
"""What a sender's expressions, in small letters, mean in ARKit's shapes."""
