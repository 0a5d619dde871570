"""The whole smoother on the motion of a performer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pytest

from mocapbridge.filters.options import FilterOptions, OneEuroOptions
from mocapbridge.filters.smoother import Smoother
from mocapbridge.types import Landmarks, SmoothedLandmarks, TrackState
from tests.tracked_points import IMAGE_SIZE_PX, PARTS, Moment, landmarks_of

FieldOf = Callable[[Landmarks], npt.NDArray[np.float32]]
FIELDS: dict[str, FieldOf] = {
    "pose in the picture": lambda seen: seen.pose.image,
    "pose in the world": lambda seen: seen.pose.world_m,
    "face": lambda seen: seen.face.image,
    "left hand in the picture": lambda seen: seen.left_hand.image,
    "left hand in the world": lambda seen: seen.left_hand.world_m,
    "right hand in the picture": lambda seen: seen.right_hand.image,
    "right hand in the world": lambda seen: seen.right_hand.world_m,
    "blendshapes": lambda seen: seen.face.blendshapes,
    "head": lambda seen: seen.face.camera_from_face_cm,
}


def smoothed(
    moments: Iterable[Moment], options: FilterOptions | None = None
) -> list[SmoothedLandmarks]:
    smoother = Smoother(options or FilterOptions())
    return [smoother.filter(landmarks_of(moment)) for moment in moments]


def noisy_still(frames: int = 90, fps: int = 30) -> list[Moment]:
    return [
        Moment(time_s=i / fps, noise_m=0.001, seed=i, blendshape=0.3 + 0.005 * (-1) ** i)
        for i in range(frames)
    ]


def spread(track: Sequence[npt.NDArray[np.float32]]) -> float:
    return float(np.std(np.stack(track), axis=0).mean())


# The body is smoothed where it is solved.
@pytest.mark.parametrize("name", [n for n in FIELDS if n != "head" and not n.startswith("pose")])
@pytest.mark.parametrize("preset", ["crisp", "normal", "smooth"])
def test_noise_on_a_still_performer_is_at_least_halved(
    name: str, preset: Literal["crisp", "normal", "smooth"]
) -> None:
    moments, field = noisy_still(), FIELDS[name]
    raw = spread([field(landmarks_of(moment)) for moment in moments])

    shown = spread([field(s) for s in smoothed(moments, FilterOptions(preset=preset))[30:]])

    assert shown < raw * 0.65
    if preset != "crisp":
        assert shown < raw * 0.5


@pytest.mark.parametrize("name", FIELDS)
def test_presets_are_ordered(name: str) -> None:
    def total_change(preset: Literal["crisp", "normal", "smooth"]) -> float:
        moments = [replace(m, head_yaw_rad=0.01 * (-1) ** i) for i, m in enumerate(noisy_still())]
        track = [FIELDS[name](seen) for seen in smoothed(moments, FilterOptions(preset=preset))]
        return float(np.abs(np.diff(np.stack(track[30:]), axis=0)).sum())

    assert total_change("smooth") < total_change("normal") < total_change("crisp")


@pytest.mark.parametrize("name", FIELDS)
def test_a_first_frame_passes_as_it_is(name: str) -> None:
    moment = Moment(noise_m=0.01, blendshape=0.4, head_yaw_rad=0.5, shift_m=(0.1, 0.2, 0.0))
    (shown,) = smoothed([moment])
    np.testing.assert_allclose(
        FIELDS[name](shown), FIELDS[name](landmarks_of(moment)), rtol=1e-6, atol=1e-6
    )


@pytest.mark.parametrize("name", FIELDS)
def test_switched_off_every_frame_passes_as_it_is(name: str) -> None:
    moments = [
        Moment(time_s=i / 30.0, noise_m=0.01, seed=i, head_yaw_rad=0.1 * i, shift_m=(i, 0.0, 0.0))
        for i in range(5)
    ]
    for moment, shown in zip(moments, smoothed(moments, FilterOptions(enabled=False)), strict=True):
        np.testing.assert_allclose(
            FIELDS[name](shown), FIELDS[name](landmarks_of(moment)), rtol=1e-5, atol=1e-5
        )


@pytest.mark.parametrize(
    ("group", "reached"),
    [
        ("root", ["pose in the picture"]),
        ("body", ["pose in the world"]),
        ("face", ["face"]),
        ("blendshapes", ["blendshapes"]),
        ("head", ["head"]),
        ("hands", [name for name in FIELDS if "hand" in name]),
    ],
)
def test_settings_reach_their_own_group_only(group: str, reached: list[str]) -> None:
    frozen = OneEuroOptions(min_cutoff_hz=1e-9, beta=0.0)
    moments = [
        Moment(
            time_s=i / 30.0, shift_m=(0.01 * i, 0.0, 0.0), blendshape=0.1 * i, head_yaw_rad=0.1 * i
        )
        for i in range(6)
    ]
    moments = [replace(moment, noise_m=0.001, seed=i) for i, moment in enumerate(moments)]

    first, *_, last = smoothed(moments, FilterOptions(**{group: frozen}))  # pyright: ignore[reportArgumentType]

    stuck = [n for n, field in FIELDS.items() if np.allclose(field(first), field(last), atol=1e-6)]
    assert stuck == reached


@pytest.mark.parametrize("fps", [25, 30, 60])
def test_a_blink_of_a_tenth_of_a_second_survives(fps: int) -> None:
    for phase in np.arange(10) / 10.0:
        times_s = (np.arange(fps) + phase) / fps
        lids = np.sin(np.pi * np.clip((times_s - 0.5) / 0.1, 0.0, 1.0)) ** 2
        moments = [
            Moment(time_s=float(t), blendshape=float(lid))
            for t, lid in zip(times_s, lids, strict=True)
        ]
        shown = max(float(seen.face.blendshapes[0]) for seen in smoothed(moments))
        assert shown >= 0.8 * lids.max()


def test_the_head_turns_the_short_way_and_stays_a_rotation() -> None:
    # Through the half turn, where angles wrap and quaternions change sign.
    angles = np.pi + np.linspace(-0.6, 0.6, 31)
    moments = [Moment(time_s=i / 30.0, head_yaw_rad=float(a)) for i, a in enumerate(angles)]
    behind: list[float] = []
    for angle, seen in zip(angles, smoothed(moments), strict=True):
        rotation = seen.face.camera_from_face_cm[:3, :3].astype(np.float64)
        np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-6)
        shown = np.arctan2(rotation[0, 2], rotation[0, 0])
        behind.append(float((angle - shown + np.pi) % (2.0 * np.pi) - np.pi))
    assert min(behind) > -1e-6
    assert max(behind) < 0.1


def test_a_mirrored_head_becomes_the_nearest_rotation() -> None:
    landmarks = landmarks_of(Moment())
    landmarks.face.camera_from_face_cm[:3, :3] = np.diag((1.0, 1.0, -0.5))
    matrix = Smoother(FilterOptions()).filter(landmarks).face.camera_from_face_cm
    np.testing.assert_allclose(matrix[:3, :3], np.eye(3), atol=1e-6)


@pytest.mark.parametrize(
    "change",
    [{"segment": 1}, {"source_id": "another"}, {"image_size_px": (640, 640)}],
    ids=["segment", "source", "picture size"],
)
def test_a_break_in_continuity_starts_everything_anew(change: dict[str, object]) -> None:
    smoother, fresh = Smoother(FilterOptions()), Smoother(FilterOptions())
    for i in range(10):
        smoother.filter(landmarks_of(Moment(time_s=i / 30.0, shift_m=(0.05 * i, 0.0, 0.0))))
    assert smoother.counters["resets"] == 0
    for i in range(10, 14):
        moment = Moment(time_s=i / 30.0, noise_m=0.01, seed=i, unseen=("left_hand", "face"))
        landmarks = replace(landmarks_of(moment), **change)
        after, new = smoother.filter(landmarks), fresh.filter(landmarks)
        for field in FIELDS.values():
            np.testing.assert_array_equal(field(after), field(new))
        assert after.left_hand.state is TrackState.LOST
        assert after.left_hand.confidence == 0.0
        assert not after.face.matrix_measured
    assert smoother.counters["resets"] == 1


def test_a_long_pause_leaves_no_trail() -> None:
    before = [Moment(time_s=i / 30.0, shift_m=(0.02 * i, 0.0, 0.0)) for i in range(10)]
    *_, shown = smoothed([*before, Moment(time_s=1.0)])
    np.testing.assert_allclose(shown.pose.image, landmarks_of(Moment()).pose.image, atol=1e-6)


@pytest.mark.parametrize("step_s", [0.0, -5.0])
def test_a_duplicate_or_backward_time_is_a_short_step(step_s: float) -> None:
    start = [Moment(time_s=10.0 + i / 30.0) for i in range(3)]
    late = Moment(time_s=start[-1].time_s + step_s, shift_m=(0.02, 0.0, 0.0))

    body = OneEuroOptions(min_cutoff_hz=1.5, beta=1.5)
    *_, before, shown = smoothed([*start, late], FilterOptions(body=body))

    way = shown.pose.world_m[0, 0] - before.pose.world_m[0, 0]
    assert 0.0 < way < 0.02 * 0.3
    assert shown.capture_time_ns == round(late.time_s * 1e9)


def test_frames_share_no_memory_and_cannot_be_written() -> None:
    smoother = Smoother(FilterOptions())
    first = smoother.filter(landmarks_of(Moment(blendshape=0.1)))
    kept = {name: field(first).copy() for name, field in FIELDS.items()}
    second = smoother.filter(landmarks_of(Moment(time_s=0.03, shift_m=(0.02, 0.0, 0.0))))
    for name, field in FIELDS.items():
        np.testing.assert_array_equal(field(first), kept[name])
        assert not np.shares_memory(field(first), field(second))
        with pytest.raises(ValueError, match="read-only"):
            field(second)[...] = 0.0


def test_what_is_not_smoothed_passes_through() -> None:
    mask = np.zeros((4, 4), np.float32)
    raw = replace(landmarks_of(Moment(time_s=3.0, frame_index=7)), segmentation_mask=mask)
    seen = Smoother(FilterOptions()).filter(raw)
    assert (seen.capture_time_ns, seen.frame_index, seen.source_id) == (3_000_000_000, 7, "points")
    assert seen.image_size_px == IMAGE_SIZE_PX
    assert seen.segmentation_mask is mask
    assert seen.face.blendshapes_measured
    assert seen.face.matrix_measured
    for part in PARTS:
        assert getattr(seen, part).state is TrackState.TRACKED
        assert getattr(seen, part).confidence == getattr(raw, part).confidence


def test_numbers_no_camera_gives_are_refused_and_counted() -> None:
    smoother = Smoother(FilterOptions())
    smoother.filter(landmarks_of(Moment()))
    huge = landmarks_of(Moment(time_s=0.03))
    huge.pose.world_m[3, 1] = 1e30
    short = replace(huge, face=replace(huge.face, image=huge.face.image[:468]))
    seen = smoother.filter(short)
    assert seen.pose.state is seen.face.state is TrackState.HELD
    assert smoother.counters["nan_rejected"] == 2
