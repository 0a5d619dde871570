# SPDX-License-Identifier: GPL-3.0-or-later
"""The 55 joints of the VRM 1.0 humanoid: their names and how much each tells of a rig."""

from __future__ import annotations

from typing import Final

CENTRE: Final = ("hips", "spine", "chest", "upperChest", "neck", "head", "jaw")
SPINE: Final = ("spine", "chest", "upperChest")
FINGERS: Final = ("Thumb", "Index", "Middle", "Ring", "Little")
_SIDED: Final = (
    "Eye", "Shoulder", "UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot", "Toes",
    *("Thumb" + part for part in ("Metacarpal", "Proximal", "Distal")),
    *(finger + part for finger in FINGERS[1:] for part in ("Proximal", "Intermediate", "Distal")),
)  # fmt: skip

SIDES: Final = ("left", "right")
JOINTS: Final[tuple[str, ...]] = (*CENTRE, *(side + part for side in SIDES for part in _SIDED))
_REQUIRED_SIDED: Final = ("UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot")
REQUIRED: Final = frozenset(
    ("hips", "spine", "head", *(side + part for side in SIDES for part in _REQUIRED_SIDED))
)
"""What VRM 1.0 requires of a humanoid."""
