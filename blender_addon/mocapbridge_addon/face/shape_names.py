# SPDX-License-Identifier: GPL-3.0-or-later
"""Which shape key takes which blendshapes, by the keys' names.

ARKit's names are found in every spelling that is about: ``jawOpen``, ``JawOpen``, ``jaw_open``,
``eyeBlink_L``, ``eyeBlink.R``, ``EyeBlinkLeft``, with or without a prefix such as ``Face.M_F00_``.
VRM's vowels, blinks and moods (``Fcl_MTH_A``, ``A``, ``aa``, ``Blink_L``) are mixed from ARKit's
where a mesh has no shapes of ARKit's own for that part of the face.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from ..motion.arkit import ARKIT_NAMES

Sources = tuple[tuple[int, float], ...]
"""Places of blendshapes and how much of each."""

_SEPARATORS: Final = re.compile(r"[\s_.\-]+")
_SIDE_ENDINGS: Final = ((re.compile(r"[_.\- ]l$", re.IGNORECASE), "left"),
                        (re.compile(r"[_.\- ]r$", re.IGNORECASE), "right"))  # fmt: skip
_MIN_ENDING: Final = 6
"""Shortest shape name that counts at the end of a longer key name."""

VRM_MIXES: Final[dict[str, tuple[tuple[str, float], ...]]] = {
    "a": (("jawOpen", 1.0), ("mouthFunnel", -0.6), ("mouthPucker", -0.6)),
    "i": (("mouthStretchLeft", 0.5), ("mouthStretchRight", 0.5)),
    "u": (("mouthPucker", 1.0),),
    "e": (("mouthSmileLeft", 0.3), ("mouthSmileRight", 0.3), ("mouthUpperUpLeft", 0.2),
          ("mouthUpperUpRight", 0.2)),
    "o": (("mouthFunnel", 1.0),),
    "blink": (("eyeBlinkLeft", 0.5), ("eyeBlinkRight", 0.5)),
    "blinkleft": (("eyeBlinkLeft", 1.0),),
    "blinkright": (("eyeBlinkRight", 1.0),),
    "joy": (("mouthSmileLeft", 0.5), ("mouthSmileRight", 0.5)),
    "sorrow": (("mouthFrownLeft", 0.5), ("mouthFrownRight", 0.5)),
    "angry": (("browDownLeft", 0.5), ("browDownRight", 0.5)),
    "surprised": (("browInnerUp", 0.6), ("eyeWideLeft", 0.2), ("eyeWideRight", 0.2)),
}  # fmt: skip
"""VRM's expressions from ARKit's shapes; after the protocol notes' vowel fallbacks."""
_VRM_SPELLINGS: Final = {
    "a": ("aa", "fclmtha", "vrcvaa", "mtha"),
    "i": ("ih", "fclmthi", "vrcvih", "mthi"),
    "u": ("ou", "fclmthu", "vrcvou", "mthu"),
    "e": ("ee", "fclmthe", "vrcve", "mthe"),
    "o": ("oh", "fclmtho", "vrcvoh", "mtho"),
    "blink": ("fcleyeclose",),
    "blinkleft": ("blinkl", "fcleyeclosel"),
    "blinkright": ("blinkr", "fcleyecloser"),
    "joy": ("happy", "fclalljoy"),
    "sorrow": ("sad", "fclallsorrow"),
    "angry": ("fclallangry",),
    "surprised": ("fclallsurprised",),
}
_VRM_OF: Final = {name: name for name in VRM_MIXES} | {
    spelling: name for name, spellings in _VRM_SPELLINGS.items() for spelling in spellings
}
_OWN_SHAPES: Final = {
    "a": "jawOpen", "i": "mouthStretchLeft", "u": "mouthPucker", "e": "mouthUpperUpLeft",
    "o": "mouthFunnel", "blink": "eyeBlinkLeft", "blinkleft": "eyeBlinkLeft",
    "blinkright": "eyeBlinkRight", "joy": "mouthSmileLeft", "sorrow": "mouthFrownLeft",
    "angry": "browDownLeft", "surprised": "browInnerUp",
}  # fmt: skip
"""A mesh that has this shape does not need the expression."""
_EXACT: Final = {name.lower(): name for name in ARKIT_NAMES}


def shape_routes(keys: Iterable[str], blendshapes: tuple[str, ...]) -> dict[str, Sources]:
    """Per shape key that takes something, the blendshapes it takes.

    Args:
        keys: the mesh's shape keys.
        blendshapes: names of the stream's blendshapes, in its order.
    """
    places = {name: place for place, name in enumerate(blendshapes)}
    routes: dict[str, Sources] = {}
    own: set[str] = set()
    keys = list(keys)
    for key in keys:
        shape = arkit_shape(key)
        if shape is not None and shape in places:
            routes[key] = ((places[shape], 1.0),)
            own.add(shape)
    for key in keys:
        expression = _vrm_expression(key)
        if key in routes or expression is None or _OWN_SHAPES[expression] in own:
            continue
        mix = [(places[name], share) for name, share in VRM_MIXES[expression] if name in places]
        if mix:
            routes[key] = tuple(mix)
    return routes


@lru_cache(maxsize=4096)
def arkit_shape(key: str) -> str | None:
    """ARKit's name of a shape key; None when it is not one of ARKit's."""
    for ending, side in _SIDE_ENDINGS:
        key = ending.sub(side, key)
    plain = _SEPARATORS.sub("", key).lower()
    if plain in _EXACT:
        return _EXACT[plain]
    # With something before it: the longest name that it ends in.
    endings = [name for name in _EXACT if len(name) >= _MIN_ENDING and plain.endswith(name)]
    return _EXACT[max(endings, key=len)] if endings else None


def _vrm_expression(key: str) -> str | None:
    return _VRM_OF.get(_SEPARATORS.sub("", key).lower())
