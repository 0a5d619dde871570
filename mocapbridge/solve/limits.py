"""How far every joint turns, and how quickly.

A joint's local rotation is split into a turn about its bone (twist) after a swing of the bone; both
are measured as components of rotation vectors about the joint's axes in the T-pose, so that a
range is given by axis: x, y and z, from lowest to highest [degrees]. A swing must also lie within
the ellipse that its two ranges span: nobody bends forwards and sideways as far as possible at the
same time. Thumbs are not split: their bones lie across the axes.

The numbers are the ranges of motion of healthy adults (I. Kapandji, "The Physiology of the Joints",
vol. 1 to 3; J. Greene and J. Heckman, "The Clinical Measurement of Joint Motion", AAOS 1994),
rounded outwards to what a passive stretch reaches: they take away the impossible, not the unusual.
Speeds are our own: above what dancing and boxing on film at 60 frames/s reach.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from mocapbridge.geometry import quaternion
from mocapbridge.geometry.matrix import clamp, cross, length
from mocapbridge.skeleton import JOINT_COUNT, JOINT_INDEX, JOINT_NAMES
from mocapbridge.solve import anatomy
from mocapbridge.solve.options import JointLimitOptions
from mocapbridge.types import Float64Array

_Range = tuple[float, float]
_FREE: Final = (-360.0, 360.0)
_FIXED: Final = (0.0, 0.0)


class JointRange(NamedTuple):
    """What one joint of the left side or the middle can do; the right side is its mirror image."""

    twist: str
    """The axis that the bone lies along: x, y, z; empty where the joint is not split."""
    x_deg: _Range
    y_deg: _Range
    z_deg: _Range
    speed_deg_s: float


RANGES: Final[dict[str, JointRange]] = {
    "hips": JointRange("y", _FREE, _FREE, _FREE, 1000.0),
    "spine": JointRange("y", (-20, 40), (-25, 25), (-25, 25), 500.0),
    "chest": JointRange("y", (-20, 40), (-25, 25), (-25, 25), 500.0),
    "upperChest": JointRange("y", (-20, 40), (-25, 25), (-25, 25), 500.0),
    "neck": JointRange("y", (-35, 35), (-40, 40), (-25, 25), 600.0),
    "head": JointRange("y", (-50, 50), (-60, 60), (-35, 35), 900.0),
    "leftEye": JointRange("", (-40, 40), (-50, 50), (-10, 10), 2000.0),
    "jaw": JointRange("", (0, 35), (-10, 10), _FIXED, 1000.0),
    "leftShoulder": JointRange("x", (-20, 50), (-30, 30), (-15, 45), 600.0),
    "leftUpperArm": JointRange("x", (-120, 120), (-150, 95), (-125, 100), 1500.0),
    "leftLowerArm": JointRange("x", (-100, 100), (-160, 0), (-5, 5), 2000.0),
    "leftHand": JointRange("x", (-130, 130), (-35, 50), (-95, 90), 2000.0),
    "leftUpperLeg": JointRange("y", (-150, 45), (-70, 70), (-45, 90), 1200.0),
    "leftLowerLeg": JointRange("y", (0, 160), (-40, 40), (-5, 5), 1500.0),
    "leftFoot": JointRange("y", (-50, 65), (-35, 35), (-40, 40), 1500.0),
    "leftToes": JointRange("z", (-65, 45), _FIXED, _FIXED, 1500.0),
    "leftThumbMetacarpal": JointRange("", (-60, 60), (-60, 60), (-70, 70), 1500.0),
    "leftThumbProximal": JointRange("", (-35, 35), (-15, 75), (-35, 35), 2000.0),
    "leftThumbDistal": JointRange("", (-30, 30), (-25, 95), (-30, 30), 2000.0),
    **{
        f"left{finger}{segment}": limits
        for finger in ("Index", "Middle", "Ring", "Little")
        for segment, limits in (
            ("Proximal", JointRange("x", (-5, 5), (-30, 30), (-100, 45), 2000.0)),
            ("Intermediate", JointRange("x", _FIXED, _FIXED, (-120, 0), 2500.0)),
            ("Distal", JointRange("x", _FIXED, _FIXED, (-95, 0), 2500.0)),
        )
    },
}
"""By joint of the middle and the left side."""

_ON_THE_EDGE: Final = 1e-7
"""Rounding beyond a limit that is not worth a correction [rad, and part of an ellipse]."""
_NO_RANGE_RAD: Final = 1e-12
_AXES: Final = "xyz"


class JointLimits:
    """The ranges and speeds of all joints.

    Args:
        changes: what the configuration sets otherwise, joint by joint.
    """

    def __init__(self, changes: Sequence[JointLimitOptions] = ()) -> None:
        twist = np.zeros((JOINT_COUNT, 3))
        bounds_deg = np.zeros((JOINT_COUNT, 3, 2))
        speed_deg_s = np.zeros(JOINT_COUNT)
        for joint, name in enumerate(JOINT_NAMES):
            limits = _range_of(name)
            bounds_deg[joint] = (limits.x_deg, limits.y_deg, limits.z_deg)
            speed_deg_s[joint] = limits.speed_deg_s
            if limits.twist:
                twist[joint, _AXES.index(limits.twist)] = 1.0
        for change in changes:
            joint = JOINT_INDEX[change.joint]
            for axis, own_deg in enumerate((change.x_deg, change.y_deg, change.z_deg)):
                if own_deg is not None:
                    bounds_deg[joint, axis] = own_deg
            if change.speed_deg_s is not None:
                speed_deg_s[joint] = change.speed_deg_s
        self.low_rad = np.radians(bounds_deg[..., 0])
        """(55, 3) by joint and axis."""
        self.high_rad = np.radians(bounds_deg[..., 1])
        self._speed_rad_s = np.radians(speed_deg_s)
        legs = anatomy.LEG_JOINTS
        self._all = _Ranges(twist, self.low_rad, self.high_rad)
        self._legs = _Ranges(twist[legs], self.low_rad[legs], self.high_rad[legs])

    def clamp(self, local_wxyz: Float64Array) -> Float64Array:
        """The rotations ``(55, 4)`` that are within the limits and nearest to the given ones."""
        return self._all.clamp(local_wxyz)

    def clamp_legs(self, local_wxyz: Float64Array) -> Float64Array:
        """Likewise for ``anatomy.LEG_JOINTS`` alone ``(8, 4)``."""
        return self._legs.clamp(local_wxyz)

    def slow_down(
        self, before_wxyz: Float64Array, after_wxyz: Float64Array, dt_s: float
    ) -> Float64Array:
        """The rotations after a frame, none turned further than its speed allows in that time."""
        most = np.cos(np.minimum(0.5 * self._speed_rad_s * dt_s, 0.5 * np.pi))
        cosine = np.abs(np.vecdot(before_wxyz, after_wxyz))
        fast = cosine < most - _ON_THE_EDGE
        if not np.logical_or.reduce(fast):
            return after_wxyz
        start = before_wxyz[fast]
        end = quaternion.same_hemisphere(after_wxyz[fast], start)
        allowed = self._speed_rad_s[fast] * dt_s / quaternion.angle_rad(start, end)
        slowed = after_wxyz.copy()
        slowed[fast] = quaternion.slerp(start, end, allowed)
        return slowed


class _Ranges:
    """The ranges of some joints, as arrays by joint and axis."""

    def __init__(self, twist: Float64Array, low_rad: Float64Array, high_rad: Float64Array) -> None:
        self._twist = twist
        self._bone_axes = [row.index(1.0) if 1.0 in row else None for row in twist.tolist()]
        self._swing = 1.0 - twist
        # ``cross(v, axis)``: two of the components change their places, one of them its sign.
        signed: Float64Array = cross(np.eye(3)[None], twist[:, None, :]).swapaxes(1, 2)
        self._crossed: npt.NDArray[np.intp] = 3 * np.arange(len(twist))[:, None] + np.abs(
            signed
        ).argmax(axis=2)
        self._signs: Float64Array = signed.sum(axis=2)
        self._half_low_rad = 0.5 * low_rad
        self._half_high_rad = 0.5 * high_rad
        split = np.add.reduce(twist, axis=1, keepdims=True)
        # Of ``1 / extent`` the ellipse of the swing is made; what is no swing has no share in it.
        self._per_high = self._swing * split / np.maximum(0.5 * high_rad, _NO_RANGE_RAD)
        self._per_low = -self._swing * split / np.maximum(-0.5 * low_rad, _NO_RANGE_RAD)

    def clamp(self, local_wxyz: Float64Array) -> Float64Array:
        """The nearest rotations ``(n, 4)`` within the ranges; the very same array if all are."""
        half = self._half_angles_rad(local_wxyz)
        held = clamp(half, self._half_low_rad, self._half_high_rad)
        reach = np.maximum(held * self._per_high, held * self._per_low)
        square, cut = np.vecdot(reach, reach), held - half
        outside = np.vecdot(cut, cut) > (0.5 * _ON_THE_EDGE) ** 2
        outside |= square > (1.0 + _ON_THE_EDGE) ** 2
        if not np.logical_or.reduce(outside):
            return local_wxyz
        clamped = local_wxyz.copy()
        # Few are outside at a time, mostly fingers.
        for joint in np.flatnonzero(outside).tolist():
            within = max(math.sqrt(square[joint]), 1.0)
            clamped[joint] = _turned(held[joint].tolist(), self._bone_axes[joint], within)
        return clamped

    def _half_angles_rad(self, local_wxyz: Float64Array) -> Float64Array:
        """Half of swing and twist ``(n, 3)`` by axis; a twist stands at the axis of its bone.

        For ``q = (w, v)`` and the bone's axis ``a`` with ``t = v . a`` the twist is ``(w, t a)``
        and the swing ``q`` times its inverse, both to be divided by their length ``c``. The sine of
        half the swing is the length of what of ``v`` is across the axis.
        """
        w, v = local_wxyz[:, :1], local_wxyz[:, 1:]
        t: Float64Array = np.vecdot(v, self._twist)[:, None]
        c = np.hypot(w, t)
        across = v * self._swing
        sine = length(across)[:, None]
        # The part of ``v`` along the axis has no share in ``v x a``.
        half = w * across - t * (v.take(self._crossed) * self._signs)
        half *= np.arctan2(sine, c) / np.maximum(sine * c, _NO_RANGE_RAD)
        # Both signs of a quaternion are the same rotation: the short way round.
        half += self._twist * np.arctan2(np.copysign(t, w * t), np.abs(w))
        return half


def _turned(half_rad: list[float], bone_axis: int | None, ellipse: float) -> list[float]:
    """The rotation w, x, y, z of a swing after a twist.

    Args:
        half_rad: half the angles of both about x, y and z.
        bone_axis: which of them is the twist; None where there is none.
        ellipse: what the swing is divided by.
    """
    swing_rad = [angle / ellipse for angle in half_rad]
    if bone_axis is not None:
        swing_rad[bone_axis] = 0.0
    size_rad = math.hypot(*swing_rad)
    scale = math.sin(size_rad) / size_rad if size_rad > _NO_RANGE_RAD else 1.0
    w, (x, y, z) = math.cos(size_rad), (scale * angle for angle in swing_rad)
    if bone_axis is None:
        return [w, x, y, z]
    cosine, sine = math.cos(half_rad[bone_axis]), math.sin(half_rad[bone_axis])
    ax, ay, az = (sine if axis == bone_axis else 0.0 for axis in range(3))
    # Hamilton's product with a swing at right angles to the bone's axis.
    return [
        cosine * w,
        cosine * x + w * ax + y * az - z * ay,
        cosine * y + w * ay + z * ax - x * az,
        cosine * z + w * az + x * ay - y * ax,
    ]


def _range_of(name: str) -> JointRange:
    """A joint's range, mirrored for those of the right side."""
    if not name.startswith("right"):
        return RANGES[name]
    left = RANGES["left" + name.removeprefix("right")]
    (y_low, y_high), (z_low, z_high) = left.y_deg, left.z_deg
    return left._replace(y_deg=(-y_high, -y_low), z_deg=(-z_high, -z_low))
