"""What can be chosen about an export."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal, TypeAlias

from mocapbridge.skeleton import JOINT_NAMES

RotationOrder: TypeAlias = Literal["XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX"]

ROTATION_ORDERS: Final[tuple[RotationOrder, ...]] = ("ZXY", "XYZ", "XZY", "YXZ", "YZX", "ZYX")

Unit: TypeAlias = Literal["cm", "m"]

Progress: TypeAlias = Callable[[float], None]
"""Takes the part that is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """Choices, with defaults that most programs take."""

    frame_rate: Fraction | None = None
    """Resample to exactly this rate. None: formats with times of their own keep the captured
    frames, the others get the take's nominal rate."""
    joint_names: Mapping[str, str] = field(
        default_factory=lambda: dict(zip(JOINT_NAMES, JOINT_NAMES, strict=True))
    )
    """The joints that BVH has, the hips among them, and what it calls them."""
    rotation_order: RotationOrder = "ZXY"
    """Order of the rotation channels in BVH."""
    unit: Unit = "cm"
    """Unit of BVH."""
    blender: Path | None = None
    """Blender, or a Python that has `bpy`; makes FBX and USD. None: it is looked for."""
