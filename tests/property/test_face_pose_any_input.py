from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mocapbridge.geometry.face_pose import FacePoseFit
from mocapbridge.types import Float32Array

POSE = FacePoseFit()


@settings(max_examples=150, deadline=None)
@given(
    image=hnp.arrays(
        np.float32,
        (478, 3),
        elements=st.floats(width=32, allow_nan=True, allow_infinity=True),
        fill=st.floats(-2.0, 2.0, width=32),
    ),
    size_px=st.tuples(st.integers(16, 4096), st.integers(16, 4096)),
)
def test_any_landmarks_give_a_rotation_or_nothing(
    image: Float32Array, size_px: tuple[int, int]
) -> None:
    matrix = POSE.fit(image, size_px)
    if matrix is None:
        return
    assert np.isfinite(matrix).all()
    rotation = matrix[:3, :3].astype(np.float64)
    assert np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-5)
    assert np.linalg.det(rotation) > 0.0


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), spread=st.floats(1e-6, 50.0))
def test_random_clouds_give_a_rotation_or_nothing(seed: int, spread: float) -> None:
    cloud = np.random.default_rng(seed).normal(0.5, spread, (478, 3)).astype(np.float32)
    matrix = POSE.fit(cloud, (640, 480))
    if matrix is not None:
        assert np.isfinite(matrix).all()
        assert np.linalg.det(matrix[:3, :3].astype(np.float64)) > 0.99
