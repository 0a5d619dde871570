# pyright: basic, reportMissingImports=false
# OpenCV, torch and mediapipe give partly untyped values; a training program keeps them here.
"""Makes `models/face_blendshapes.npz`: blendshape scores from landmarks.

    pip install torch ai-edge-litert
    python -m bench.face.train --footage FOLDER --official TASK --rebuilt TASK

1. Draw faces by mixing the tracked ones (`landmark_mixing`), ask MediaPipe's network for their
   scores (`teacher`), and train a small network to say the same.
2. Learn, by ridge regression on pictures that both bundles have seen (`warped_pictures`, and the
   footage itself), where the official mesh would lie given the rebuilt one. The correction is
   linear, so it melts into the first layer: the rebuilt mesh gets a first layer of its own.

The held-out people (`clips`) take no part. One thread and one seed give the same numbers again; on
one core it takes about ten minutes once the tracks and pictures are kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import torch
from torch import nn

from bench.face import arguments
from bench.face.clips import CLIPS
from bench.face.landmark_mixing import PICTURE_PX, FaceMixer
from bench.face.teacher import POINTS, SCORED, Teacher
from bench.face.tracks import Sources, both_tracks, load_track
from bench.face.warped_pictures import CANVAS_PX, load_pairs
from mocapbridge.geometry.face_canonical import load_canonical_face
from mocapbridge.tracking.face_blendshapes import normalised_points
from mocapbridge.types import Float32Array, Float64Array

SEED: Final = 1
_DRAWN_FACES: Final = 200_000
_DRAWN_AT_ONCE: Final = 2_000
PICTURES_PER_CLIP: Final = 900
_HIDDEN: Final = (256, 128)
_EPOCHS: Final = 25
_BATCH: Final = 512
_LEARNING_RATE: Final = 2e-3
_WEIGHT_DECAY: Final = 1e-3
_SMALLEST_SPREAD: Final = 1e-3
_RIDGE: Final = 1e-4
"""Leaving one of five people out, 1e-4 moves the rebuilt points closest to the official ones."""


class Correction(NamedTuple):
    """Official points from rebuilt ones: `points + points @ slope + shift`."""

    slope: Float64Array
    """(292, 292)."""
    shift: Float64Array
    """(292,)."""


def main() -> None:
    """Train, write the weights."""
    parser = arguments.parser(__doc__)
    parser.add_argument("--out", type=Path, default=Path("models/face_blendshapes.npz"))
    options = parser.parse_args()
    sources = arguments.sources(options)
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    points, scores = _drawn_faces(sources)
    network, mean, spread = _trained(points, scores)
    layers = [
        (layer.weight.detach().numpy().T.astype(np.float64), layer.bias.detach().numpy())
        for layer in network
        if isinstance(layer, nn.Linear)
    ]
    first = layers[0][0] / spread[:, None]
    first_bias = layers[0][1] - mean @ first
    correction = mesh_correction(sources)
    rebuilt = first + correction.slope @ first
    rebuilt_bias = first_bias + correction.shift @ first
    np.savez(
        options.out,
        points=np.array(POINTS, np.int16),
        first_official_weights=first.astype(np.float16),
        first_official_bias=first_bias.astype(np.float32),
        first_rebuilt_weights=rebuilt.astype(np.float16),
        first_rebuilt_bias=rebuilt_bias.astype(np.float32),
        second_weights=layers[1][0].astype(np.float16),
        second_bias=layers[1][1].astype(np.float32),
        last_weights=layers[2][0].astype(np.float16),
        last_bias=layers[2][1].astype(np.float32),
    )
    print(f"{options.out}: {options.out.stat().st_size} bytes")


def mesh_correction(sources: Sources) -> Correction:
    """Learn where the official mesh would lie."""
    pairs = load_pairs(sources, PICTURES_PER_CLIP, SEED)
    official = [network_input(pairs.official, CANVAS_PX)]
    rebuilt = [network_input(pairs.rebuilt, CANVAS_PX)]
    official.append(network_input(mirror(pairs.official), CANVAS_PX))
    rebuilt.append(network_input(mirror(pairs.rebuilt), CANVAS_PX))
    for clip in CLIPS:
        if clip.held_out:
            continue
        seen = both_tracks(clip, sources)
        official.append(network_input(seen[0].image, seen[0].image_size_px))
        rebuilt.append(network_input(seen[1].image, seen[1].image_size_px))
    return correction_of(np.concatenate(rebuilt), np.concatenate(official))


def correction_of(rebuilt: Float32Array, official: Float32Array) -> Correction:
    """Ridge regression from (n, 292) points of the rebuilt mesh to those of the official one."""
    points = rebuilt.astype(np.float64)
    missing = official - points
    mean, mean_missing = points.mean(axis=0), missing.mean(axis=0)
    centred = points - mean
    normal = centred.T @ centred / len(points) + _RIDGE * np.eye(points.shape[1])
    slope = np.linalg.solve(normal, centred.T @ (missing - mean_missing) / len(points))
    return Correction(slope, mean_missing - mean @ slope)


def _drawn_faces(sources: Sources) -> tuple[Float32Array, Float32Array]:
    kept = sources.cache / f"drawn.{_DRAWN_FACES}.{SEED}.npz"
    if not kept.exists():
        tracks = [
            load_track(clip, sources.official, sources) for clip in CLIPS if not clip.held_out
        ]
        mixer = FaceMixer(tracks)
        teacher = Teacher(sources.official)
        rng = np.random.default_rng(SEED)
        points, scores = [], []
        for _ in range(_DRAWN_FACES // _DRAWN_AT_ONCE):
            image = mixer.draw(_DRAWN_AT_ONCE, rng)
            points.append(network_input(image, PICTURE_PX))
            scores.append(teacher.scores(image, PICTURE_PX))
        np.savez(kept, points=np.concatenate(points), scores=np.concatenate(scores))
    with np.load(kept) as data:
        return data["points"], data["scores"]


def network_input(image: Float32Array, image_size_px: tuple[int, int]) -> Float32Array:
    """(n, 292) what the network looks at, of (n, 478, 3) landmarks."""
    rows = [normalised_points(points, image_size_px) for points in image[:, POINTS]]
    if any(row is None for row in rows):
        raise ValueError("a track holds landmarks that span no face")
    return np.array(rows, np.float32)


def mirror(image: Float32Array) -> Float32Array:
    """(n, 478, 3) the faces as a mirror shows them."""
    mirrored = image[:, load_canonical_face().mirrored].copy()
    mirrored[..., 0] = 1.0 - mirrored[..., 0]
    return mirrored


def _trained(
    points: Float32Array, scores: Float32Array
) -> tuple[nn.Sequential, Float64Array, Float64Array]:
    """The network, and the mean and spread that its input is normalised with."""
    mean, spread = points.mean(axis=0), points.std(axis=0) + _SMALLEST_SPREAD
    inputs = torch.from_numpy((points - mean) / spread)
    wanted = torch.from_numpy(scores)
    network = nn.Sequential(
        nn.Linear(points.shape[1], _HIDDEN[0]),
        nn.SiLU(),
        nn.Linear(_HIDDEN[0], _HIDDEN[1]),
        nn.SiLU(),
        nn.Linear(_HIDDEN[1], SCORED),
        nn.Sigmoid(),
    )
    steps = len(inputs) // _BATCH
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=_LEARNING_RATE, weight_decay=_WEIGHT_DECAY
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, _LEARNING_RATE, total_steps=steps * _EPOCHS, pct_start=0.1
    )
    for epoch in range(_EPOCHS):
        order = torch.randperm(len(inputs))
        total = 0.0
        for step in range(steps):
            rows = order[step * _BATCH : (step + 1) * _BATCH]
            loss = ((network(inputs[rows]) - wanted[rows]) ** 2).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: error {(total / steps) ** 0.5:.4f}", flush=True)
    return network, mean.astype(np.float64), spread.astype(np.float64)


if __name__ == "__main__":
    main()
