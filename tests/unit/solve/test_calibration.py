"""Somebody stands still: bones, camera and resting face, kept by name and used again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.errors import ConfigError
from mocapbridge.skeleton import JOINT_INDEX
from mocapbridge.solve import proportions
from mocapbridge.solve.build import build_of, height_of
from mocapbridge.solve.calibration import StillFrames, Wanted, calibrate
from mocapbridge.solve.face import FaceSolver
from mocapbridge.solve.live import LiveSolver
from mocapbridge.solve.offline import OfflineSolver
from mocapbridge.solve.options import BoneLengths, SolveCameraOptions, SolveOptions
from mocapbridge.solve.profile import (
    Profile,
    load_profile,
    profile_names,
    save_profile,
    with_profile,
)
from mocapbridge.tracking.options import TrackingOptions
from mocapbridge.tracking.synthetic import SyntheticTracker
from mocapbridge.types import Landmarks, TrackState, VideoFrame
from tests import posed_performer
from tests.posed_performer import Performer

USUAL = proportions.STANDARD_BONES
TALL = BoneLengths(
    upper_arm_m=0.225, forearm_m=0.26, thigh_m=0.43, shin_m=0.40,
    shoulder_width_m=0.36, hip_width_m=0.205, torso_m=0.51,
)  # fmt: skip


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mocapbridge.solve.profile.profiles_folder", lambda: tmp_path / "profiles")


@pytest.fixture
def tall_performer(monkeypatch: pytest.MonkeyPatch) -> None:
    offsets = build_of(SolveOptions(bones=TALL)).offsets_m
    monkeypatch.setattr(posed_performer, "REST_M", proportions.rest_positions_m(offsets))


def standing(seconds: float = 4.0, performer: Performer | None = None) -> list[Landmarks]:
    shown = performer or Performer(hips_in_world_m=(0.0, 0.96, 0.0))
    count = round(seconds * 30)
    return [shown.landmarks(round(i * 1e9 / 30), i) for i in range(count)]


def still(frames: Sequence[Landmarks], wanted: Wanted) -> tuple[StillFrames, bool]:
    collected = StillFrames(wanted)
    return collected, any(collected.add(frame) for frame in frames)


def profile(**changed: object) -> Profile:
    whole = Profile(height_m=1.6, height_measured=True, bones=TALL, camera=SolveCameraOptions())
    return msgspec.structs.replace(whole, **changed)


@pytest.mark.usefixtures("tall_performer")
def test_bones_are_measured() -> None:
    height_m = height_of(TALL)
    wanted = Wanted(height_m=height_m)
    collected, enough = still(standing(), wanted)
    assert enough
    measured = calibrate(collected.frames, wanted, SolveCameraOptions())
    for name in TALL.__struct_fields__:
        true = getattr(TALL, name)
        usual = getattr(USUAL, name) * height_m / proportions.STANDARD_HEIGHT_M
        assert abs(getattr(measured.bones, name) - true) <= max(0.75 * abs(usual - true), 0.006)
    assert measured.height_m == pytest.approx(height_m, abs=1e-3)


def test_camera_is_levelled_by_who_stands() -> None:
    leaning = Performer(
        rotations={"hips": Rotation.from_euler("X", 8.0, degrees=True)},
        hips_in_world_m=(0.0, 0.88, 0.0),
    )
    wanted = Wanted(height_m=1.70)
    collected, _ = still(standing(performer=leaning), wanted)
    measured = calibrate(collected.frames, wanted, SolveCameraOptions())
    # Who stands upright and seems to lean towards the camera is seen from above.
    assert measured.camera.tilt_deg == pytest.approx(8.0, abs=1.0)
    assert measured.camera.roll_deg == pytest.approx(0.0, abs=1.0)
    assert not collected.hint


def test_distance_gives_the_field_of_view() -> None:
    wanted = Wanted(height_m=1.70, distance_m=4.0)
    collected, _ = still(standing(performer=Performer()), wanted)
    measured = calibrate(collected.frames, wanted, SolveCameraOptions(horizontal_fov_deg=45.0))
    assert measured.camera.horizontal_fov_deg == pytest.approx(60.0, abs=2.0)


def test_who_moves_or_leaves_does_not_count() -> None:
    walking = [
        Performer(rotations={"hips": Rotation.from_euler("Y", 6.0 * i, degrees=True)}).landmarks(
            round(i * 1e9 / 30), i
        )
        for i in range(150)
    ]
    collected, enough = still(walking, Wanted())
    assert not enough
    assert collected.hint == "stand still"
    gone = [replace(x, pose=replace(x.pose, state=TrackState.LOST)) for x in standing()]
    collected, enough = still(gone, Wanted())
    assert not enough
    assert collected.hint == "step into the picture"


def with_face(frames: list[Landmarks], weights: dict[str, float]) -> list[Landmarks]:
    shown = np.zeros(52, dtype=np.float32)
    for name, weight in weights.items():
        shown[ARKIT_INDEX[name]] = weight
    return [replace(x, face=replace(x.face, blendshapes=shown)) for x in frames]


def test_resting_face_is_taken_off_and_blinking_survives() -> None:
    resting = {"browDownLeft": 0.2, "eyeBlinkLeft": 0.1, "eyeLookDownLeft": 0.3}
    wanted = Wanted(body=False, face=True)
    collected, enough = still(with_face(standing(), resting), wanted)
    assert enough
    neutral = calibrate(collected.frames, wanted, SolveCameraOptions()).neutral_face
    assert neutral == pytest.approx(resting, abs=1e-3)
    options = SolveOptions(neutral_face=neutral)
    blinking = with_face(standing(1.0), {"eyeBlinkLeft": 1.0, "browDownLeft": 0.2,
                                         "eyeLookDownLeft": 0.3})  # fmt: skip
    live = LiveSolver("p", options).solve(posed_performer.SmoothedLandmarks(blinking[0]))
    offline = OfflineSolver("p", options).solve(blinking)[15]
    for frame in (live, offline):
        weights = frame.face.blendshapes
        assert weights[ARKIT_INDEX["eyeBlinkLeft"]] == pytest.approx(1.0)
        assert weights[ARKIT_INDEX["browDownLeft"]] == pytest.approx(0.0, abs=1e-6)
        assert weights[ARKIT_INDEX["eyeLookDownLeft"]] == pytest.approx(0.3)


def test_a_calibrated_face_needs_no_first_look() -> None:
    tracker = SyntheticTracker(TrackingOptions(body=False, hands=False))
    no_picture = np.zeros((0, 0, 3), dtype=np.uint8)
    frames = [
        tracker.track(VideoFrame(no_picture, round(index * 1e9 / 30), index, "synthetic"))
        for index in range(90)
    ]
    measured = calibrate(frames, Wanted(body=False, face=True), SolveCameraOptions())
    assert measured.resting_mesh is not None
    save_profile(measured, "faced")
    known = with_profile(SolveOptions(profile="faced")).face
    assert known.resting_mesh == measured.resting_mesh
    solver = FaceSolver(known)
    assert solver.resting_mesh == measured.resting_mesh


def test_profile_reads_back_and_shapes_the_skeleton() -> None:
    save_profile(profile(), "anna")
    assert load_profile("anna") == profile()
    assert profile_names() == ["anna"]
    for solver in (LiveSolver("p", SolveOptions(profile="anna")),
                   OfflineSolver("p", SolveOptions(profile="anna"))):  # fmt: skip
        rest = solver.rest_positions_m
        shin = rest[JOINT_INDEX["leftLowerLeg"]] - rest[JOINT_INDEX["leftFoot"]]
        assert np.linalg.norm(shin) == pytest.approx(TALL.shin_m, abs=1e-4)
    frame = LiveSolver("p", SolveOptions(profile="anna")).solve(Performer().landmarks())
    places = frame.pose.positions_in_world_m
    thigh = places[JOINT_INDEX["leftLowerLeg"]] - places[JOINT_INDEX["leftUpperLeg"]]
    assert np.linalg.norm(thigh) == pytest.approx(TALL.thigh_m, abs=1e-4)


def test_what_the_configuration_says_comes_first() -> None:
    save_profile(profile(camera=SolveCameraOptions(tilt_deg=7.0)), "anna")
    merged = with_profile(SolveOptions(profile="anna", height_m=1.76))
    assert merged.height_m == 1.76
    assert merged.bones is not None
    assert merged.bones.shin_m == pytest.approx(TALL.shin_m * 1.1, abs=1e-4)
    assert merged.camera.tilt_deg == 7.0
    own = SolveCameraOptions(horizontal_fov_deg=50.0)
    assert with_profile(SolveOptions(profile="anna", camera=own)).camera == own


@pytest.mark.parametrize("name", ["", "../up", "a/b", "con fig", "-x", "x" * 81])
def test_names_stay_in_the_folder(name: str) -> None:
    with pytest.raises(ConfigError, match="valid"):
        save_profile(profile(), name)


def test_unknown_profiles_name_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="calibrate --name anna"):
        load_profile("anna")
    save_profile(profile(), "anna")
    save_profile(profile(), "bert")
    with pytest.raises(ConfigError, match=r"anna, bert; did you mean 'anna'"):
        load_profile("ana")


@pytest.mark.parametrize(
    "content", [b"", b"[1, 2", b"version: 1\nheight_m: tall\n", b"\xff\xfe\x00", b"a: 1\n" * 99_999]
)
def test_broken_profiles_are_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="not a profile"):
        load_profile(str(path))
