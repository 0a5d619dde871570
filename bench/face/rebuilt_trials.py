# pyright: basic, reportMissingImports=false
# torch gives partly untyped values; a training program keeps them here.
"""What else was tried to read the official scores off the rebuilt mesh, and what it gave.

    pip install torch ai-edge-litert
    python -m bench.face.rebuilt_trials --footage FOLDER --official TASK --rebuilt TASK

Every trial is judged on clips it has not seen, four groups of the clips that may be trained on
taking turns; the people of `clips` that are kept for measuring take no part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from bench.face import arguments
from bench.face.blendshape_agreement import agreement
from bench.face.clips import CLIPS
from bench.face.teacher import SCORED, Teacher
from bench.face.tracks import Sources, both_tracks
from bench.face.train import PICTURES_PER_CLIP, SEED, correction_of, mirror, network_input
from bench.face.warped_pictures import CANVAS_PX, load_pairs
from mocapbridge.blendshapes import ARKIT_INDEX, ARKIT_NAMES
from mocapbridge.bundled import bundled_path
from mocapbridge.tracking.face_blendshapes import BLENDSHAPE_WEIGHTS_FILE
from mocapbridge.types import Float32Array

_GROUPS: Final = 4
_EPOCHS: Final = 6
_BATCH: Final = 512
_LEARNING_RATE: Final = 3e-4
_STAYS: Final = 1e-3
"""Weight of how far the trained weights go from where they began."""
_ONE_CLIP: Final = 600.0
"""A clip's own pictures count together as much as that many bent ones."""
_SWAPPED: Final = np.array(
    [
        ARKIT_INDEX[name.replace("Left", "@").replace("Right", "Left").replace("@", "Right")]
        for name in ARKIT_NAMES[:SCORED]
    ]
)


Trial: TypeAlias = Callable[["Rows", "Rows"], npt.NDArray[np.floating]]
"""From a clip's faces, as they are and mirrored, to (n, 51) scores."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Faces seen by both bundles, as the network looks at them."""

    rebuilt: Float32Array
    official: Float32Array
    scores: Float32Array
    weights: Float32Array


def main() -> None:
    """Try, print."""
    sources = arguments.sources(arguments.parser(__doc__).parse_args())
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    clips = [clip for clip in CLIPS if not clip.held_out]
    bent, own = _bent(sources), {clip.name: _own(clip.name, sources) for clip in clips}
    judged: dict[str, list[Float32Array]] = {}
    wanted: list[Float32Array] = []
    for group in range(_GROUPS):
        left_out = [clip.name for clip in clips[group::_GROUPS]]
        parts = [rows for store in (bent, own) for name, rows in store.items()
                 if name not in left_out]  # fmt: skip
        seen = _together([part for both in parts for part in both])
        trials = _trials(seen)
        for name in left_out:
            straight, mirrored = own[name]
            wanted.append(straight.scores)
            for title, trial in trials.items():
                found = trial(straight, mirrored).astype(np.float32)
                judged.setdefault(title, []).append(found)
    official = np.concatenate(wanted)
    for title, scores in judged.items():
        result = agreement(official, np.concatenate(scores))
        live = result.live
        print(f"{title:48} {result.correlation[live].mean():.3f} {result.error[live].mean():.3f}")


def _trials(seen: Rows) -> dict[str, Trial]:
    slope, shift = correction_of(seen.rebuilt, seen.official)
    mean = np.average(seen.official, axis=0, weights=seen.weights)

    def corrected(rows: Rows) -> Float32Array:
        return np.asarray(rows.rebuilt + rows.rebuilt @ slope + shift, dtype=np.float32)

    def of_points(points: Float32Array) -> Float32Array:
        with torch.no_grad():
            return plain(torch.from_numpy(points)).numpy()

    def at_rest_of_all(rows: Rows, share: float) -> Float32Array:
        points = corrected(rows)
        return of_points((points - share * (points.mean(axis=0) - mean)).astype(np.float32))

    plain, tuned = _network(), _tuned(seen, corrected(seen))
    return {
        "as it is": lambda rows, _: of_points(corrected(rows)),
        "official mesh": lambda rows, _: of_points(rows.official),
        "trained further on paired meshes": lambda rows, _: tuned(corrected(rows)),
        "mean with mirrored landmarks": lambda rows, again: (
            (of_points(corrected(rows)) + of_points(corrected(again))[:, _SWAPPED]) / 2
        ),
        "each person's mean face taken out": lambda rows, _: at_rest_of_all(rows, 1.0),
        "half of it": lambda rows, _: at_rest_of_all(rows, 0.5),
        "smoothed, 0.6 of each new frame": lambda rows, _: _smoothed(of_points(corrected(rows))),
        "told each person's official mean (cheating)": lambda rows, _: (
            of_points(corrected(rows))
            + (rows.scores - of_points(corrected(rows))).mean(axis=0)
        ),
    }  # fmt: skip


def _tuned(seen: Rows, points: Float32Array) -> Callable[[Float32Array], Float32Array]:
    """All layers trained further on what the rebuilt mesh shows."""
    network = _network()
    weights = list(network.parameters())
    began = [weight.detach().clone() for weight in weights]
    inputs, scores = torch.from_numpy(points), torch.from_numpy(seen.scores)
    rows_count = torch.from_numpy(seen.weights)
    evenly = torch.from_numpy((1.0 / (seen.scores.std(axis=0) + 0.03)).astype(np.float32))
    optimiser = torch.optim.AdamW(weights, lr=_LEARNING_RATE, weight_decay=0.0)
    steps = len(inputs) // _BATCH * _EPOCHS
    fading = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, steps)
    for _ in range(_EPOCHS):
        order = torch.randperm(len(inputs))
        for step in range(len(inputs) // _BATCH):
            rows = order[step * _BATCH : (step + 1) * _BATCH]
            error = ((network(inputs[rows]) - scores[rows]) * evenly) ** 2
            loss = (error.mean(dim=1) * rows_count[rows]).mean()
            away = [((now - then) ** 2).sum() for now, then in zip(weights, began, strict=True)]
            loss = loss + _STAYS * torch.stack(away).sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            fading.step()

    def scored(faces: Float32Array) -> Float32Array:
        with torch.no_grad():
            return network(torch.from_numpy(faces)).numpy()

    return scored


def _network() -> nn.Sequential:
    """The network as it is, for the official mesh."""
    with np.load(bundled_path(BLENDSHAPE_WEIGHTS_FILE)) as stored:
        layers: list[nn.Module] = []
        for name in ("first_official", "second", "last"):
            weights = torch.from_numpy(stored[f"{name}_weights"].astype(np.float32).T.copy())
            layer = nn.Linear(weights.shape[1], weights.shape[0])
            with torch.no_grad():
                layer.weight.copy_(weights)
                layer.bias.copy_(torch.from_numpy(stored[f"{name}_bias"].copy()))
            layers += [layer, nn.SiLU()]
    return nn.Sequential(*layers[:-1], nn.Sigmoid())


def _smoothed(scores: Float32Array) -> Float32Array:
    smooth = scores.copy()
    for row in range(1, len(smooth)):
        smooth[row] = smooth[row - 1] + 0.6 * (scores[row] - smooth[row - 1])
    return smooth


def _bent(sources: Sources) -> dict[str, tuple[Rows, Rows]]:
    """Bent pictures by clip, as they are and mirrored."""
    pairs = load_pairs(sources, PICTURES_PER_CLIP, SEED)
    names = [clip.name for clip in CLIPS if not clip.held_out and clip.head_px is None]
    if len(pairs.official) != len(names) * PICTURES_PER_CLIP:
        raise ValueError("pictures are missing, so it is not known which clip each pair is of")
    teacher, made = Teacher(sources.official), dict[str, tuple[Rows, Rows]]()
    for index, name in enumerate(names):
        part = slice(index * PICTURES_PER_CLIP, (index + 1) * PICTURES_PER_CLIP)
        official, rebuilt = pairs.official[part], pairs.rebuilt[part]
        made[name] = (
            _rows(rebuilt, official, teacher.scores(official, CANVAS_PX), CANVAS_PX, 1.0),
            _rows(mirror(rebuilt), mirror(official),
                  teacher.scores(mirror(official), CANVAS_PX), CANVAS_PX, 1.0),
        )  # fmt: skip
    return made


def _own(name: str, sources: Sources) -> tuple[Rows, Rows]:
    """A clip's own pictures, as they are and mirrored."""
    clip = next(clip for clip in CLIPS if clip.name == name)
    official, rebuilt = both_tracks(clip, sources)
    scores, size_px = official.blendshapes[:, :SCORED], official.image_size_px
    weight = _ONE_CLIP / len(scores)
    return (
        _rows(rebuilt.image, official.image, scores, size_px, weight),
        _rows(mirror(rebuilt.image), mirror(official.image), scores[:, _SWAPPED], size_px, weight),
    )


def _rows(
    rebuilt: Float32Array,
    official: Float32Array,
    scores: Float32Array,
    size_px: tuple[int, int],
    weight: float,
) -> Rows:
    inputs = network_input(rebuilt, size_px), network_input(official, size_px)
    return Rows(*inputs, scores, np.full(len(scores), weight, np.float32))


def _together(parts: list[Rows]) -> Rows:
    return Rows(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("rebuilt", "official", "scores", "weights")
        )
    )


if __name__ == "__main__":
    main()
