"""Blendshape scores from the face mesh alone, for face bundles that have no network for them.

A small network of our own, trained to say what MediaPipe's blendshape network says (the training
program is `bench/face/train.py`; how well it does is in `docs/face.md`). Like that network it looks
at 146 of the 478 points in the plane of the picture, after taking out where the face is and how
large: a score does not change when the performer steps aside or comes closer.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.bundled import bundled_path
from mocapbridge.types import BLENDSHAPE_COUNT, Float32Array

BLENDSHAPE_WEIGHTS_FILE: Final = "models/face_blendshapes.npz"

FaceMesh = Literal["official", "rebuilt"]
"""Which network the landmarks come from: that of Google's face bundle, or that of the bundle that
is rebuilt from the Python package index. The two place the same face a little differently."""

_SMALLEST_FACE_PX: Final = 1.0
"""Mean distance of the points from their middle below which there is no face."""
_SANE_FRACTION: Final = 100.0
"""Coordinates beyond this many picture widths are damage, not a face."""


class BlendshapeRegressor:
    """Reads the 52 ARKit weights off the landmarks of one face; about 0.05 ms a face.

    Args:
        mesh: where the landmarks come from.

    Raises:
        FileNotFoundError: the weights do not travel with this installation.
    """

    def __init__(self, mesh: FaceMesh = "rebuilt") -> None:
        with np.load(bundled_path(BLENDSHAPE_WEIGHTS_FILE)) as stored:
            self._points: npt.NDArray[np.intp] = stored["points"].astype(np.intp)
            self._layers: list[tuple[Float32Array, Float32Array]] = [
                (stored[f"{name}_weights"].astype(np.float32), stored[f"{name}_bias"])
                for name in (f"first_{mesh}", "second", "last")
            ]

    def scores(self, image: Float32Array, image_size_px: tuple[int, int]) -> Float32Array | None:
        """How much of each expression the face shows.

        Args:
            image: (478, 3) x and y as fractions of the picture's width and height. The full picture
                and a window of it give the same scores.
            image_size_px: (width, height) of that picture.

        Returns:
            (52,) weights 0..1 in the order of `blendshapes.ARKIT_NAMES`; `tongueOut` is always 0.
            None when the landmarks are not finite or do not span a face.
        """
        values = normalised_points(image[self._points], image_size_px)
        if values is None:
            return None
        for weights, bias in self._layers[:-1]:
            values = _silu(values @ weights + bias)
        weights, bias = self._layers[-1]
        scores = np.zeros(BLENDSHAPE_COUNT, dtype=np.float32)
        scores[: ARKIT_INDEX["tongueOut"]] = _logistic(values @ weights + bias)
        return scores


def normalised_points(points: Float32Array, image_size_px: tuple[int, int]) -> Float32Array | None:
    """What the network looks at: x and y around their middle, in mean distances from it.

    Args:
        points: (n, 3) the chosen landmarks as fractions of the picture.
        image_size_px: (width, height) of the picture.

    Returns:
        (2 n,) x0, y0, x1, y1 ...; None when the points span no face.
    """
    if not float(np.abs(points[:, :2]).max()) < _SANE_FRACTION:  # False for NaN as well
        return None
    points_px = points[:, :2] * np.array(image_size_px, dtype=np.float32)
    centred_px = points_px - points_px.mean(axis=0)
    size_px = float(np.sqrt(np.einsum("ij,ij->i", centred_px, centred_px)).mean())
    if size_px < _SMALLEST_FACE_PX:
        return None
    return centred_px.ravel() / np.float32(size_px)


def _silu(values: Float32Array) -> Float32Array:
    return values * _logistic(values)


def _logistic(values: Float32Array) -> Float32Array:
    # The form with tanh cannot overflow.
    return np.float32(0.5) + np.float32(0.5) * np.tanh(np.float32(0.5) * values)
