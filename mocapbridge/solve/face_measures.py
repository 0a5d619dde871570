"""What the face mesh shows in the head's own frame: brows, corners of the mouth, lids, irises."""

from __future__ import annotations

import math
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from mocapbridge.geometry.face_pose import FacePoseFit
from mocapbridge.solve.face_rest import GAZE, HEIGHTS, OPENINGS, SCORES, UPPER_LIDS
from mocapbridge.types import Float32Array, Float64Array

_GROUPS: Final = (
    (285, 295, 336, 296),  # inner half of the left brow
    (55, 65, 107, 66),  # of the right brow
    (276, 283, 300, 293),  # outer half, left
    (46, 53, 70, 63),  # outer half, right
    (263, 362),  # corners of the left eye
    (33, 133),  # of the right eye
    (291, 308),  # left corner of the mouth
    (61, 78),  # right corner
    (386, 385, 387),  # left upper lid
    (159, 158, 160),  # right upper lid
    (374, 380, 373),  # left lower lid
    (145, 153, 144),  # right lower lid
    (473,),  # left iris
    (468,),  # right iris
)
"""Landmarks of MediaPipe's face mesh; each group is used as its mean."""
_BROWS: Final = slice(0, 4)
_EYES: Final = slice(4, 6)
_LEFT_CORNER, _RIGHT_CORNER = 6, 7
_UPPER_LIDS: Final = slice(8, 10)
_LOWER_LIDS: Final = slice(10, 12)
_IRISES: Final = slice(12, 14)

_EYE_SHARE: Final = np.array((0.4, 0.4, 0.8, 0.8))
"""How much of the height of the eye's corners is taken out of each brow height, so that it stays
put when the head nods. Chosen on the rendered performer."""
_EYEBALL_RADIUS_CM: Final = 1.2
"""Of an adult (R. I. Bekerman et al., "Variations in eyeball diameters", 2014: 24 mm across)."""
_EYEBALL_BEHIND_CORNERS_CM: Final = 1.1
"""Depth of the eyeball's middle behind the middle of the eye's corners in the mesh. Between 1.05
and 1.2 the gaze of the rendered performer stays put when the head turns, on both meshes, and that
of people who look at the camera turns against the head by what the head turns."""
_STRAIGHT: Final = 0.42
"""Sine of 25 degrees: with more turn or nod the mesh is too bent to learn a rest from."""

Gaze: TypeAlias = tuple[float, float]
"""Yaw towards the performer's left and pitch up [rad]."""


class FaceMeasures(NamedTuple):
    """Measures of one face, in the size of the average face."""

    values: Float64Array
    """(11,) all that has a rest, in the order of ``face_rest``: heights of the inner left, inner
    right, outer left and outer right half of the brows, and how much higher the left corner of the
    mouth is; yaw and pitch of the gaze, the mean of both eyes; height of each upper lid above the
    eye's corners; opening between the lids of each eye [cm, rad]."""
    gaze_rad: tuple[Gaze, Gaze]
    """Where the iris of each eye (left, right) points; the pitch is what the mesh shows of it,
    about a third."""
    straight: bool
    """Whether the face looks near enough towards the camera to learn a rest from it."""


class FaceMeter:
    """Measures faces; about 0.1 ms a face.

    The head's pose is fitted anew to the landmarks that are measured, so the measures depend on
    nothing but them: not on the camera's angle, nor on how the pose was smoothed.

    Raises:
        FileNotFoundError: the average face does not travel with this installation.
    """

    def __init__(self) -> None:
        points, self._means = _mean_table()
        self._fit = FacePoseFit(measured=points)

    def measure(self, image: Float32Array, image_size_px: tuple[int, int]) -> FaceMeasures | None:
        """Measure one face.

        Args:
            image: (478, 3) landmarks as fractions of the full picture, z in widths.
            image_size_px: (width, height) of the full picture.

        Returns:
            None where the landmarks fix no pose or are damaged.
        """
        face = self._fit.measure(image, image_size_px)
        if face is None:
            return None
        means_cm = self._means @ face.points_cm
        left, right = _gaze_rad(face.camera_cm, means_cm[_EYES], means_cm[_IRISES])
        values = _FROM_HEIGHTS @ means_cm[:, 1]
        values[GAZE] = (left[0] + right[0]) / 2.0, (left[1] + right[1]) / 2.0
        right_out, up_out, _ = face.camera_from_face[:, 2].tolist()
        return FaceMeasures(
            values=values,
            gaze_rad=(left, right),
            straight=max(abs(right_out), abs(up_out)) < _STRAIGHT,
        )


def _from_heights() -> Float64Array:
    """(11, groups) what is measured, of the heights of the groups; no gaze."""
    height = np.eye(len(_GROUPS))
    eyes, upper = height[_EYES], height[_UPPER_LIDS]
    brows = height[_BROWS] - _EYE_SHARE[:, None] * np.concatenate((eyes, eyes))
    corners = height[_LEFT_CORNER] - height[_RIGHT_CORNER]
    measured = np.zeros((SCORES.start, len(_GROUPS)))
    measured[HEIGHTS] = np.concatenate((brows, corners[None]))
    measured[UPPER_LIDS] = upper - eyes
    measured[OPENINGS] = upper - height[_LOWER_LIDS]
    return measured


_FROM_HEIGHTS: Final = _from_heights()


def _mean_table() -> tuple[npt.NDArray[np.intp], Float64Array]:
    points = np.array([point for group in _GROUPS for point in group], dtype=np.intp)
    means = np.zeros((len(_GROUPS), len(points)))
    first = 0
    for row, group in enumerate(_GROUPS):
        means[row, first : first + len(group)] = 1.0 / len(group)
        first += len(group)
    return points, means


def _gaze_rad(
    camera_cm: Float64Array, corners_cm: Float64Array, irises_cm: Float64Array
) -> tuple[Gaze, Gaze]:
    """Where the eyeballs point so that their irises lie where the picture shows them.

    The mesh has the irises' depth from the lids, so only the ray from the camera through each is
    used: where it enters the eyeball is the iris. A ray that misses the ball (a damaged iris) is
    taken at its nearest point.
    """
    camera_x, camera_y, camera_z = camera_cm.tolist()
    angles_rad: list[Gaze] = []
    for middle_cm, iris_cm in zip(corners_cm.tolist(), irises_cm.tolist(), strict=True):
        x, y, z = iris_cm[0] - camera_x, iris_cm[1] - camera_y, iris_cm[2] - camera_z
        distance_cm = math.sqrt(x * x + y * y + z * z) or 1.0
        x, y, z = x / distance_cm, y / distance_cm, z / distance_cm
        from_x, from_y = camera_x - middle_cm[0], camera_y - middle_cm[1]
        from_z = camera_z - middle_cm[2] + _EYEBALL_BEHIND_CORNERS_CM
        along_cm = from_x * x + from_y * y + from_z * z
        square = from_x * from_x + from_y * from_y + from_z * from_z
        inside = along_cm * along_cm - square + _EYEBALL_RADIUS_CM**2
        reach_cm = along_cm + math.sqrt(max(inside, 0.0))
        x, y, z = from_x - reach_cm * x, from_y - reach_cm * y, from_z - reach_cm * z
        angles_rad.append((math.atan2(x, z), math.atan2(y, math.hypot(x, z))))
    left, right = angles_rad
    return left, right
