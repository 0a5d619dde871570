"""How well solved fingers follow those of the rendered performer whose hands fill the picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_INDEX
from mocapbridge.types import Float64Array, Landmarks, MocapFrame, Side, TrackState

_SEGMENTS: Final = {
    "thumb": ("ThumbMetacarpal", "ThumbProximal", "ThumbDistal"),
    **{
        finger.lower(): tuple(f"{finger}{part}" for part in ("Proximal", "Intermediate", "Distal"))
        for finger in ("Index", "Middle", "Ring", "Little")
    },
}
_SIGN: Final = {"left": 1.0, "right": -1.0}


def print_finger_curls(
    truth: Path, tracked: Sequence[Landmarks], solved: Sequence[MocapFrame]
) -> None:
    """Correlation of each finger's curl with what the performer plays, where the hand was found.

    A finger's curl is the sum of its joints' turns about the axis in which they bend: z, and y for
    thumbs.
    """
    frames = json.loads(truth.read_text(encoding="utf-8"))["frames_data"]
    local = np.array([frame.pose.rotations_wxyz for frame in solved], dtype=np.float64)
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
