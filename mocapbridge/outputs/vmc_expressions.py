"""Names under which VMC receivers know expressions, and how they follow from the ARKit weights.

Names of VRM 0.x: UniVRM's blendshape presets; of VRM 1.0: ``VRMC_vrm-1.0/expressions.md``. Models
with "perfect sync" carry all 52 ARKit shapes, in Pascal or camel case. Vowels and lids of the
presets follow the shapes that make them; moods the shape that shows them most: smile, lowered
brows, mouth corners down, wide eyes. The gaze travels in the eye bones, not in presets, and the
blink of one lid never together with that of both.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np

from mocapbridge.blendshapes import ARKIT_INDEX, ARKIT_NAMES
from mocapbridge.types import BLENDSHAPE_COUNT, Float32Array

Preset: TypeAlias = Literal["arkit_pascal", "arkit_camel", "vrm0", "vrm1", "both"]


class Expressions(NamedTuple):
    """Expressions and how they are mixed."""

    names: tuple[str, ...]
    from_arkit: Float32Array
    """(names, 52): the weight of each is the weighted sum of the ARKit weights."""


class _Mix(NamedTuple):
    """An expression under both its names, as the mean of ARKit shapes."""

    vrm0: str
    vrm1: str
    shapes: tuple[str, ...]


# VRM 0.x has no preset for surprise: "Surprised" is the name that models give their own.
_MIXES: Final = (
    _Mix("A", "aa", ("jawOpen",)),
    _Mix("I", "ih", ("mouthStretchLeft", "mouthStretchRight")),
    _Mix("U", "ou", ("mouthPucker",)),
    _Mix(
        "E",
        "ee",
        ("mouthUpperUpLeft", "mouthUpperUpRight", "mouthLowerDownLeft", "mouthLowerDownRight"),
    ),
    _Mix("O", "oh", ("mouthFunnel",)),
    _Mix("Blink_L", "blinkLeft", ("eyeBlinkLeft",)),
    _Mix("Blink_R", "blinkRight", ("eyeBlinkRight",)),
    _Mix("Joy", "happy", ("mouthSmileLeft", "mouthSmileRight")),
    _Mix("Angry", "angry", ("browDownLeft", "browDownRight")),
    _Mix("Sorrow", "sad", ("mouthFrownLeft", "mouthFrownRight")),
    _Mix("Surprised", "surprised", ("eyeWideLeft", "eyeWideRight")),
)


def expressions(preset: Preset) -> Expressions:
    """The expressions of a naming preset."""
    if preset == "both":
        parts = (expressions("arkit_pascal"), expressions("vrm0"))
        rows = np.concatenate([part.from_arkit for part in parts])
        return Expressions(parts[0].names + parts[1].names, rows)
    if preset == "arkit_pascal":
        names = tuple(name[0].upper() + name[1:] for name in ARKIT_NAMES)
        return Expressions(names, np.eye(BLENDSHAPE_COUNT, dtype=np.float32))
    if preset == "arkit_camel":
        return Expressions(ARKIT_NAMES, np.eye(BLENDSHAPE_COUNT, dtype=np.float32))
    from_arkit = np.zeros((len(_MIXES), BLENDSHAPE_COUNT), dtype=np.float32)
    for row, mix in enumerate(_MIXES):
        from_arkit[row, [ARKIT_INDEX[shape] for shape in mix.shapes]] = 1.0 / len(mix.shapes)
    return Expressions(tuple(getattr(mix, preset) for mix in _MIXES), from_arkit)
