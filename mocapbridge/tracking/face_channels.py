"""Channels measured on the mesh, against how this performer's face rests.

A network that sees one frame cannot know whether brows are low or lowered: MediaPipe's scores
barely follow a rendered performer who lowers them. In the head's own frame, and against the
performer's rest, the height of the brows tells. The heights of the mouth's corners tell the two
sides of a smile apart, which the scores mix. `docs/face.md` has the figures, and names the channels
for which geometry does no better than the scores.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.geometry.face_pose import FacePoseFit
from mocapbridge.types import Float32Array, Float64Array

_POINTS: Final = np.array(
    (
        *(285, 295, 336, 296),  # inner half of the left brow
        *(55, 65, 107, 66),  # of the right brow
        *(276, 283, 300, 293),  # outer half, left
        *(46, 53, 70, 63),  # outer half, right
        *(263, 362),  # corners of the left eye
        *(33, 133),  # of the right eye
        *(291, 308),  # left corner of the mouth
        *(61, 78),  # right corner
    )
)
_INNER: Final = slice(0, 2)
_OUTER: Final = slice(2, 4)
_CORNERS: Final = 4
_EYE_SHARE: Final = np.array((0.4, 0.4, 0.8, 0.8))
"""How much of the height of the eye's corners is taken out of each brow height, so that it stays
put when the head nods. Chosen on the rendered performer."""

_SANE_FRACTION: Final = 100.0
"""Coordinates beyond this many picture widths are damage, not a face."""
_STRAIGHT: Final = 0.42
"""Sine of 25 degrees: with more turn or nod the mesh is too bent to learn a rest from."""
_FIRST_LOOK_S: Final = 1.0
"""The rest is at first the mean over this time."""
_DRIFT_CM_PER_S: Final = 0.02
"""Then it follows this slowly: a brow held up by 0.4 cm for 5 s loses a quarter of its weight, a
wrong first look is forgotten within half a minute."""
_LONGEST_STEP_S: Final = 0.25

_DEAD_CM: Final = 0.1
"""Smaller movement is noise: the rendered performer's resting brows wander by 0.04 cm, and by 0.1
when the head turns."""
_FULL_UP_CM: Final = 0.7
"""Travel of a fully raised brow: five expressive talkers span 0.6 to 1.2 between the 1st and the
99th percentile, lowering included."""
_FULL_DOWN_CM: Final = 0.4
_SMILE_CM: Final = 0.95
"""How far a full smile of the rendered performer lifts a corner of the mouth."""
_DEAD_CORNERS_CM: Final = 0.08

_BROW_INNER_UP: Final = ARKIT_INDEX["browInnerUp"]
_BROW_OUTER_UP: Final = np.array((ARKIT_INDEX["browOuterUpLeft"], ARKIT_INDEX["browOuterUpRight"]))
_BROW_DOWN: Final = np.array((ARKIT_INDEX["browDownLeft"], ARKIT_INDEX["browDownRight"]))
_SMILE: Final = np.array((ARKIT_INDEX["mouthSmileLeft"], ARKIT_INDEX["mouthSmileRight"]))


class FaceChannels:
    """Learns how one performer's face rests and measures seven channels from there; 0.04 ms a face.

    Args:
        pose_fit: the fit that gives the head's pose.
        rest_cm: what the property of that name gave in an earlier run with the same performer (a
            calibration); None to learn it.
    """

    def __init__(self, pose_fit: FacePoseFit, rest_cm: Float64Array | None = None) -> None:
        self._pose_fit = pose_fit
        self._known_rest_cm = rest_cm
        self.reset()

    def reset(self) -> None:
        """Forget the performer (continuity is broken)."""
        self._rest_cm = None if self._known_rest_cm is None else self._known_rest_cm.copy()
        self._watched_s = 0.0 if self._rest_cm is None else _FIRST_LOOK_S
        self._last_time_s: float | None = None

    @property
    def rest_cm(self) -> Float64Array | None:
        """How the face rests, part of the performer's calibration; None before a face was seen.

        (5,) heights of the inner left, inner right, outer left and outer right half of the brows,
        and how much higher the left corner of the mouth is [cm].
        """
        return None if self._rest_cm is None else self._rest_cm.copy()

    def measure(
        self,
        scores: Float32Array,
        image: Float32Array,
        image_size_px: tuple[int, int],
        camera_from_face_cm: Float32Array,
        time_s: float,
    ) -> Float32Array:
        """The scores with what the mesh says of brows and of the two sides of a smile.

        Args:
            scores: (52,) weights in the order of `blendshapes.ARKIT_NAMES`; stays as it is.
            image: (478, 3) landmarks as fractions of the full picture, z in widths.
            image_size_px: (width, height) of the full picture.
            camera_from_face_cm: (4, 4) what the pose fit gave for these landmarks.
            time_s: when the picture was taken [s], rising.

        Returns:
            (52,) weights 0..1; `scores` itself when the landmarks are not finite or no rest is
            known yet.
        """
        if not float(np.abs(image).max()) < _SANE_FRACTION:  # False for NaN as well
            return scores
        points_cm = self._pose_fit.in_face_cm(image, image_size_px, camera_from_face_cm, _POINTS)
        heights_cm = _heights_cm(points_cm[:, 1])
        if np.abs(camera_from_face_cm[:2, 2]).max() < _STRAIGHT:
            self._learn(heights_cm, time_s)
        if self._rest_cm is None:
            return scores
        moved_cm = heights_cm - self._rest_cm
        measured = scores.copy()
        measured[_BROW_INNER_UP] = _ramp(moved_cm[_INNER].mean(keepdims=True), _FULL_UP_CM)[0]
        measured[_BROW_OUTER_UP] = _ramp(moved_cm[_OUTER], _FULL_UP_CM)
        measured[_BROW_DOWN] = _ramp(-moved_cm[_INNER], _FULL_DOWN_CM)
        measured[_SMILE] = _two_sided(scores[_SMILE], float(moved_cm[_CORNERS]))
        return measured

    def _learn(self, heights_cm: Float64Array, time_s: float) -> None:
        last_s, self._last_time_s = self._last_time_s, time_s
        if self._rest_cm is None:
            self._rest_cm = heights_cm
        if last_s is None:
            return
        step_s = min(max(time_s - last_s, 0.0), _LONGEST_STEP_S)
        missing_cm = heights_cm - self._rest_cm
        self._watched_s += step_s
        if 0.0 < self._watched_s < _FIRST_LOOK_S:
            step_cm = missing_cm * (step_s / self._watched_s)
        else:
            most_cm = _DRIFT_CM_PER_S * step_s
            step_cm = np.clip(missing_cm, -most_cm, most_cm)
        self._rest_cm = self._rest_cm + step_cm


def _heights_cm(y_cm: Float64Array) -> Float64Array:
    """(5,) the heights that `FaceChannels.rest_cm` lists."""
    brows_cm = y_cm[:16].reshape(4, 4).mean(axis=1)
    pairs_cm = y_cm[16:].reshape(4, 2).mean(axis=1)
    eyes_cm = pairs_cm[(0, 1, 0, 1),]
    return np.append(brows_cm - _EYE_SHARE * eyes_cm, pairs_cm[2] - pairs_cm[3])


def _ramp(travel_cm: Float64Array, full_cm: float) -> Float64Array:
    return np.clip((travel_cm - _DEAD_CM) / (full_cm - _DEAD_CM), 0.0, 1.0)


def _two_sided(smile: Float32Array, left_higher_cm: float) -> Float64Array:
    """(2,) the same smile in all, shared out by how much higher the left corner went."""
    mean = float(smile.mean())
    beyond_cm = max(abs(left_higher_cm) - _DEAD_CORNERS_CM, 0.0)
    half = min(0.5 * beyond_cm / _SMILE_CM, mean, 1.0 - mean)
    half = half if left_higher_cm > 0.0 else -half
    return np.array((mean + half, mean - half))
