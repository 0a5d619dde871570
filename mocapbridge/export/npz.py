"""NPZ: everything as numpy arrays (docs/export.md)."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mocapbridge.blendshapes import ARKIT_NAMES
from mocapbridge.export.clip import Clip
from mocapbridge.export.options import ExportOptions, Progress
from mocapbridge.skeleton import JOINT_NAMES, PARENTS


def write_npz(clip: Clip, path: Path, _options: ExportOptions, progress: Progress) -> None:
    """Write the columns of the clip under their own names, compressed."""
    about = {
        "format": "mocapbridge-npz",
        "version": 1,
        "subject": clip.subject,
        "source": clip.source,
        "axes": "right-handed, +Y up, the performer faces +Z, the performer's left is +X",
    }
    arrays: dict[str, npt.NDArray[Any]] = {
        "about": np.array(json.dumps(about)),
        "joint_names": np.array(JOINT_NAMES),
        "parents": np.array(PARENTS, dtype=np.int64),
        "blendshape_names": np.array(ARKIT_NAMES),
        "frame_rate": np.array(clip.frame_rate.as_integer_ratio(), dtype=np.int64),
        "start_unix_ns": np.array(clip.anchor.unix_time_ns(clip.start_time_ns), dtype=np.int64),
    }
    for column in fields(clip):
        value = getattr(clip, column.name)
        if isinstance(value, np.ndarray):
            arrays[column.name] = value
    if clip.landmarks is not None:
        for column in fields(clip.landmarks):
            arrays[f"landmarks_{column.name}"] = getattr(clip.landmarks, column.name)
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)  # pyright: ignore[reportArgumentType]
    progress(1.0)
