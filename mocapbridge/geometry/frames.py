"""Named conversions between frames of reference, for positions and rotations.

=====================  ======  ====  ====  =====================  ==============
frame                  handed  up    unit  facing the camera is   left is
=====================  ======  ====  ====  =====================  ==============
``mp``                 right   -Y    m     -Z                     +X
``world`` (glTF, VRM)  right   +Y    m     +Z                     +X
``blender``            right   +Z    m     -Y                     +X
``unity``              left    +Y    m     +Z                     -X
``unreal_mesh``        left    +Z    cm    +Y                     +X
``unreal_actor``       left    +Z    cm    +X                     -Y
``bvh``                right   +Y    cm    +Z                     +X
=====================  ======  ====  ====  =====================  ==============

Each conversion is a change of axes C (a signed permutation): positions become ``C p``, rotation
matrices ``C R C^-1``. For a quaternion that is ``(w, det(C) C v)``: the closed form used here.
Positions are ``(..., 3)``, quaternions ``(..., 4)`` in the order w, x, y, z.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.geometry.quaternion import FloatArray


@dataclass(frozen=True, slots=True)
class AxisChange:
    """A change of axes: a signed permutation and a unit."""

    axes: tuple[int, int, int]
    """Which source axis each target axis is taken from."""
    signs: tuple[int, int, int]
    units_per_metre: float = 1.0
    _order: npt.NDArray[np.intp] = field(init=False, repr=False, compare=False)
    _scale: FloatArray = field(init=False, repr=False, compare=False)
    _quaternion_order: npt.NDArray[np.intp] = field(init=False, repr=False, compare=False)
    _quaternion_signs: FloatArray = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parity = round(float(np.linalg.det(np.eye(3)[list(self.axes)])))
        determinant = parity * self.signs[0] * self.signs[1] * self.signs[2]
        derived = {
            "_order": np.array(self.axes),
            "_scale": np.array(self.signs) * self.units_per_metre,
            "_quaternion_order": np.array((0, *(axis + 1 for axis in self.axes))),
            "_quaternion_signs": np.array((1.0, *(determinant * sign for sign in self.signs))),
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    def position(self, position_m: FloatArray) -> FloatArray:
        """Positions ``(..., 3)`` in the target's axes and unit."""
        return position_m.take(self._order, axis=-1) * self._scale.astype(position_m.dtype)

    def rotation_wxyz(self, rotation_wxyz: FloatArray) -> FloatArray:
        """Unit quaternions ``(..., 4)`` in the target's axes."""
        signs = self._quaternion_signs.astype(rotation_wxyz.dtype)
        return rotation_wxyz.take(self._quaternion_order, axis=-1) * signs


WORLD_FROM_MP: Final = AxisChange(axes=(0, 1, 2), signs=(1, -1, -1))
"""MediaPipe world landmarks (y down, z away from the camera), level camera."""
BLENDER_FROM_WORLD: Final = AxisChange(axes=(0, 2, 1), signs=(1, -1, 1))
UNITY_FROM_WORLD: Final = AxisChange(axes=(0, 1, 2), signs=(-1, 1, 1))
"""Also VMC and VRChat: UniVRM's "reverse X" of VRM 1.0."""
UNREAL_MESH_FROM_WORLD: Final = AxisChange(axes=(0, 2, 1), signs=(1, 1, 1), units_per_metre=100.0)
"""Component space of a skeletal mesh, forward +Y [cm]."""
UNREAL_ACTOR_FROM_WORLD: Final = AxisChange(axes=(2, 0, 1), signs=(1, -1, 1), units_per_metre=100.0)
"""Actor and world space, forward +X, right +Y [cm]."""
BVH_FROM_WORLD: Final = AxisChange(axes=(0, 1, 2), signs=(1, 1, 1), units_per_metre=100.0)
"""Y up [cm]."""
VRM0_FROM_WORLD: Final = AxisChange(axes=(0, 1, 2), signs=(-1, 1, -1))
"""VRM 0.x in glTF space: facing -Z."""
