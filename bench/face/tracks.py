"""Runs a face bundle over footage once and keeps what it said."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import cv2
import numpy as np
import numpy.typing as npt

from bench.face.clips import Clip
from bench.face.tasks import FaceFind, FaceTask
from mocapbridge.types import Float32Array, UInt8Array

_CANVAS_PX: Final = 512
_WINDOW_FACES: Final = 2.0


@dataclass(frozen=True, slots=True)
class FaceTrack:
    """What a bundle said of the frames in which it found a face."""

    clip: Clip
    image: Float32Array
    """(n, 478, 3) fractions of the picture (of the window where the clip has one)."""
    camera_from_face_cm: Float32Array
    """(n, 4, 4) the task's own matrix; (0, 4, 4) when the bundle gives none."""
    blendshapes: Float32Array
    """(n, 52) scores in ARKit order; (0, 52) when the bundle gives none."""
    frame: npt.NDArray[np.int64]
    """(n,) index of the frame in the clip."""
    image_size_px: tuple[int, int]
    fps: float


@dataclass(frozen=True, slots=True)
class Sources:
    """Where footage and bundles lie, and where tracks are kept."""

    footage: Path
    official: Path
    rebuilt: Path
    cache: Path


def load_track(clip: Clip, bundle: Path, sources: Sources, *, mirrored: bool = False) -> FaceTrack:
    """The track of one clip with one bundle, made on first use.

    Args:
        clip: which footage.
        bundle: which face bundle.
        sources: where the footage lies and tracks are kept.
        mirrored: show the bundle the mirrored pictures (landmarks and scores stay mirrored).
    """
    digest = hashlib.sha256(bundle.read_bytes()).hexdigest()[:12]
    kept = sources.cache / f"{clip.name}{'.mirrored' if mirrored else ''}.{digest}.npz"
    if not kept.exists():
        sources.cache.mkdir(parents=True, exist_ok=True)
        video = sources.footage / f"{clip.name}.mp4"
        _track(clip, FaceTask(bundle, video=True), video, kept, mirrored=mirrored)
    with np.load(kept) as data:
        width, height = (int(value) for value in data["image_size_px"])
        return FaceTrack(
            clip=clip,
            image=data["image"],
            camera_from_face_cm=data["matrix"],
            blendshapes=data["blendshapes"],
            frame=data["frame"],
            image_size_px=(width, height),
            fps=float(data["fps"]),
        )


def both_tracks(clip: Clip, sources: Sources) -> tuple[FaceTrack, FaceTrack]:
    """Official and rebuilt bundle on one clip, the frames in which both found the face."""
    official = load_track(clip, sources.official, sources)
    rebuilt = load_track(clip, sources.rebuilt, sources)
    return same_frames(official, rebuilt)


def same_frames(one: FaceTrack, other: FaceTrack) -> tuple[FaceTrack, FaceTrack]:
    """Two tracks of one clip, cut down to the frames that both have."""
    _, first, second = np.intersect1d(one.frame, other.frame, return_indices=True)
    return _picked(one, first), _picked(other, second)


def pictures_of(video: Path) -> Iterator[UInt8Array]:
    """The frames of a video, BGR."""
    capture = cv2.VideoCapture(str(video))
    if not capture.isOpened():
        raise FileNotFoundError(f"cannot open {video}")
    while True:
        read, picture = capture.read()
        if not read:
            break
        yield cast("UInt8Array", picture)
    capture.release()


def _picked(track: FaceTrack, rows: npt.NDArray[np.int64]) -> FaceTrack:
    scored = len(track.blendshapes) > 0
    return FaceTrack(
        clip=track.clip,
        image=track.image[rows],
        camera_from_face_cm=track.camera_from_face_cm[rows]
        if scored
        else track.camera_from_face_cm,
        blendshapes=track.blendshapes[rows] if scored else track.blendshapes,
        frame=track.frame[rows],
        image_size_px=track.image_size_px,
        fps=track.fps,
    )


def _track(clip: Clip, task: FaceTask, video: Path, kept: Path, *, mirrored: bool) -> None:
    fps = float(cv2.VideoCapture(str(video)).get(cv2.CAP_PROP_FPS))
    window = clip.head_px
    finds: list[FaceFind] = []
    frames: list[int] = []
    size_px = (0, 0)
    for index, whole in enumerate(pictures_of(video)):
        picture = whole if window is None else _cut(whole, window)
        size_px = (picture.shape[1], picture.shape[0])
        if mirrored:
            picture = np.ascontiguousarray(picture[:, ::-1])
        find = task.find(picture, round(index * 1000.0 / fps))
        if find is None:
            continue
        finds.append(find)
        frames.append(index)
        if window is not None:
            window = _followed(window, find.image, mirrored=mirrored)
    task.close()
    matrices = [find.camera_from_face_cm for find in finds if find.camera_from_face_cm is not None]
    scores = [find.blendshapes for find in finds if find.blendshapes is not None]
    np.savez_compressed(
        kept,
        image=np.array([find.image for find in finds]),
        matrix=np.array(matrices, np.float32),
        blendshapes=np.array(scores, np.float32),
        frame=np.array(frames),
        image_size_px=size_px,
        fps=fps,
    )


def _cut(picture_bgr: UInt8Array, window: tuple[int, int, int]) -> UInt8Array:
    x, y, side = window
    scale = _CANVAS_PX / side
    shift = (_CANVAS_PX / 2 - scale * x, _CANVAS_PX / 2 - scale * y)
    canvas_from_picture = np.array(((scale, 0.0, shift[0]), (0.0, scale, shift[1])))
    flags = cv2.INTER_LINEAR if scale > 1.0 else cv2.INTER_AREA
    canvas = cv2.warpAffine(picture_bgr, canvas_from_picture, (_CANVAS_PX, _CANVAS_PX), flags=flags)
    return cast("UInt8Array", canvas)


def _followed(
    window: tuple[int, int, int], points: Float32Array, *, mirrored: bool
) -> tuple[int, int, int]:
    x, y, side = window
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    centre = (low + high) / 2 - 0.5
    if mirrored:
        centre[0] = -centre[0]
    wanted = _WINDOW_FACES * side * float((high - low).max())
    moved = round(x + side * float(centre[0])), round(y + side * float(centre[1]))
    return moved[0], moved[1], round(0.8 * side + 0.2 * wanted)
