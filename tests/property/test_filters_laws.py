"""Laws that smoothing keeps, whatever the motion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from mocapbridge.filters.one_euro import OneEuro, OneEuroParameters
from mocapbridge.filters.options import FilterOptions
from mocapbridge.filters.smoother import Smoother
from mocapbridge.types import Float64Array, Landmarks, SmoothedLandmarks
from tests.tracked_points import Moment, landmarks_of

PARAMETERS = st.builds(
    OneEuroParameters, st.floats(0.1, 10.0), st.floats(0.0, 20.0), st.floats(0.2, 5.0)
)
SEEDS = st.integers(0, 2**16)
Part = TypeVar("Part")


def walk(seed: int, frames: int = 30) -> Float64Array:
    """(frames, 3 axes, 4 points) of a random walk."""
    steps = np.random.default_rng(seed).normal(size=(frames, 3, 4))
    return np.cumsum(steps, axis=0) * 0.02


def filtered(signal: Float64Array, parameters: OneEuroParameters) -> Float64Array:
    one_euro = OneEuro(signal.shape[1], signal.shape[2], parameters)
    one_euro.start(slice(None), signal[0])
    return np.stack([one_euro.step(frame, 1.0 / 30.0).copy() for frame in signal])


@settings(deadline=None)
@given(SEEDS, PARAMETERS)
def test_constant_in_constant_out(seed: int, parameters: OneEuroParameters) -> None:
    still = np.repeat(walk(seed)[:1], 20, axis=0)
    np.testing.assert_array_equal(filtered(still, parameters), still)


@settings(deadline=None)
@given(SEEDS, PARAMETERS, st.floats(0.01, 100.0))
def test_scaling_the_motion_and_beta_scales_the_result(
    seed: int, parameters: OneEuroParameters, factor: float
) -> None:
    signal = walk(seed)
    rescaled = parameters._replace(beta=parameters.beta / factor)
    np.testing.assert_allclose(
        filtered(signal * factor, rescaled), filtered(signal, parameters) * factor, rtol=1e-6
    )


@settings(deadline=None)
@given(SEEDS, PARAMETERS)
def test_turning_the_motion_turns_the_result(seed: int, parameters: OneEuroParameters) -> None:
    signal = walk(seed)
    turn, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    np.testing.assert_allclose(
        filtered(turn @ signal, parameters), turn @ filtered(signal, parameters), atol=1e-9
    )


@settings(deadline=None)
@given(SEEDS, PARAMETERS)
def test_the_result_stays_between_the_extremes(seed: int, parameters: OneEuroParameters) -> None:
    signal = walk(seed)
    smooth = filtered(signal, parameters)
    assert np.all(smooth <= signal.max(axis=0) + 1e-12)
    assert np.all(smooth >= signal.min(axis=0) - 1e-12)


def motion(seed: int, frames: int = 12) -> list[Landmarks]:
    """A performer who moves at random and is sometimes partly out of sight."""
    rng = np.random.default_rng(seed)
    shifts = np.cumsum(rng.normal(size=(frames, 3)) * 0.03, axis=0)
    return [
        landmarks_of(
            Moment(
                time_s=i / 30.0,
                shift_m=(float(x), float(y), float(z)),
                blendshape=float(rng.uniform()),
                head_yaw_rad=float(rng.normal() * 0.1),
                noise_m=0.003,
                seed=seed + i,
                unseen=("left_hand",) if 3 <= i < 3 + seed % 5 else (),
            )
        )
        for i, (x, y, z) in enumerate(shifts)
    ]


def smoothed(frames: list[Landmarks]) -> list[SmoothedLandmarks]:
    smoother = Smoother(FilterOptions())
    return [smoother.filter(landmarks) for landmarks in frames]


def image_and_world(landmarks: Landmarks) -> list[npt.NDArray[np.float32]]:
    hands = (landmarks.left_hand, landmarks.right_hand)
    return [
        landmarks.pose.image,
        landmarks.pose.world_m,
        landmarks.face.image,
        *(hand.image for hand in hands),
        *(hand.world_m for hand in hands),
        landmarks.face.camera_from_face_cm,
        landmarks.face.blendshapes[:, None],
    ]


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.integers(-(2**60), 2**60))
def test_when_it_happens_does_not_matter(seed: int, later_ns: int) -> None:
    frames = motion(seed)
    late = [replace(seen, capture_time_ns=seen.capture_time_ns + later_ns) for seen in frames]
    for now, then in zip(smoothed(frames), smoothed(late), strict=True):
        assert then.capture_time_ns == now.capture_time_ns + later_ns
        for a, b in zip(image_and_world(now), image_and_world(then), strict=True):
            np.testing.assert_array_equal(a, b)


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.floats(0.1, 2.0))
def test_how_far_away_it_happens_does_not_matter(seed: int, zoom: float) -> None:
    def zoomed(image: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        centre = np.array((0.5, 0.5, 0.0))
        return ((image - centre) * zoom + centre).astype(np.float32)

    frames = motion(seed)
    far = smoothed([_with_images(seen, zoomed) for seen in frames])
    for near, away in zip(smoothed(frames), far, strict=True):
        expected = image_and_world(_with_images(near, zoomed))
        for a, b in zip(expected, image_and_world(away), strict=True):
            np.testing.assert_allclose(a, b, atol=2e-5)


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_a_mirrored_performer_is_smoothed_alike(seed: int) -> None:
    frames = motion(seed)
    mirrored = smoothed([_mirrored(seen) for seen in frames])
    for plain, other in zip(smoothed(frames), mirrored, strict=True):
        for a, b in zip(image_and_world(_mirrored(plain)), image_and_world(other), strict=True):
            np.testing.assert_allclose(a, b, atol=2e-5)


def _with_images(
    landmarks: Landmarks,
    change: Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]],
) -> Landmarks:
    return replace(
        landmarks,
        pose=replace(landmarks.pose, image=change(landmarks.pose.image)),
        face=replace(landmarks.face, image=change(landmarks.face.image)),
        left_hand=replace(landmarks.left_hand, image=change(landmarks.left_hand.image)),
        right_hand=replace(landmarks.right_hand, image=change(landmarks.right_hand.image)),
    )


def _mirrored(landmarks: Landmarks) -> Landmarks:
    """As in a mirror, but every point keeps its name."""
    flip = np.array((-1.0, 1.0, 1.0), np.float32)

    def image(points: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return points * flip + np.array((1.0, 0.0, 0.0), np.float32)

    sides = np.diag((-1.0, 1.0, 1.0, 1.0)).astype(np.float32)
    seen = _with_images(landmarks, image)
    matrix = sides @ seen.face.camera_from_face_cm @ sides
    return replace(
        seen,
        pose=replace(seen.pose, world_m=seen.pose.world_m * flip),
        face=replace(seen.face, camera_from_face_cm=matrix),
        left_hand=replace(seen.left_hand, world_m=seen.left_hand.world_m * flip),
        right_hand=replace(seen.right_hand, world_m=seen.right_hand.world_m * flip),
    )
