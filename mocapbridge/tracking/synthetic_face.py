"""The face of the synthetic performer: the average face, moved by a few expressions."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.geometry.face_canonical import load_canonical_face
from mocapbridge.tracking.synthetic_performer import PerformerPose
from mocapbridge.types import BLENDSHAPE_COUNT, Float32Array, Float64Array

# Point numbers of MediaPipe's face mesh; right and left are the performer's.
NOSE_TIP: Final = 1
MOUTH_CORNERS: Final = np.array((61, 291))
EYE_CORNERS: Final = np.array((33, 133, 362, 263))
_CHIN: Final = 152
_UPPER_INNER_LIP: Final = 13
_UPPER_LIDS: Final = np.array(
    (246, 161, 160, 159, 158, 157, 173, 466, 388, 387, 386, 385, 384, 398)
)
_LOWER_LIDS: Final = np.array((7, 163, 144, 145, 153, 154, 155, 249, 390, 373, 374, 380, 381, 382))
_LOWER_LIP: Final = np.array(
    (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 146, 91, 181, 84, 17, 314, 405, 321, 375)
)
_IRISES: Final = slice(468, 478)

_JAW_DROP_CM: Final = np.array((0.0, -2.5, -0.6))
"""Where the chin goes when the jaw is wide open."""
_SMILE_CM: Final = np.array((0.6, 0.5, -0.2))
"""Where the left corner of the mouth goes in a smile."""
_SMILE_REACH_CM: Final = 1.5
_EYEBALL_RADIUS_CM: Final = 1.2
_FULL_GAZE_RAD: Final = 0.5
"""Turn of an eye at which its look weight is 1."""


class SyntheticFace:
    """Mesh and weights of the performer's face."""

    def __init__(self) -> None:
        """Read the average face.

        Raises:
            FileNotFoundError: it does not travel with this installation.
        """
        self._rest_cm = load_canonical_face().points_cm
        self._jaw_cm = _jaw_weights(self._rest_cm)[:, None] * _JAW_DROP_CM
        self._smile_cm = _smile_shifts_cm(self._rest_cm)
        self._lid_cm = self._rest_cm[_LOWER_LIDS] - self._rest_cm[_UPPER_LIDS]

    def mesh_cm(self, pose: PerformerPose) -> Float64Array:
        """(478, 3) points in the face's own frame: x left, y up, z out of the face [cm]."""
        mesh_cm = self._rest_cm + pose.jaw_open * self._jaw_cm + pose.smile * self._smile_cm
        mesh_cm[_UPPER_LIDS] += pose.blink * self._lid_cm
        yaw_rad, pitch_rad = pose.gaze_rad
        mesh_cm[_IRISES, 0] += _EYEBALL_RADIUS_CM * np.sin(yaw_rad)
        mesh_cm[_IRISES, 1] += _EYEBALL_RADIUS_CM * np.sin(pitch_rad)
        return mesh_cm


def face_weights(pose: PerformerPose) -> Float32Array:
    """(52,) ARKit weights 0..1 that go with the mesh."""
    yaw, pitch = (angle_rad / _FULL_GAZE_RAD for angle_rad in pose.gaze_rad)
    weights = np.zeros(BLENDSHAPE_COUNT, dtype=np.float32)
    named = {
        "jawOpen": pose.jaw_open,
        # Looking left, the left eye turns outwards and the right one towards the nose.
        "eyeLookOutLeft": yaw,
        "eyeLookInRight": yaw,
        "eyeLookInLeft": -yaw,
        "eyeLookOutRight": -yaw,
    }
    for side in ("Left", "Right"):
        named[f"eyeBlink{side}"] = pose.blink
        named[f"mouthSmile{side}"] = pose.smile
        named[f"eyeLookUp{side}"] = pitch
        named[f"eyeLookDown{side}"] = -pitch
    for name, weight in named.items():
        weights[ARKIT_INDEX[name]] = weight
    return np.clip(weights, 0.0, 1.0)


def _jaw_weights(rest_cm: Float64Array) -> npt.NDArray[np.float64]:
    """(478,) how far each point follows the jaw: 0 above the mouth, 1 at the chin."""
    height_cm = rest_cm[_UPPER_INNER_LIP, 1] - rest_cm[_CHIN, 1]
    below = (rest_cm[_UPPER_INNER_LIP, 1] - rest_cm[:, 1]) / height_cm
    in_front = rest_cm[:, 2] > 0.0
    weights = np.clip(below, 0.0, 1.0) * in_front
    weights[_LOWER_LIP] = np.maximum(weights[_LOWER_LIP], 0.7)
    # The corners stay behind.
    weights[MOUTH_CORNERS] = 0.3
    return weights


def _smile_shifts_cm(rest_cm: Float64Array) -> Float64Array:
    """(478, 3) where a full smile moves each point: the corners, less with distance from them."""
    shifts_cm = np.zeros_like(rest_cm)
    for corner, sign in zip(MOUTH_CORNERS, (-1.0, 1.0), strict=True):
        distance_cm = np.linalg.norm(rest_cm - rest_cm[corner], axis=1)
        near = np.exp(-0.5 * (distance_cm / _SMILE_REACH_CM) ** 2)
        shifts_cm += near[:, None] * _SMILE_CM * (sign, 1.0, 1.0)
    return shifts_cm
