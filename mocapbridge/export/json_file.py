"""JSON: the motion for scripts in any language (docs/export.md has the keys)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from mocapbridge import __version__
from mocapbridge.blendshapes import ARKIT_NAMES
from mocapbridge.export.clip import Clip, RawLandmarks
from mocapbridge.export.options import ExportOptions, Progress
from mocapbridge.skeleton import JOINT_NAMES, PARENTS

FORMAT: Final = "mocapbridge-motion"
VERSION: Final = 1

_FINEST: Final = 6
"""Decimals of everything: a micrometre, a millionth of a weight or of a quaternion."""
_ROWS_AT_ONCE: Final = 256
_PARTS: Final = ("body", "face", "left_hand", "right_hand")


def write_json(clip: Clip, path: Path, _options: ExportOptions, progress: Progress) -> None:
    """Write one object; its frames one a line, so that it can also be read line by line."""
    head = msgspec.json.encode(_head(clip))
    encoder = msgspec.json.Encoder()
    with path.open("wb") as file:
        file.write(head[:-1] + b',"frames":[\n')
        for start in range(0, clip.frames, _ROWS_AT_ONCE):
            stop = min(start + _ROWS_AT_ONCE, clip.frames)
            file.write(b",\n".join(map(encoder.encode, _frames(clip, slice(start, stop)))))
            file.write(b",\n" if stop < clip.frames else b"\n")
            progress(stop / clip.frames)
        file.write(b"]}\n")


def _head(clip: Clip) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "app_version": __version__,
        "subject": clip.subject,
        "source": clip.source,
        "axes": "right-handed, +Y up, the performer faces +Z, the performer's left is +X; metres",
        "frame_rate": list(clip.frame_rate.as_integer_ratio()),
        "frame_count": clip.frames,
        "duration_s": round(clip.duration_s, 9),
        "start_unix_ns": clip.anchor.unix_time_ns(clip.start_time_ns),
        "joint_names": list(JOINT_NAMES),
        "parents": list(PARENTS),
        "blendshape_names": list(ARKIT_NAMES),
        "rest_positions_m": _rounded(clip.rest_positions_m),
    }


def _frames(clip: Clip, rows: slice) -> Iterator[dict[str, Any]]:
    columns: dict[str, Any] = {
        "time_s": np.round(clip.times_s[rows], 9).tolist(),
        "root_m": _rounded(clip.root_in_world_m[rows]),
        "rotations_wxyz": _rounded(clip.rotations_wxyz[rows]),
        "positions_m": _rounded(clip.positions_in_world_m[rows]),
        "joint_states": clip.joint_states[rows].tolist(),
        "joint_confidences": _rounded(clip.joint_confidences[rows]),
        "blendshapes": _rounded(clip.blendshapes[rows]),
        "world_from_head": _rounded(clip.world_from_head[rows]),
        "gaze_rad": _rounded(clip.gaze_rad[rows]),
        "feet_planted": clip.feet_planted[rows].tolist(),
        "states": [
            dict(zip(_PARTS, states, strict=True)) for states in clip.part_states[rows].tolist()
        ],
    }
    if clip.landmarks is not None:
        columns["landmarks"] = _landmarks(clip.landmarks, rows)
    for values in zip(*columns.values(), strict=True):
        yield dict(zip(columns, values, strict=True))


def _landmarks(landmarks: RawLandmarks, rows: slice) -> list[dict[str, Any]]:
    """Body and hands; the face's 478 points are in NPZ."""
    columns: dict[str, Any] = {
        "image_size_px": landmarks.image_size_px[rows].tolist(),
        "pose_image": _rounded(landmarks.pose_image[rows]),
        "pose_world_m": _rounded(landmarks.pose_world_m[rows]),
        "pose_visibility": _rounded(landmarks.pose_visibility[rows]),
        "hands_image": _rounded(landmarks.hands_image[rows]),
        "hands_world_m": _rounded(landmarks.hands_world_m[rows]),
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _rounded(column: np.typing.NDArray[np.floating[Any]]) -> list[Any]:
    # float64 first: the nearest float64 of a decimal prints as that decimal.
    return np.round(column.astype(np.float64), _FINEST).tolist()
