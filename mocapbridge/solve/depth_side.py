"""Which end of a limb's bone is nearer to the camera, when the picture alone cannot tell.

A bone of known length seen under a known angle has two solutions, mirror images of each other along
the line of sight. The fit follows one of them from frame to frame and cannot cross over to the
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
_LIMBS: Final = slice(0, bones.LIMB_COUNT)


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
            trust: ``(16,)`` how far to believe them, 0..1.
            dt_s: time since the frame before [s].
        """
        fitted_m = points_m[bones.ENDS[_LIMBS], 2] - points_m[bones.STARTS[_LIMBS], 2]
        # For normal errors: ((m - f)^2 - (m + f)^2) / (2 s^2) with the signs put in.
        ratio = 2.0 * measured_m[_LIMBS, 2] * fitted_m / _SPREAD_M**2
        self._evidence += ratio * trust[_LIMBS] * (dt_s / _INDEPENDENT_S)
        np.minimum(self._evidence, 0.0, out=self._evidence)
        if self._evidence.min() > _BEYOND_DOUBT:
            return points_m
        points_m = points_m.copy()
        for bone in np.flatnonzero(self._evidence <= _BEYOND_DOUBT).tolist():
            self._evidence[bone] = 0.0
            self._mirror(points_m, bone)
        return points_m

    def _mirror(self, points_m: Float64Array, bone: int) -> None:
        """Bring a bone's end to the other side along its ray, and what hangs on it along."""
        start, end = bones.STARTS[bone], bones.ENDS[bone]
        moved_m = 2.0 * (points_m[start, 2] - points_m[end, 2])
        for point in (end, *bones.BEYOND[bone]):
            points_m[point] *= 1.0 + moved_m / max(points_m[point, 2], _SPREAD_M)
