"""How far an exported take of a sample clip is from the truth, in the frames of the pictures.

The files are read as ``bench.export_plain`` and ``bench.export_face`` read them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from mocapbridge.bundled import bundled_path
from mocapbridge.types import Float64Array

_COMPARED: Final = ("UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot")
_COLUMNS: Final = {
    "jaw_open": ("JawOpen",),
    "smile": ("MouthSmileLeft", "MouthSmileRight"),
    "pucker": ("MouthPucker",),
    "blink_left": ("EyeBlinkLeft",),
    "blink_right": ("EyeBlinkRight",),
    "brow_up": ("BrowOuterUpLeft", "BrowOuterUpRight"),
    "brow_down": ("BrowDownLeft", "BrowDownRight"),
}
_MOVES: Final = 0.3
"""Controls of the performer below that are left out."""


def print_limbs(clip: str, exported: Path, frames: Sequence[int]) -> None:
    """For each frame the limbs' joint that is furthest from the truth in the picture, and in space.

    Args:
        clip: name of the sample.
        exported: JSON.
        frames: which ones.
    """
    truth = json.loads(bundled_path(f"samples/{clip}.json").read_text("utf-8"))
    take = json.loads(exported.read_text("utf-8"))
    names = [f"{side}{part}" for part in _COMPARED for side in ("left", "right")]
    for frame in frames:
        true_m, taken_m = (
            np.array([positions[all_names.index(name)] for name in names])
            for positions, all_names in (
                (truth["frames_data"][frame]["positions_m"], truth["joint_names"]),
                (take["frames"][frame]["positions_m"], take["joint_names"]),
            )
        )
        off_px = np.linalg.norm(
            seen_px(taken_m, truth["camera"]) - seen_px(true_m, truth["camera"]), axis=1
        )
        off_mm = np.linalg.norm(taken_m - true_m, axis=1) * 1000.0
        in_picture, in_space = int(np.argmax(off_px)), int(np.argmax(off_mm))
        print(
            f"{clip} frame {frame}: {names[in_picture]} {off_px[in_picture]:.0f} px, "
            f"{names[in_space]} {off_mm[in_space]:.0f} mm off"
        )


def print_face(clip: str, exported: Path, frames: Sequence[int]) -> None:
    """What the performer's face does in each frame, and what the CSV says of it.

    Args:
        clip: name of the sample.
        exported: CSV.
        frames: which ones.
    """
    truth = json.loads(bundled_path(f"samples/{clip}.json").read_text("utf-8"))
    with exported.open(encoding="ascii", newline="") as file:
        rows = list(csv.DictReader(file))
    for frame in frames:
        controls: dict[str, float] = truth["frames_data"][frame]["controls"]
        told = [
            f"{control} {controls[control]:.2f}, CSV "
            f"{np.mean([float(rows[frame][column]) for column in columns]):.2f}"
            for control, columns in _COLUMNS.items()
            if controls.get(control, 0.0) > _MOVES
        ]
        if told:
            print(f"{clip} frame {frame}: {'; '.join(told)}")


def seen_px(points_m: Float64Array, camera: dict[str, Any]) -> Float64Array:
    """Where the truth's camera sees points ``(..., 3)`` [px]."""
    world_from_camera = np.array(camera["world_from_camera"])
    x, y, z = np.moveaxis((points_m - world_from_camera[:3, 3]) @ world_from_camera[:3, :3], -1, 0)
    return np.stack(
        (camera["fx"] * x / z + camera["cx"], camera["fy"] * y / z + camera["cy"]), axis=-1
    )
