"""Measures a performer who stands still: bones, how the camera stands, the resting face.

In a T-pose or with hanging arms the limbs lie across the line of sight, where the picture measures
ten times better than depth is guessed: each bone's length is its length in the picture at the
distance of the hips. What one camera cannot tell is the size of it all, so that comes from the
performer's height where it is given, and is that of the usual adult otherwise.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from msgspec.structs import replace
from threadpoolctl import threadpool_limits

from mocapbridge.blendshapes import ARKIT_NAMES
from mocapbridge.geometry.matrix import length
from mocapbridge.solve import anatomy, proportions
from mocapbridge.solve.bones_in_picture import bones_in_picture
from mocapbridge.solve.build import build_of, height_of, scaled
from mocapbridge.solve.camera import Camera, horizontal_fov_deg
from mocapbridge.solve.clip import Clip, read_clips
from mocapbridge.solve.clip_figure import fit_figures
from mocapbridge.solve.face_measures import FaceMeter
from mocapbridge.solve.face_rest import resting_mesh
from mocapbridge.solve.options import RestingMesh, SolveCameraOptions, SolveOptions
from mocapbridge.solve.profile import Profile
from mocapbridge.types import Landmarks, TrackState

STAND_S: Final = 3.0
"""How long a performer has to stand still."""
_SEEN: Final = 0.5
_STILL_M_S: Final = 0.35
"""Mean speed of the landmarks up to which somebody stands still: twice the detector's noise."""
_LONGEST_STEP_S: Final = 0.25
_MEASURED_SHARE: Final = 0.67
"""Weight of what is measured beside the usual adult's: on the rendered performer measured bones are
wrong by 3 to 4 % and the usual adult's by 5 %."""
_LEAST_NEUTRAL: Final = 0.02
_LEGS: Final = np.concatenate((anatomy.KNEES, anatomy.ANKLES))
_TRUNK: Final = np.concatenate((anatomy.SHOULDERS, anatomy.HIPS))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a calibration is for."""

    body: bool = True
    """Bones and camera, of somebody who stands in full view."""
    face: bool = False
    """The resting face."""
    height_m: float | None = None
    """How tall the performer is; None: not known."""
    distance_m: float | None = None
    """How far the performer stands from the camera; None: not known, the field of view stays."""


class StillFrames:
    """Collects the frames in which the performer stands still and is seen well enough.

    Args:
        wanted: what has to be seen.
    """

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self.frames: list[Landmarks] = []
        self.still_s = 0.0
        """How long the performer has stood still so far, in all [s]."""
        self.hint = "waiting for somebody"
        """What keeps the last frame from counting; empty when it counts."""
        self._last: Landmarks | None = None

    def add(self, landmarks: Landmarks) -> bool:
        """One more frame.

        Returns:
            Whether there are enough.
        """
        last, self._last = self._last, landmarks
        self.hint = self._problem(landmarks)
        if self.hint or last is None:
            return False
        step_s = (landmarks.capture_time_ns - last.capture_time_ns) * 1e-9
        step_s = min(max(step_s, 1e-3), _LONGEST_STEP_S)
        if self._wanted.body:
            way = length((landmarks.pose.world_m - last.pose.world_m).astype(np.float64))
            if float(way.mean()) / step_s > _STILL_M_S:
                self.hint = "stand still"
                return False
        self.frames.append(landmarks)
        self.still_s += step_s
        return self.still_s >= STAND_S

    def _problem(self, landmarks: Landmarks) -> str:
        """Why a frame cannot count; empty when it can."""
        pose, face = landmarks.pose, landmarks.face
        if self._wanted.face and face.state is not TrackState.TRACKED:
            return "face the camera"
        if not self._wanted.body:
            return ""
        if pose.state is not TrackState.TRACKED or pose.visibility[_TRUNK].min() < _SEEN:
            return "step into the picture"
        return ""


def calibrate(frames: Sequence[Landmarks], wanted: Wanted, camera: SolveCameraOptions) -> Profile:
    """What still frames say of performer and camera.

    Args:
        frames: of somebody who stands still, ``StillFrames.frames``; at least one.
        wanted: what is to be measured.
        camera: as far as it is known; tilt and roll are measured, the field of view is kept unless
            the distance is given.
    """
    neutral = _neutral_face(frames) if wanted.face else {}
    mesh = _resting_mesh(frames) if wanted.face else None
    height_m = wanted.height_m
    if not wanted.body:
        known_m = height_m or proportions.STANDARD_HEIGHT_M
        return Profile(
            height_m=known_m,
            height_measured=height_m is not None,
            bones=scaled(proportions.STANDARD_BONES, known_m / proportions.STANDARD_HEIGHT_M),
            camera=camera,
            neutral_face=neutral,
            resting_mesh=mesh,
        )
    with threadpool_limits(limits=1, user_api="blas"):
        legs_seen = _legs_seen(frames)
        if legs_seen:
            camera = _levelled(frames, camera)
        seen = Camera(camera)
        clip = _joined(frames, seen)
        figure = fit_figures(clip, build_of(SolveOptions()), seen)
    distance_m = figure.hips_m @ seen.world_from_image[:, 2]
    bones = bones_in_picture(clip, distance_m, _MEASURED_SHARE, arms=True)
    usual_m = height_of(bones)
    scale = (height_m or usual_m) / usual_m
    camera_height_m = None
    if legs_seen and figure.floor_m is not None:
        camera_height_m = round(-scale * figure.floor_m, 2)
    if wanted.distance_m is not None:
        fov_deg = horizontal_fov_deg(camera, frames[0].image_size_px)
        nearer = scale * float(np.median(distance_m)) / wanted.distance_m
        camera = _widened(camera, fov_deg, nearer)
    return Profile(
        height_m=round(scale * usual_m, 3),
        height_measured=height_m is not None,
        bones=scaled(bones, scale),
        camera=camera,
        camera_height_m=camera_height_m,
        neutral_face=neutral,
        resting_mesh=mesh,
    )


def _joined(frames: Sequence[Landmarks], camera: Camera) -> Clip:
    """The frames as one clip, whatever happened between them."""
    whole = [dataclasses.replace(frame, segment=0) for frame in frames]
    return next(read_clips(whole, camera))


def _legs_seen(frames: Sequence[Landmarks]) -> bool:
    visible = np.median([frame.pose.visibility[_LEGS].min() for frame in frames])
    return bool(visible >= _SEEN)


def _levelled(frames: Sequence[Landmarks], camera: SolveCameraOptions) -> SolveCameraOptions:
    """The camera with the tilt and roll at which the performer stands upright.

    Ankles to shoulders: on the rendered performer that is right within a degree.
    """
    points = np.array([frame.pose.world_m for frame in frames], dtype=np.float64)
    shoulders = points[:, anatomy.SHOULDERS].mean(axis=1)
    x, y, z = np.median(shoulders - points[:, anatomy.ANKLES].mean(axis=1), axis=0).tolist()
    tilt_deg = float(-np.degrees(np.arctan2(z, np.hypot(x, y))))
    roll_deg = float(np.degrees(np.arctan2(x, -y)))
    return replace(camera, tilt_deg=round(tilt_deg, 1), roll_deg=round(roll_deg, 1))


def _widened(camera: SolveCameraOptions, fov_deg: float, ratio: float) -> SolveCameraOptions:
    """The camera with a field of view at which the performer stands nearer by that ratio."""
    tangent = np.tan(np.radians(fov_deg) / 2.0) * ratio
    fov_deg = float(2.0 * np.degrees(np.arctan(tangent)))
    return replace(camera, horizontal_fov_deg=round(min(max(fov_deg, 5.0), 165.0), 1))


def _neutral_face(frames: Sequence[Landmarks]) -> dict[str, float]:
    """Median weights of the frames that show a face, by name."""
    shown = [frame.face.blendshapes for frame in frames if frame.face.state is TrackState.TRACKED]
    weights = np.median(np.array(shown), axis=0) if shown else np.zeros(len(ARKIT_NAMES))
    return {
        name: round(float(weight), 3)
        for name, weight in zip(ARKIT_NAMES, weights.tolist(), strict=True)
        if weight > _LEAST_NEUTRAL
    }


def _resting_mesh(frames: Sequence[Landmarks]) -> RestingMesh | None:
    """Median measures of the frames that show a face looking straight ahead; None without any."""
    meter = FaceMeter()
    found = [
        meter.measure(frame.face.image, frame.image_size_px)
        for frame in frames
        if frame.face.state is TrackState.TRACKED
    ]
    rows = [one.values for one in found if one is not None and one.straight]
    return resting_mesh(np.median(np.array(rows), axis=0)) if rows else None
