"""The face of exported scenes: closed at rest, lips that move as one, no triangle turned over."""

from __future__ import annotations

import numpy as np
import pytest

from mocapbridge.blendshapes import ARKIT_INDEX, ARKIT_NAMES
from mocapbridge.export.face_mesh import FaceMesh, face_mesh
from mocapbridge.export.face_triangles import SURFACES
from mocapbridge.types import Float64Array
from tests.export_clips import moving_clip

CLOSED_MM2 = 20.0
"""Of the mouth seen from the front: a line between the lips, 0.3 mm high."""

# Points of MediaPipe's mesh, each line from the performer's right to the left.
INNER_LIPS = (
    *(78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308),
    *(95, 88, 178, 87, 14, 317, 402, 318, 324),
)
UPPER_LINES = np.array(
    (
        (185, 40, 39, 37, 0, 267, 269, 270, 409),
        (184, 74, 73, 72, 11, 302, 303, 304, 408),
        (183, 42, 41, 38, 12, 268, 271, 272, 407),
        (191, 80, 81, 82, 13, 312, 311, 310, 415),
    )
)
LOWER_LINES = np.array(
    (
        (146, 91, 181, 84, 17, 314, 405, 321, 375),
        (77, 90, 180, 85, 16, 315, 404, 320, 307),
        (96, 89, 179, 86, 15, 316, 403, 319, 325),
        (95, 88, 178, 87, 14, 317, 402, 318, 324),
    )
)


@pytest.fixture(scope="module", name="face")
def _face() -> FaceMesh:
    return face_mesh(moving_clip(2).rest_positions_m)


def _towards_viewer_mm2(face: FaceMesh, *shapes: str) -> Float64Array:
    """Each triangle's area as seen from the front; negative where its back is seen."""
    moved = face.positions_m.astype(np.float64)
    for shape in shapes:
        moved += face.shapes_m[ARKIT_INDEX[shape]]
    a, b, c = (moved[face.triangles[:, corner]] for corner in range(3))
    return np.cross(b - a, c - a)[:, 2] / 2 * 1e6


def _mouth_mm2(face: FaceMesh, *shapes: str) -> float:
    seen = _towards_viewer_mm2(face, *shapes)[face.surfaces == SURFACES.index("Mouth")]
    return float(np.abs(seen).sum())


def test_the_mouth_is_what_lies_between_the_inner_lips(face: FaceMesh) -> None:
    mouth = face.triangles[face.surfaces == SURFACES.index("Mouth")]
    assert set(mouth.reshape(-1).tolist()) == set(INNER_LIPS)
    assert len(mouth) == len(INNER_LIPS) - 2


def test_at_rest_the_mouth_is_closed_and_nothing_is_turned_over(face: FaceMesh) -> None:
    assert _mouth_mm2(face) < CLOSED_MM2
    assert _towards_viewer_mm2(face).min() > 0.0


@pytest.mark.parametrize("shape", ARKIT_NAMES)
def test_a_shape_turns_hardly_anything_over(face: FaceMesh, shape: str) -> None:
    # Lips that close over an open jaw are nothing without it.
    shapes = ("jawOpen", shape) if shape == "mouthClose" else (shape,)
    seen = _towards_viewer_mm2(face, *shapes)
    assert -seen[seen < 0.0].sum() < 9.0


def test_all_of_a_lip_goes_along_when_the_jaw_opens(face: FaceMesh) -> None:
    down_m = -face.shapes_m[ARKIT_INDEX["jawOpen"], :, 1]
    assert np.abs(down_m[UPPER_LINES]).max() == 0.0
    inner = down_m[LOWER_LINES[-1]]
    assert inner[4] > 0.015
    assert (down_m[LOWER_LINES] > 0.9 * inner).all()
    apart_m = down_m[LOWER_LINES] - inner
    assert apart_m.max() < 0.004  # skin, not lip, gives way at the corners


def test_the_jaw_opens_the_mouth_and_the_lips_close_over_it(face: FaceMesh) -> None:
    assert _mouth_mm2(face, "jawOpen") > 700.0
    assert _mouth_mm2(face, "jawOpen", "mouthClose") < CLOSED_MM2


@pytest.mark.parametrize("shape", ["mouthSmile", "mouthFrown", "mouthDimple", "mouthPress"])
def test_closed_lips_stay_closed(face: FaceMesh, shape: str) -> None:
    assert _mouth_mm2(face, f"{shape}Left", f"{shape}Right") < CLOSED_MM2
