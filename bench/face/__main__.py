"""``python -m bench.face --footage FOLDER --official FOLDER``: our blendshapes against Google's.

Tracks people the scores were never trained on with the official face bundle and with the one that
is rebuilt from the package index, and prints how well our regressor agrees with the official
scores: mean correlation and mean absolute error over the channels that move in the clip.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from bench.face.blendshape_agreement import agreement
from mocapbridge.tracking.composed import ComposedTracker
from mocapbridge.tracking.face_blendshapes import BlendshapeRegressor
from mocapbridge.tracking.model_store import ModelStore
from mocapbridge.tracking.options import TrackingOptions
from mocapbridge.types import FaceLandmarks, Float32Array, TrackState, VideoFrame

_UNSEEN = ("lp_s13", "slp_sign", "mp_gesture", "performer_upper")
_FRAMES = 150


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--footage", type=Path, required=True, help="folder with the clips")
    parser.add_argument(
        "--official", type=Path, required=True, help="official face bundle's folder"
    )
    arguments = parser.parse_args()
    print("clip              channels   official mesh: r, error    rebuilt mesh: r, error")
    for clip in _UNSEEN:
        path = arguments.footage / f"{clip}.mp4"
        official, size_px = _faces(path, ModelStore(arguments.official))
        rebuilt, _ = _faces(path, ModelStore())
        both = [
            (one, other)
            for one, other in zip(official, rebuilt, strict=True)
            if TrackState.LOST not in (one.state, other.state)
        ]
        truth = np.array([one.blendshapes for one, _ in both])
        regressor = BlendshapeRegressor("official")
        own = np.array([_scores(regressor, one, size_px) for one, _ in both])
        other = np.array([face.blendshapes for _, face in both])
        on_official, on_rebuilt = agreement(truth, own), agreement(truth, other)
        live = on_official.live
        print(
            f"{clip:<17} {live.sum():8d}   "
            f"{on_official.correlation[live].mean():13.3f} {on_official.error[live].mean():8.3f}"
            f"   {on_rebuilt.correlation[live].mean():16.3f} {on_rebuilt.error[live].mean():8.3f}"
        )


def _scores(
    regressor: BlendshapeRegressor, face: FaceLandmarks, size_px: tuple[int, int]
) -> Float32Array:
    scores = regressor.scores(face.image, size_px)
    return np.zeros_like(face.blendshapes) if scores is None else scores


def _faces(path: Path, store: ModelStore) -> tuple[list[FaceLandmarks], tuple[int, int]]:
    """The face in each of the first frames, and the picture's size."""
    tracker = ComposedTracker(TrackingOptions(hands=False), store=store)
    capture = cv2.VideoCapture(str(path))
    faces: list[FaceLandmarks] = []
    size_px = (0, 0)
    while len(faces) < _FRAMES:
        decoded, picture = capture.read()
        if not decoded:
            break
        image = np.asarray(picture, dtype=np.uint8)
        index = len(faces)
        landmarks = tracker.track(VideoFrame(image, (index + 1) * 40_000_000, index, path.name))
        size_px = landmarks.image_size_px
        faces.append(landmarks.face)
    tracker.close()
    return faces, size_px


if __name__ == "__main__":
    main()
