"""The face network's find as a part of ``Landmarks``, with head pose and blendshapes."""

from __future__ import annotations

import numpy as np

from mocapbridge.geometry.head_pose import HeadPoseFit
from mocapbridge.tracking.face_blendshapes import BlendshapeRegressor
from mocapbridge.tracking.lost_parts import LOST_FACE
from mocapbridge.tracking.network_results import FaceResult
from mocapbridge.types import FaceLandmarks, FaceSource, Float32Array, TrackState


class FaceParts:
    """Completes what the network says of a face.

    The head pose is fitted to the landmarks of the full picture for every face model alike: the
    task's own matrix belongs to the window the face was searched in, and to a camera that does not
    exist. Blendshape scores are the
    model's own where it has them, else our regressor reads them off the landmarks.
    """

    def __init__(self, *, blendshapes: bool) -> None:
        """Prepare for a face model.

        Args:
            blendshapes: whether the model gives blendshape scores itself.
        """
        self.source: FaceSource = "official" if blendshapes else "own"
        self._pose_fit = HeadPoseFit()
        self._regressor = None if blendshapes else BlendshapeRegressor("rebuilt")

    def part(
        self, result: FaceResult, image: Float32Array, image_size_px: tuple[int, int]
    ) -> FaceLandmarks:
        """The face in full-picture coordinates.

        Args:
            result: the network's find.
            image: (478, 3) its landmarks as fractions of the full picture.
            image_size_px: (width, height).
        """
        matrix = self._pose_fit.fit(image, image_size_px)
        weights = result.blendshapes
        if self._regressor:
            weights = self._regressor.scores(image, image_size_px)
        return FaceLandmarks(
            state=TrackState.TRACKED,
            confidence=1.0,
            image=image,
            blendshapes=np.zeros_like(LOST_FACE.blendshapes) if weights is None else weights,
            blendshapes_measured=weights is not None,
            camera_from_face_cm=LOST_FACE.camera_from_face_cm if matrix is None else matrix,
            matrix_measured=matrix is not None,
        )
