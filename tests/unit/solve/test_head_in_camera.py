"""The head is turned by the angle at which the user's camera sees it: live, offline, by profile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest
from msgspec.structs import replace
from scipy.spatial.transform import Rotation

from mocapbridge.solve import proportions
from mocapbridge.solve.live import LiveSolver
from mocapbridge.solve.offline import OfflineSolver
from mocapbridge.solve.options import SolveCameraOptions, SolveOptions
from mocapbridge.solve.profile import Profile, save_profile
from mocapbridge.tracking.options import TrackingOptions
from mocapbridge.tracking.synthetic import SyntheticTracker
from mocapbridge.types import Landmarks, MocapFrame, SmoothedLandmarks, VideoFrame

FRAMES = 12
Solve: TypeAlias = Callable[[list[Landmarks], SolveOptions], list[MocapFrame]]


@pytest.fixture(scope="module")
def frames() -> list[Landmarks]:
    """A performer whose face is well above the middle of the picture of a level camera."""
    tracker = SyntheticTracker(TrackingOptions())
    nothing = np.zeros((0, 0, 3), dtype=np.uint8)
    return [
        tracker.track(VideoFrame(nothing, (index + 1) * 33_000_000, index, "synthetic"))
        for index in range(FRAMES)
    ]


def live(frames: list[Landmarks], options: SolveOptions) -> list[MocapFrame]:
    solver = LiveSolver("p", options)
    return [solver.solve(SmoothedLandmarks(frame)) for frame in frames]


def offline(frames: list[Landmarks], options: SolveOptions) -> list[MocapFrame]:
    return OfflineSolver("p", options).solve(frames)


def head(motion: list[MocapFrame]) -> Rotation:
    return Rotation.from_matrix(motion[-1].face.world_from_head[:3, :3].astype(np.float64))


def lowered_deg(one: list[MocapFrame], other: list[MocapFrame]) -> float:
    """How much further down the second head looks, and nowhere else."""
    between = (head(other) * head(one).inv()).as_rotvec(degrees=True)
    assert np.abs(between[1:]).max() < 1.0
    return float(between[0])


@pytest.mark.parametrize("solve", [live, offline])
@pytest.mark.parametrize("fov_deg", [45.0, 90.0])
def test_a_wider_camera_sees_the_face_from_further_below(
    frames: list[Landmarks], solve: Solve, fov_deg: float
) -> None:
    """So the same picture is that of a head that looks further down; a narrower one: further up."""
    usual = solve(frames, SolveOptions())
    told = solve(frames, SolveOptions(camera=SolveCameraOptions(horizontal_fov_deg=fov_deg)))
    up = (0.5 - float(frames[-1].face.image[:, 1].mean())) * 2.0 * 720 / 1280
    seen_deg, taken_for_deg = (
        float(np.degrees(np.arctan(up * np.tan(np.radians(angle_deg / 2.0)))))
        for angle_deg in (fov_deg, 60.0)
    )
    assert abs(seen_deg - taken_for_deg) > 3.0
    assert lowered_deg(usual, told) == pytest.approx(seen_deg - taken_for_deg, abs=0.5)


@pytest.mark.parametrize("solve", [live, offline])
def test_the_camera_of_a_profile_counts(
    frames: list[Landmarks], solve: Solve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mocapbridge.solve.profile.profiles_folder", lambda: tmp_path)
    camera = SolveCameraOptions(horizontal_fov_deg=90.0)
    build = SolveOptions(height_m=1.7, bones=proportions.STANDARD_BONES)
    profile = Profile(
        height_m=1.7, height_measured=True, bones=proportions.STANDARD_BONES, camera=camera
    )
    save_profile(profile, "wide")
    of_profile = solve(frames, SolveOptions(profile="wide"))
    told = solve(frames, replace(build, camera=camera))
    assert lowered_deg(solve(frames, build), told) > 3.0
    assert lowered_deg(told, of_profile) == pytest.approx(0.0, abs=0.01)
