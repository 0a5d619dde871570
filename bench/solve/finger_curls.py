"""How well solved hands follow those of the rendered performer whose hands fill the picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_INDEX, JOINT_NAMES, PARENTS
from mocapbridge.types import Float64Array, Landmarks, MocapFrame, Side, TrackState


def _of_fingers(segment: str) -> tuple[str, ...]:
    return tuple(f"{finger}{segment}" for finger in ("Index", "Middle", "Ring", "Little"))


_SEGMENTS: Final = {
    "thumb": ("ThumbMetacarpal", "ThumbProximal", "ThumbDistal"),
    **{
        finger.lower(): tuple(f"{finger}{part}" for part in ("Proximal", "Intermediate", "Distal"))
        for finger in ("Index", "Middle", "Ring", "Little")
    },
}
_PARTS: Final = {
    "hand": ("Hand",),
    "knuckles": _of_fingers("Proximal"),
    "middle joints": _of_fingers("Intermediate"),
    "end joints": _of_fingers("Distal"),
}
_SIGN: Final = {"left": 1.0, "right": -1.0}


def print_finger_curls(
    truth: Path, tracked: Sequence[Landmarks], solved: Sequence[MocapFrame]
) -> None:
    """Correlation of each finger's curl with what the performer plays, where the hand was found.

    A finger's curl is the sum of its joints' turns about the axis in which they bend: z, and y for
    thumbs (exact landmarks give 0.998). Printed after it: by how much hands are turned wrongly in
    the world, and the joints of the four fingers against their parents.
    """
    told = json.loads(truth.read_text(encoding="utf-8"))
    frames = told["frames_data"]
    local = np.array([frame.pose.rotations_wxyz for frame in solved], dtype=np.float64)
    errors_deg = _errors_deg(local, frames[: len(local)], told["joint_names"])
    print("\nperformer_upper: correlation of finger curls, where the hand was found")
    for side in Side:
        name = side.name.lower()
        seen = np.array([one.hand(side).state is TrackState.TRACKED for one in tracked])
        row: list[str] = []
        for finger, segments in _SEGMENTS.items():
            played = np.array([frame["controls"][f"curl_{name}_{finger}"] for frame in frames])
            joints = [JOINT_INDEX[f"{name}{segment}"] for segment in segments]
            axis, sign = (1, _SIGN[name]) if finger == "thumb" else (2, -_SIGN[name])
            curl: Float64Array = sign * quaternion.log(local[:, joints])[..., axis].sum(axis=1)
            correlation = np.corrcoef(played[: len(curl)][seen], curl[seen])[0, 1]
            row.append(f"{finger} {correlation:.2f}")
        print(f"  {name:6} {np.count_nonzero(seen):4d} frames  " + "  ".join(row))
        medians = {
            part: np.median([errors_deg[f"{name}{joint}"][seen] for joint in joints])
            for part, joints in _PARTS.items()
        }
        print("    median error [deg]: ", "  ".join(f"{k} {v:.1f}" for k, v in medians.items()))


def _errors_deg(
    local_wxyz: Float64Array, frames: list[dict[str, Any]], names: list[str]
) -> dict[str, Float64Array]:
    """By joint, of every frame: of hands in the world, of others against their parents."""
    true_wxyz = np.array([frame["rotations_wxyz"] for frame in frames], dtype=np.float64)
    world = local_wxyz.copy()
    errors: dict[str, Float64Array] = {}
    for joint, parent in enumerate(PARENTS):
        if parent < 0:
            continue
        world[:, joint] = quaternion.multiply(world[:, parent], local_wxyz[:, joint])
        name = JOINT_NAMES[joint]
        if name not in names or JOINT_NAMES[parent] not in names:
            continue
        true = true_wxyz[:, names.index(name)]
        solved = world[:, joint]
        if not name.endswith("Hand"):
            above = true_wxyz[:, names.index(JOINT_NAMES[parent])]
            true, solved = (
                quaternion.multiply(quaternion.conjugate(above), true),
                local_wxyz[:, joint],
            )
        errors[name] = np.degrees(quaternion.angle_rad(true, solved))
    return errors
