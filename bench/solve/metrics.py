"""Errors of solved joints against a reference, thirteen joints, camera axes, metres.

Camera axes are x image right, y down, z away from the camera. The measures are the usual ones of
monocular pose estimation and those a rig shows: mean error per joint after moving the hips
together (MPJPE) and after the best similarity per frame (PA-MPJPE), hinge angles, variation of limb
lengths, jitter (second difference), the path of the hips, and how far standing feet slide.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.types import Float64Array

JOINTS: Final = (
    "nose",
    *(f"{side}_{part}"
      for part in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
      for side in ("left", "right")),
)  # fmt: skip
_INDEX: Final = {name: index for index, name in enumerate(JOINTS)}
_SIDES: Final = ("left", "right")
_LIMBS: Final = (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"))
_MM: Final = 1000.0


def scores(
    solved_m: Float64Array, truth_m: Float64Array, standing: Float64Array
) -> dict[str, float]:
    """All measures of a clip.

    Args:
        solved_m: ``(frames, 13, 3)`` from the camera [m].
        truth_m: the same of the reference; NaN where it has no such joint.
        standing: ``(frames, 2)`` whether the left and right foot stands.
    """
    count = min(len(solved_m), len(truth_m))
    solved, truth, standing = solved_m[:count], truth_m[:count], standing[:count]
    given = np.isfinite(truth).all(axis=(0, 2))
    from_hips, true_from_hips = solved - _hips(solved)[:, None], truth - _hips(truth)[:, None]
    error = np.linalg.norm((from_hips - true_from_hips)[:, given], axis=-1)
    second = np.diff(from_hips[:, given], 2, axis=0)
    return {
        "MPJPE mm": error.mean() * _MM,
        "PA-MPJPE mm": _aligned_error(solved[:, given], truth[:, given]) * _MM,
        "knee deg": _hinge_error(solved, truth, ("hip", "knee", "ankle")),
        "elbow deg": _hinge_error(solved, truth, ("shoulder", "elbow", "wrist")),
        "swapped frames": swapped_frames(solved, truth),
        "limb CV %": _limb_variation(solved),
        "jitter mm/f2": float(np.linalg.norm(second, axis=-1).mean()) * _MM,
        "root rigid mm": _path_error(_hips(solved), _hips(truth), scaled=False) * _MM,
        "root rigid+scale mm": _path_error(_hips(solved), _hips(truth), scaled=True) * _MM,
        "foot slide mm/f": _slide(solved, standing) * _MM,
    }


def swapped_frames(solved_m: Float64Array, truth_m: Float64Array) -> float:
    """How many frames have left and right exchanged.

    Those in which the joints of arms or of legs, relative to the hips, are nearer to the reference
    when every left one is taken for its right one and the other way round: the detector exchanges
    either alone. Arrays as for ``scores``.
    """
    count = min(len(solved_m), len(truth_m))
    solved, truth = (x[:count] - _hips(x[:count])[:, None] for x in (solved_m, truth_m))
    swapped = np.zeros(count, dtype=np.bool_)
    for parts in (("shoulder", "elbow", "wrist"), ("hip", "knee", "ankle")):
        left, right = ([_INDEX[f"{side}_{part}"] for part in parts] for side in _SIDES)
        as_is = np.linalg.norm(solved[:, left + right] - truth[:, left + right], axis=-1)
        exchanged = np.linalg.norm(solved[:, right + left] - truth[:, left + right], axis=-1)
        swapped |= exchanged.mean(axis=1) < as_is.mean(axis=1)
    return float(np.count_nonzero(swapped))


def limb_directions_deg(solved_m: Float64Array, truth_m: Float64Array) -> dict[str, Float64Array]:
    """By limb's bone, how far it points elsewhere than the reference's, of every frame [degrees].

    Arrays as for ``scores``. Lengths do not count, so that it says how a film looks.
    """
    count = min(len(solved_m), len(truth_m))
    errors: dict[str, Float64Array] = {}
    for side in _SIDES:
        for start, end in _LIMBS:
            ends, starts = _INDEX[f"{side}_{end}"], _INDEX[f"{side}_{start}"]
            ours, theirs = (x[:count, ends] - x[:count, starts] for x in (solved_m, truth_m))
            lengths = np.linalg.norm(ours, axis=-1) * np.linalg.norm(theirs, axis=-1)
            cosine = np.sum(ours * theirs, axis=-1) / lengths
            errors[f"{side} {start} to {end}"] = np.degrees(np.arccos(np.minimum(cosine, 1.0)))
    return errors


def lag_ms(solved_m: Float64Array, raw_m: Float64Array, rate_hz: float) -> float:
    """How far the solved track trails the unfiltered one [ms]: the shift that explains it best."""
    most_s = 0.25
    count = min(len(solved_m), len(raw_m))
    solved, raw = (x[:count] - _hips(x[:count])[:, None] for x in (solved_m, raw_m))
    times = np.arange(count) / rate_hz
    inside = times >= most_s
    columns = raw.reshape(count, -1).T

    def misfit(shift_s: float) -> float:
        late = np.stack([np.interp(times[inside] - shift_s, times, c) for c in columns], axis=1)
        return float(((solved.reshape(count, -1)[inside] - late) ** 2).mean())

    return min(np.arange(0.0, most_s, 0.001).tolist(), key=misfit) * _MM


def similarity(
    start: Float64Array, end: Float64Array, *, scaled: bool
) -> tuple[float, Float64Array, Float64Array]:
    """Scale, rotation and shift that take points onto others (S. Umeyama, 1991)."""
    centre, goal = start.mean(axis=0), end.mean(axis=0)
    left, singular, right = np.linalg.svd((start - centre).T @ (end - goal))
    signs = np.array((1.0, 1.0, np.sign(np.linalg.det(left @ right))))
    rotation = ((left * signs) @ right).T
    spread = float(((start - centre) ** 2).sum())
    scale = float((singular * signs).sum()) / max(spread, 1e-12) if scaled else 1.0
    return scale, rotation, goal - scale * rotation @ centre


def _hips(points: Float64Array) -> Float64Array:
    return 0.5 * (points[:, _INDEX["left_hip"]] + points[:, _INDEX["right_hip"]])


def _aligned_error(solved: Float64Array, truth: Float64Array) -> float:
    errors: list[float] = []
    for ours, theirs in zip(solved, truth, strict=True):
        scale, rotation, shift = similarity(ours, theirs, scaled=True)
        moved = scale * ours @ rotation.T + shift
        errors.append(float(np.linalg.norm(moved - theirs, axis=-1).mean()))
    return float(np.mean(errors))


def _hinge_error(solved: Float64Array, truth: Float64Array, hinge: tuple[str, str, str]) -> float:
    return float(
        np.mean(
            [np.abs(_bend_deg(solved, side, hinge) - _bend_deg(truth, side, hinge)).mean()
             for side in _SIDES]
        )
    )  # fmt: skip


def _bend_deg(points: Float64Array, side: str, hinge: tuple[str, str, str]) -> Float64Array:
    start, middle, end = (points[:, _INDEX[f"{side}_{part}"]] for part in hinge)
    upper, lower = start - middle, end - middle
    lengths = np.linalg.norm(upper, axis=-1) * np.linalg.norm(lower, axis=-1)
    cosine = np.sum(upper * lower, axis=-1) / lengths
    return 180.0 - np.degrees(np.arccos(np.minimum(np.maximum(cosine, -1.0), 1.0)))


def _limb_variation(points: Float64Array) -> float:
    variations: list[float] = []
    for side in _SIDES:
        for start, end in _LIMBS:
            bone = points[:, _INDEX[f"{side}_{end}"]] - points[:, _INDEX[f"{side}_{start}"]]
            length = np.linalg.norm(bone, axis=-1)
            variations.append(100.0 * float(length.std() / length.mean()))
    return float(np.mean(variations))


def _path_error(solved: Float64Array, truth: Float64Array, *, scaled: bool) -> float:
    scale, rotation, shift = similarity(solved, truth, scaled=scaled)
    apart = scale * solved @ rotation.T + shift - truth
    return float(np.sqrt((apart**2).sum(axis=-1).mean()))


def _slide(points: Float64Array, standing: Float64Array) -> float:
    slides: list[Float64Array] = []
    for foot, side in enumerate(_SIDES):
        step = np.linalg.norm(np.diff(points[:, _INDEX[f"{side}_ankle"]], axis=0), axis=-1)
        stands = standing[:, foot].astype(bool)
        slides.append(step[stands[1:] & stands[:-1]])
    return float(np.concatenate(slides).mean())
