"""Nothing but finite, well-formed numbers leaves the filters, whatever comes in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from mocapbridge.filters.options import FilterOptions, LossOptions
from mocapbridge.filters.smoother import Smoother
from mocapbridge.types import Landmarks, SmoothedLandmarks, TrackState
from tests.tracked_points import PARTS, Moment, landmarks_of

ARRAYS: Final = {
    "pose": ("image", "world_m", "visibility", "presence"),
    "face": ("image", "blendshapes", "camera_from_face_cm"),
    "left_hand": ("image", "world_m"),
    "right_hand": ("image", "world_m"),
}
NASTY = st.sampled_from(
    (np.nan, np.inf, -np.inf, 3.4e38, -3.4e38, 1e30, -1e9, 101.0, -7.0, 1e-45, 0.0, -0.0)
)


@st.composite
def spoilt_landmarks(draw: st.DrawFn) -> Landmarks:
    """Landmarks in which some numbers, shapes and scores are anything."""
    landmarks = landmarks_of(
        Moment(
            shift_m=(draw(st.floats(-5.0, 5.0)), 0.0, 0.0),
            noise_m=draw(st.sampled_from((0.0, 0.01, 10.0))),
            seed=draw(st.integers(0, 999)),
            unseen=draw(st.sets(st.sampled_from(PARTS))),
            segment=draw(st.sampled_from((0, 0, 0, 0, 1))),
        )
    )
    for name in draw(st.sets(st.sampled_from(PARTS))):
        part = _spoilt(draw, getattr(landmarks, name), draw(st.sampled_from(ARRAYS[name])))
        landmarks = replace(landmarks, **{name: part})
    return replace(
        landmarks,
        capture_time_ns=draw(
            st.one_of(
                st.integers(0, 100_000_000), st.sampled_from((0, 0, -(2**63), 2**63 - 1, 10**9))
            )
        ),
        image_size_px=draw(st.sampled_from(((1280, 720), (1280, 720), (0, 0), (1, 100_000)))),
    )


def _spoilt(draw: st.DrawFn, part: Any, field: str) -> Any:  # noqa: ANN401 - any of three types
    array: npt.NDArray[np.float32] = getattr(part, field).copy()
    how = draw(st.sampled_from(("one", "all", "shape", "score")))
    if how == "one":
        array.flat[draw(st.integers(0, array.size - 1))] = draw(NASTY)
    elif how == "all":
        array[:] = draw(NASTY)
    elif how == "shape":
        array = array[: draw(st.integers(0, len(array) - 1))]
    else:
        return replace(part, confidence=draw(NASTY))
    return replace(part, **{field: array})


def assert_sound(seen: SmoothedLandmarks) -> None:
    for name, fields in ARRAYS.items():
        part = getattr(seen, name)
        assert 0.0 <= part.confidence <= 1.0
        assert (part.confidence == 0.0) or part.state is not TrackState.LOST
        for field in fields:
            assert np.isfinite(getattr(part, field)).all(), (name, field)
    for unit in (seen.face.blendshapes, seen.pose.visibility, seen.pose.presence):
        assert unit.min() >= 0.0
        assert unit.max() <= 1.0
    matrix = seen.face.camera_from_face_cm
    np.testing.assert_allclose(matrix[:3, :3] @ matrix[:3, :3].T, np.eye(3), atol=1e-5)
    assert np.linalg.det(matrix[:3, :3]) > 0.0
    np.testing.assert_array_equal(matrix[3], (0.0, 0.0, 0.0, 1.0))
    assert seen.pose.image.shape == seen.pose.world_m.shape == (33, 3)
    assert seen.face.image.shape == (478, 3)
    assert seen.left_hand.image.shape == seen.right_hand.world_m.shape == (21, 3)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(spoilt_landmarks(), min_size=1, max_size=12),
    st.booleans(),
    st.booleans(),
    st.sampled_from((LossOptions(), LossOptions(hold_s=0.0, ease_s=0.0), LossOptions(ease_s=0.01))),
)
def test_whatever_comes_in_only_sound_numbers_go_out(
    frames: list[Landmarks], enabled: bool, gated: bool, loss: LossOptions
) -> None:
    smoother = Smoother(FilterOptions(enabled=enabled, outlier_gate=gated, loss=loss))
    for landmarks in frames:
        assert_sound(smoother.filter(landmarks))
    recovered = smoother.filter(landmarks_of(Moment(time_s=100.0, segment=99)))
    assert_sound(recovered)
    assert recovered.pose.state is TrackState.TRACKED


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(PARTS), st.data())
def test_a_broken_part_does_not_spoil_the_others(name: str, data: st.DataObject) -> None:
    sound = [landmarks_of(Moment(time_s=i / 30.0, noise_m=0.01, seed=i)) for i in range(3)]
    field = data.draw(st.sampled_from(ARRAYS[name]))
    broken = getattr(sound[1], name)
    array = getattr(broken, field).copy()
    # The last four of the matrix are its constant row.
    readable = array.size - 4 if array.shape == (4, 4) else array.size
    array.flat[data.draw(st.integers(0, readable - 1))] = np.nan
    with_nan = replace(sound[1], **{name: replace(broken, **{field: array})})
    clean, tested = Smoother(FilterOptions()), Smoother(FilterOptions())

    for index, landmarks in enumerate(sound):
        expected = clean.filter(landmarks)
        seen = tested.filter(with_nan if index == 1 else landmarks)
        for other in set(PARTS) - {name}:
            for other_field in ARRAYS[other]:
                np.testing.assert_array_equal(
                    getattr(getattr(seen, other), other_field),
                    getattr(getattr(expected, other), other_field),
                )
        assert getattr(seen, name).state is (TrackState.HELD if index == 1 else TrackState.TRACKED)
    assert tested.counters["nan_rejected"] == 1
