# pyright: basic
# OpenCV, torch and mediapipe give partly untyped values; a training program keeps them here.
"""Pictures of faces bent at random, and what both bundles say of them.

The two mesh networks place the same face differently. How differently can only be learned from
pictures both have seen; a dozen people are few, so every picture is bent (head shape, features),
turned, mirrored, blurred, made small, dark or noisy before the two look at it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple, cast

import cv2
import numpy as np

from bench.face.clips import CLIPS
from bench.face.tasks import FaceTask
from bench.face.tracks import FaceTrack, Sources, load_track, pictures_of
from mocapbridge.geometry.face_canonical import load_canonical_face
from mocapbridge.types import FACE_LANDMARK_COUNT, Float32Array, Float64Array, UInt8Array

CANVAS_PX: Final = (384, 384)
_SIDE: Final = CANVAS_PX[0]
_SAME_FACE: Final = 0.06
"""Largest distance of the two meshes' middles, as a fraction of the picture: two different faces
would be further apart."""
_BENDS: Final = 7
_BEND_WIDTHS: Final = (0.05, 0.08, 0.12, 0.2, 0.3)


class MeshPairs(NamedTuple):
    """n pictures seen by both bundles."""

    official: Float32Array
    """(n, 478, 3)."""
    rebuilt: Float32Array
    """(n, 478, 3)."""


def load_pairs(sources: Sources, per_clip: int, seed: int) -> MeshPairs:
    """The pairs, made on first use: about 20 ms a picture."""
    kept = sources.cache / f"pairs.{per_clip}.{seed}.npz"
    if not kept.exists():
        _look(sources, per_clip, seed, kept)
    with np.load(kept) as data:
        return MeshPairs(data["official"], data["rebuilt"])


def _look(sources: Sources, per_clip: int, seed: int, kept: Path) -> None:
    rng = np.random.default_rng(seed)
    tasks = FaceTask(sources.official, video=False), FaceTask(sources.rebuilt, video=False)
    pairs: list[tuple[Float32Array, Float32Array]] = []
    for clip in CLIPS:
        if clip.held_out or clip.head_px is not None:
            continue
        track = load_track(clip, sources.official, sources)
        row_of = {int(frame): row for row, frame in enumerate(track.frame)}
        rows = rng.integers(0, len(row_of), per_clip)
        copies = np.bincount(rows, minlength=len(row_of))
        for index, picture in enumerate(pictures_of(sources.footage / f"{clip.name}.mp4")):
            row = row_of.get(index)
            for _ in range(0 if row is None else int(copies[row])):
                bent = _bent(picture, _points_px(track, cast("int", row)), rng)
                finds = tasks[0].find(bent), tasks[1].find(bent)
                if finds[0] is None or finds[1] is None:
                    continue
                apart = (finds[0].image - finds[1].image)[:, :2].mean(axis=0)
                if np.abs(apart).max() < _SAME_FACE:
                    pairs.append((finds[0].image, finds[1].image))
        print(f"{clip.name}: {len(pairs)} pairs so far", flush=True)
    both = np.array(pairs)
    np.savez_compressed(kept, official=both[:, 0], rebuilt=both[:, 1])


def _points_px(track: FaceTrack, row: int) -> Float64Array:
    return track.image[row, :, :2].astype(np.float64) * track.image_size_px


def _bent(picture: UInt8Array, points_px: Float64Array, rng: np.random.Generator) -> UInt8Array:
    low, high = points_px.min(axis=0), points_px.max(axis=0)
    centre_px = (low + high) / 2
    face_px = rng.uniform(0.42, 0.68) * _SIDE
    scale = face_px / (high - low).max()
    turn = np.radians(rng.normal(0.0, 9.0))
    stretch, shear = np.exp(rng.normal(0.0, 0.05)), rng.normal(0.0, 0.03)
    canvas_from_picture = scale * (
        np.array(((np.cos(turn), -np.sin(turn)), (np.sin(turn), np.cos(turn))))
        @ np.array(((stretch, shear), (0.0, 1.0 / stretch)))
    )
    if rng.random() < 0.5:
        canvas_from_picture = np.diag((-1.0, 1.0)) @ canvas_from_picture
    middle_px = _SIDE / 2 + rng.normal(0.0, 10.0, 2)
    on_canvas = (points_px - centre_px) @ canvas_from_picture.T + middle_px
    grid = np.stack(np.meshgrid(np.arange(_SIDE), np.arange(_SIDE)), axis=-1).astype(np.float64)
    grid -= _bends(grid, on_canvas, face_px, rng)
    places = (grid - middle_px) @ np.linalg.inv(canvas_from_picture).T + centre_px
    shrink = min(1.0, 1.3 * scale)
    if shrink < 1.0:  # otherwise fine detail turns into noise
        picture = cast(
            "UInt8Array",
            cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA),
        )
    bent = cv2.remap(
        picture,
        (places[..., 0] * shrink).astype(np.float32),
        (places[..., 1] * shrink).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return _worn(cast("UInt8Array", bent), face_px, rng)


def _bends(
    grid: Float64Array, on_canvas: Float64Array, face_px: float, rng: np.random.Generator
) -> Float64Array:
    """(side, side, 2) how far each place of the canvas is moved [px]."""
    mirrored = load_canonical_face().mirrored
    moved = np.zeros_like(grid)
    for _ in range(int(rng.integers(0, _BENDS))):
        point = int(rng.integers(0, FACE_LANDMARK_COUNT))
        width_px = face_px * rng.choice(_BEND_WIDTHS) * rng.uniform(0.8, 1.2)
        shift_px = rng.normal(0.0, 0.28, 2) * min(width_px, 0.12 * face_px)
        ends = [(point, shift_px)]
        if rng.random() < 0.6:
            ends.append((int(mirrored[point]), shift_px * (-1.0, 1.0)))
        for landmark, shift in ends:
            square = ((grid - on_canvas[landmark]) ** 2).sum(axis=-1)
            moved += np.exp(-0.5 * square / width_px**2)[..., None] * shift
    return moved


def _worn(picture: UInt8Array, face_px: float, rng: np.random.Generator) -> UInt8Array:
    """Smaller, blurred, darker, tinted, noisy."""
    if rng.random() < 0.45:
        small = min(1.0, np.exp(rng.uniform(np.log(45.0), np.log(220.0))) / face_px)
        less = cv2.resize(picture, None, fx=small, fy=small, interpolation=cv2.INTER_AREA)
        picture = cast("UInt8Array", cv2.resize(less, CANVAS_PX, interpolation=cv2.INTER_LINEAR))
    if rng.random() < 0.25:
        picture = cast("UInt8Array", cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.6, 3.0)))
    light = (picture.astype(np.float32) / 255.0) ** np.exp(rng.normal(0.0, 0.25))
    light *= np.exp(rng.normal(0.0, 0.15)) * (1.0 + rng.normal(0.0, 0.04, 3))
    light = 0.5 + (light - 0.5) * np.exp(rng.normal(0.0, 0.15))
    if rng.random() < 0.3:
        from_left = np.linspace(-0.5, 0.5, _SIDE)[None, :, None]
        light *= 1.0 + rng.normal(0.0, 0.35) * from_left
    if rng.random() < 0.3:
        light += rng.normal(0.0, rng.uniform(0.005, 0.04), light.shape)
    return (np.clip(light, 0.0, 1.0) * 255.0).astype(np.uint8)
