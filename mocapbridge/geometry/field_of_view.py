"""How much of the world a pinhole camera sees."""

from __future__ import annotations

import math
from typing import Final, Literal

_RANGE_DEG: Final = (1.0, 179.0)


def picture_size_at_1(fov_deg: float, direction: Literal["horizontal", "vertical"]) -> float:
    """Width or height of what the picture shows at distance 1, ``2 tan(fov / 2)``.

    Args:
        fov_deg: field of view in that direction [degrees], in (1, 179).
        direction: names it in the message.

    Raises:
        ValueError: the angle is out of range.
    """
    narrowest, widest = _RANGE_DEG
    if not narrowest < fov_deg < widest:
        raise ValueError(
            f"the {direction} field of view must lie between {narrowest:g} and {widest:g} "
            f"degrees, not at {fov_deg:g}"
        )
    return 2.0 * math.tan(math.radians(fov_deg) / 2.0)
