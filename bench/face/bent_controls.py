"""What the mesh carries of expressions that no footage here shows with exact truth.

Calm faces are bent in the picture by a known amount (a jaw to the side, a puffed cheek, a sneer), a
little more from picture to picture, and tracked as video. The mesh either follows or does not. A
bent picture has no wrinkles and no shading, so this can show that the geometry does not follow;
where it does follow, it shows how much, not how a real face would score.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import cv2
import numpy as np
import numpy.typing as npt

from bench.face.clips import CLIPS
from bench.face.face_frame import to_face
from bench.face.measured import face_of
from bench.face.rendered import read_truth
from bench.face.tasks import FaceTask
from bench.face.tracks import FaceTrack, Sources, load_track, pictures_of
from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.solve.face import FaceSolver
from mocapbridge.solve.options import FaceSolveOptions
from mocapbridge.tracking.face_blendshapes import BlendshapeRegressor
from mocapbridge.types import BLENDSHAPE_COUNT, Float32Array, Float64Array, UInt8Array

_SIDE: Final = 384
_PEOPLE: Final = ("performer_upper", "slp_sign", "mp_gesture", "ma_head2", "lp_d13", "lp_d3")
_RESTING_FRAMES: Final = 8
_RAMP: Final = np.concatenate(
    [np.zeros(_RESTING_FRAMES), np.linspace(0.0, 1.0, 16), np.ones(8), np.linspace(1.0, 0.0, 16)]
)
_FACE_SHARE: Final = 0.55
_NOISE: Final = 2.0
_CALM: Final = ("jawOpen", "eyeBlinkLeft", "eyeBlinkRight", "mouthSmileLeft", "mouthPucker")

Measure = Callable[[Float32Array], Float64Array]


@dataclass(frozen=True, slots=True)
class Control:
    """One bend and where it should show."""

    channel: str
    pulls: tuple[tuple[int, float, float, float], ...]
    """Landmark, width of the pull [cm], and its full shift to the performer's left and up [cm]."""
    measure: Measure
    """(n, 478, 3) in the face frame [cm] to (n,) what should grow [cm]."""


@dataclass(frozen=True, slots=True)
class Response:
    """Medians over people."""

    control: Control
    followed_cm: float
    """How far the measure moved at the full bend."""
    wander_cm: float
    """Standard deviation of the measure while the rendered performer's face rests and the head
    turns."""
    score: float
    """How much the channel's score rose."""
    other_score: float
    """How much the score of the other side rose."""
    measured: float
    """How much the solved channel rose."""
    other_measured: float


def _mean(axis: int, *points: int) -> Measure:
    return lambda face: face[:, points, axis].mean(axis=1).astype(np.float64)


def _minus(one: Measure, other: Measure) -> Measure:
    return lambda face: one(face) - other(face)


CONTROLS: Final = (
    Control(
        "jawLeft",
        ((152, 2.4, 0.8, 0.0), (17, 1.2, 0.3, 0.0)),
        _mean(0, 152, 148, 377, 176, 400, 175, 199),
    ),
    Control(
        "cheekPuff",
        ((411, 1.7, 0.6, -0.1), (187, 1.7, -0.6, -0.1)),
        _minus(_mean(0, 411, 427, 416, 376), _mean(0, 187, 207, 192, 147)),
    ),
    Control(
        "noseSneerLeft",
        ((278, 0.8, 0.05, 0.35), (391, 0.7, 0.0, 0.2)),
        _mean(1, 278, 294, 327, 358),
    ),
    Control("mouthDimpleLeft", ((291, 0.9, 0.45, 0.05),), _mean(0, 291, 308)),
    Control(
        "eyeWideLeft",
        ((386, 0.7, 0.0, 0.25), (374, 0.6, 0.0, -0.1)),
        _minus(_mean(1, 387, 386, 385), _mean(1, 373, 374, 380)),
    ),
    Control(
        "browOuterUpLeft",
        ((282, 1.3, 0.0, 0.6),),
        _minus(_mean(1, 276, 283, 300, 293), _mean(1, 263, 362)),
    ),
    Control(
        "mouthSmileLeft",
        ((291, 1.0, 0.45, 0.6),),
        _minus(_mean(1, 291, 308), _mean(1, 61, 78)),
    ),
)


def responses(sources: Sources, *, official: bool) -> list[Response]:
    """Bend every person's calmest picture by every control."""
    bundle = sources.official if official else sources.rebuilt
    clips = [clip for clip in CLIPS if clip.name in _PEOPLE]
    calm = [_calm_picture(load_track(clip, sources.official, sources), sources) for clip in clips]
    resting = _resting_faces(bundle, sources)
    found: list[Response] = []
    for control in CONTROLS:
        rises = np.array([_rise(control, bundle, *person) for person in calm])
        followed_cm, *gains = (float(value) for value in np.median(rises, axis=0))
        wander_cm = float(control.measure(resting).std())
        found.append(Response(control, followed_cm, wander_cm, *gains))
    return found


def _calm_picture(track: FaceTrack, sources: Sources) -> tuple[UInt8Array, Float64Array, float]:
    """A picture, its landmarks [px] and the scale [px/cm]."""
    faces = to_face(track.image, track.image_size_px)
    unrest = sum(
        (track.blendshapes[:, ARKIT_INDEX[name]].astype(np.float64) for name in _CALM),
        start=2.0 * (1.0 - faces.rotation[:, 2, 2]),
    )
    row = int(np.argmin(unrest))
    picture = next(
        picture
        for index, picture in enumerate(pictures_of(sources.footage / f"{track.clip.name}.mp4"))
        if index == track.frame[row]
    )
    points_px = track.image[row, :, :2].astype(np.float64) * track.image_size_px
    eyes_cm = np.linalg.norm(
        (faces.rotation[row] @ (faces.in_face_cm[row, 263] - faces.in_face_cm[row, 33]))[:2]
    )
    eyes_px = np.linalg.norm(points_px[263] - points_px[33])
    return picture, points_px, float(eyes_px / eyes_cm)


def _resting_faces(bundle: Path, sources: Sources) -> Float32Array:
    """(n, 478, 3) the rendered performer in the face frame while no expression is on."""
    clip = next(clip for clip in CLIPS if clip.name == "performer_upper")
    track = load_track(clip, bundle, sources)
    truth = read_truth(sources.footage / f"{clip.name}.json")
    expressions = ("jaw_open", "blink_left", "blink_right", "smile", "pucker", "brow_up")
    moving = np.max([truth.controls[name] for name in (*expressions, "brow_down")], axis=0)
    rests = moving[track.frame] < 0.01
    return to_face(track.image[rests], track.image_size_px).in_face_cm


def _rise(
    control: Control,
    bundle: Path,
    picture: UInt8Array,
    points_px: Float64Array,
    px_per_cm: float,
) -> list[float]:
    """What is gained from rest to full bend.

    The measure [cm], the score and the other side's score, both again as solved.
    """
    task = FaceTask(bundle, video=True)
    regressor = BlendshapeRegressor("rebuilt")
    rng = np.random.default_rng(0)
    images: list[Float32Array] = []
    scores: list[Float32Array] = []
    amounts: list[float] = []
    for index, amount in enumerate(_RAMP):
        bent = _bent(picture, points_px, px_per_cm, control, float(amount))
        noisy = np.clip(bent + rng.normal(0.0, _NOISE, bent.shape), 0.0, 255.0).astype(np.uint8)
        find = task.find(noisy, 33 * index)
        if find is None:
            continue
        own = regressor.scores(find.image, (_SIDE, _SIDE))
        given = own if find.blendshapes is None else find.blendshapes
        images.append(find.image)
        scores.append(np.zeros(BLENDSHAPE_COUNT, np.float32) if given is None else given)
        amounts.append(float(amount))
    task.close()
    full, rest = np.array(amounts) == 1.0, np.array(amounts) == 0.0
    measured_cm = control.measure(to_face(np.array(images), (_SIDE, _SIDE)).in_face_cm)
    given = np.array(scores)
    sides = [ARKIT_INDEX[control.channel], ARKIT_INDEX[_other_side(control.channel)]]
    gains: list[float] = []
    for table in (given, _measured(images, given, rest)):
        gains.extend((table[full].mean(axis=0) - table[rest].mean(axis=0))[sides].tolist())
    return [float(measured_cm[full].mean() - measured_cm[rest].mean()), *gains]


def _measured(
    images: list[Float32Array], scores: Float32Array, rest: npt.NDArray[np.bool_]
) -> Float32Array:
    """(n, 52) the solved weights of a solver that has looked at the resting pictures first."""
    solver = FaceSolver(FaceSolveOptions(), landmarks_lag=False)
    first_look = [row for row in np.flatnonzero(rest) if row < _RESTING_FRAMES] * 5
    measured = scores.copy()
    for row in [*first_look, *range(len(images))]:
        face = face_of(images[row], scores[row])
        measured[row] = solver.solve(face, (_SIDE, _SIDE), scores[row], 1.0 / 30.0).weights
    return measured


def _other_side(channel: str) -> str:
    if channel.endswith("Left"):
        return channel.removesuffix("Left") + "Right"
    return channel


def _bent(
    picture: UInt8Array,
    points_px: Float64Array,
    px_per_cm: float,
    control: Control,
    amount: float,
) -> UInt8Array:
    low, high = points_px.min(axis=0), points_px.max(axis=0)
    middle_px = (low + high) / 2.0
    scale = _FACE_SHARE * _SIDE / float((high - low).max())
    on_canvas = (points_px - middle_px) * scale + _SIDE / 2.0
    left = points_px[263] - points_px[33]
    left /= np.linalg.norm(left)
    up = np.array((left[1], -left[0]))
    grid = np.stack(np.meshgrid(np.arange(_SIDE), np.arange(_SIDE)), axis=-1).astype(np.float64)
    moved = np.zeros_like(grid)
    for landmark, width_cm, left_cm, up_cm in control.pulls:
        square = ((grid - on_canvas[landmark]) ** 2).sum(axis=-1)
        pull = np.exp(-0.5 * square / (width_cm * px_per_cm * scale) ** 2)
        moved += pull[..., None] * (left_cm * left + up_cm * up) * (amount * px_per_cm * scale)
    places = ((grid - moved - _SIDE / 2.0) / scale + middle_px).astype(np.float32)
    bent = cv2.remap(
        picture,
        places[..., 0],
        places[..., 1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return cast("UInt8Array", bent)
