"""Which end of a limb's bone is nearer to the camera, when the picture alone cannot tell.

A bone of known length seen under a known angle has two solutions: the two points of its end's ray
that are as far from its start. They are mirror images of each other about the plane through the
start that the ray meets at right angles, which is no plane of equal depth where the end is beside
the middle of the picture: of a leg below it, the one solution may be straight and the other bent.
The fit follows one of them from frame to frame and cannot cross over to the
other: between them the bone would have to be longer than it is. The world landmarks do know the
side, however badly they know the depth. So for every limb's bone the evidence that they give for
the other side is summed up until it is beyond doubt (a sequential probability ratio test: A. Wald,
"Sequential Tests of Statistical Hypotheses", 1945), and then the bone is mirrored.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.solve import bones
from mocapbridge.types import Float64Array

_SPREAD_M: Final = 0.10
"""World landmarks are wrong in depth by about that much (89 mm measured)."""
_INDEPENDENT_S: Final = 0.15
"""Their errors stay about the same for that long: so much time counts as one observation."""
_BEYOND_DOUBT: Final = -4.0
"""Sum of the logarithms of likelihood ratios: 1 in 55 that it is chance."""
_LASTING: Final = 0.7
"""How far an observation must speak for the other side to count: so much is said by an error of
35 mm, of sides 0.2 m apart, and errors of the world landmarks last as long as a pose does."""
_NEAREST_M: Final = 0.2
_LEAST_STRETCH: Final = 0.1
"""Nothing is brought behind the camera."""
_LIMBS: Final = slice(0, bones.LIMB_COUNT)
_STARTS: Final = bones.STARTS[_LIMBS]
_ENDS: Final = bones.ENDS[_LIMBS]


class DepthSides:
    """Sums up the evidence against the side on which each limb's bone was fitted."""

    def __init__(self) -> None:
        self._evidence = np.zeros(bones.LIMB_COUNT)
        """(8,) 0: no doubt; negative: the other side is more likely."""

    def reset(self) -> None:
        """Forget: continuity is broken."""
        self._evidence[:] = 0.0

    def check(
        self,
        points_m: Float64Array,
        measured_m: Float64Array,
        trust: Float64Array,
        dt_s: float,
    ) -> Float64Array:
        """The last fit, with the bones mirrored whose other side is beyond doubt.

        Args:
            points_m: ``(13, 3)`` the figure of the frame before, image axes, from the camera.
            measured_m: ``(16, 3)`` this frame's bones in the world landmarks.
            trust: ``(8,)`` how far to believe those of the limbs, 0..1. None of a leg whose foot is
                planted: its knee alone cannot go to the other side without bending backwards.
            dt_s: time since the frame before [s].
        """
        starts, ends = points_m.take(_STARTS, 0), points_m.take(_ENDS, 0)
        # Where the start's perpendicular meets the end's ray both solutions have their middle.
        middle = np.vecdot(starts, ends) / np.maximum(np.vecdot(ends, ends), _NEAREST_M**2)
        stretch = 2.0 * middle - 1.0
        other_m = stretch * ends[:, 2] - starts[:, 2]
        # For normal errors: ((m - o)^2 - (m - f)^2) / (2 s^2).
        surprise = measured_m[_LIMBS, 2] - (ends[:, 2] - starts[:, 2])
        other_surprise = measured_m[_LIMBS, 2] - other_m
        ratio = (other_surprise**2 - surprise**2) / (2.0 * _SPREAD_M**2)
        self._evidence += (ratio + _LASTING) * trust * (dt_s / _INDEPENDENT_S)
        np.minimum(self._evidence, 0.0, out=self._evidence)
        if self._evidence.min() > _BEYOND_DOUBT:
            return points_m
        points_m = points_m.copy()
        for bone in np.flatnonzero(self._evidence <= _BEYOND_DOUBT).tolist():
            self._evidence[bone] = 0.0
            # What hangs on the end comes along, each point on its own ray.
            points_m[[bones.ENDS[bone], *bones.BEYOND[bone]]] *= max(stretch[bone], _LEAST_STRETCH)
        return points_m
