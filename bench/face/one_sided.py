"""One-sided expressions with exact truth: half of the rendered face moves, the other half rests.

The rendered performer smiles and moves the brows on both sides alike. Its head hardly moves
meanwhile, so each picture gets one half of its own and the other half of the last picture before
the expression begins, with a soft seam down the nose: the control holds for one side, rest for the
other.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from bench.face.measured import face_of
from bench.face.rendered import read_truth
from bench.face.tasks import FaceTask
from bench.face.tracks import pictures_of
from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.bundled import bundled_path
from mocapbridge.solve.face import FaceSolver
from mocapbridge.solve.options import FaceSolveOptions
from mocapbridge.tracking.face_blendshapes import BlendshapeRegressor
from mocapbridge.types import Float32Array, Float64Array, UInt8Array

_CLIP: Final = "performer_upper"
_CONTROLS: Final = (
    ("smile", "mouthSmile"),
    ("brow_up", "browOuterUp"),
    ("brow_down", "browDown"),
)
_BEGINS: Final = 0.02
_FULL: Final = 0.9
_REST_PICTURES: Final = 40
"""The resting picture is shown that often first: the solver learns the rest from it."""
_SEAM_PX: Final = 6.0
_NOSE: Final = (168, 6, 197, 1, 2, 0, 17, 152)


class OneSided(NamedTuple):
    """One expression of one side: means over the pictures with the full control."""

    channel: str
    side: str
    score: float
    """Rise of the moving side's score."""
    other_score: float
    solved: float
    """Rise of the moving side as solved."""
    other_solved: float


def one_sided(bundle: Path) -> Iterator[OneSided]:
    """Every control on either side."""
    truth = read_truth(bundled_path(f"samples/{_CLIP}.json"))
    pictures = list(pictures_of(bundled_path(f"samples/{_CLIP}.mp4")))
    for control, channel in _CONTROLS:
        values = truth.controls[control]
        moving = np.flatnonzero(values > _BEGINS)
        rest = pictures[int(moving[0]) - 1]
        for side in ("Left", "Right"):
            shown = [pictures[index] for index in moving]
            yield _shown(bundle, rest, shown, values[moving] > _FULL, (channel, side))


def _shown(
    bundle: Path,
    rest: UInt8Array,
    moving: list[UInt8Array],
    full: npt.NDArray[np.bool_],
    wanted: tuple[str, str],
) -> OneSided:
    task, regressor = FaceTask(bundle, video=True), BlendshapeRegressor("rebuilt")
    solver = FaceSolver(FaceSolveOptions(), landmarks_lag=False)
    channel, side = wanted
    other = "Right" if side == "Left" else "Left"
    columns = [ARKIT_INDEX[channel + side], ARKIT_INDEX[channel + other]]
    seam = _seam(bundle, rest, side)
    size_px = (rest.shape[1], rest.shape[0])
    rows: list[tuple[Float32Array, Float32Array]] = []
    for index, picture in enumerate([rest] * _REST_PICTURES + moving):
        mixed = rest + seam * (picture.astype(np.float32) - rest)
        find = task.find(np.rint(mixed).astype(np.uint8), 40 * index)
        if find is None:
            raise ValueError(f"there is no face in a picture of {_CLIP}")
        own = regressor.scores(find.image, size_px)
        scores = own if find.blendshapes is None else find.blendshapes
        if scores is None:
            raise ValueError(f"there are no scores in a picture of {_CLIP}")
        solved = solver.solve(face_of(find.image, scores), size_px, scores, 0.04).weights
        rows.append((scores[columns], solved[columns]))
    task.close()
    values = np.array(rows)  # (n, 2, 2): scores and solved, this side and the other
    rise = values[_REST_PICTURES:][full].mean(axis=0) - values[_REST_PICTURES - 1]
    return OneSided(channel, side, *rise.ravel().tolist())


def _seam(bundle: Path, rest: UInt8Array, side: str) -> Float32Array:
    """(h, w, 1) 1 where the moving half is: the performer's left is right in the picture."""
    task = FaceTask(bundle, video=False)
    find = task.find(rest)
    task.close()
    if find is None:
        raise ValueError(f"there is no face in a picture of {_CLIP}")
    height, width = rest.shape[:2]
    nose_px: Float64Array = find.image[list(_NOSE), :2].astype(np.float64) * (width, height)
    x_px, y_px = nose_px.mean(axis=0).tolist()
    around_px = nose_px - (x_px, y_px)
    slope = float(around_px[:, 0] @ around_px[:, 1]) / float(around_px[:, 1] @ around_px[:, 1])
    columns = np.arange(width, dtype=np.float64)[None, :]
    rows = np.arange(height, dtype=np.float64)[:, None]
    right_of = columns - (x_px + slope * (rows - y_px))
    left = 1.0 / (1.0 + np.exp(-np.clip(right_of / _SEAM_PX, -50.0, 50.0)))
    return (left if side == "Left" else 1.0 - left).astype(np.float32)[..., None]
