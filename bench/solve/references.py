"""The clips with a reference, and where it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bench.solve.metrics import JOINTS
from mocapbridge.bundled import bundled_path
from mocapbridge.skeleton import JOINT_INDEX
from mocapbridge.solve.options import SolveCameraOptions
from mocapbridge.types import Float64Array

_POSE2SIM: Final = "p2s_balancing.npz"
_POSE2SIM_WIDTH_PX: Final = 1080


@dataclass(frozen=True)
class Reference:
    """What is known of one clip."""

    video: Path
    camera: SolveCameraOptions
    joints_m: dict[str, Float64Array]
    """By name of the reference: ``(frames, 13, 3)`` camera axes, from the camera [m]."""
    standing: Float64Array
    """(frames, 2) whether each foot stands."""
    rotations_wxyz: dict[str, Float64Array]
    """World rotations ``(frames, 4)`` by joint; empty where they are not known."""


def performer() -> Reference:
    """The rendered sample, exact."""
    return _rendered(bundled_path("samples/performer_full.mp4"))


def upper_body(shared: Path) -> Reference | None:
    """The rendered performer from head to waist; None where the material is not at hand.

    Args:
        shared: folder with ``footage/``.
    """
    video = shared / "footage" / "performer_upper.mp4"
    return _rendered(video) if video.is_file() else None


def _rendered(video: Path) -> Reference:
    """A rendered clip, with its truth beside it."""
    truth = json.loads(video.with_suffix(".json").read_text(encoding="utf-8"))
    camera = truth["camera"]
    world_from_camera = np.array(camera["world_from_camera"], dtype=np.float64)
    rotation, place = world_from_camera[:3, :3], world_from_camera[:3, 3]
    frames = truth["frames_data"]
    joints = np.array([[frame["landmarks_m"][name] for name in JOINTS] for frame in frames])
    standing = np.array(
        [[frame["foot_contact"][side] for side in ("left", "right")] for frame in frames]
    )
    turns = np.array([frame["rotations_wxyz"] for frame in frames])
    return Reference(
        video=video,
        camera=_camera(rotation[1], truth["image_size"][0], camera["fx"]),
        joints_m={"exact": (joints - place) @ rotation},
        standing=standing,
        rotations_wxyz={
            name: turns[:, index]
            for index, name in enumerate(truth["joint_names"])
            if name in JOINT_INDEX
        },
    )


def balancing(shared: Path, camera_number: int) -> Reference | None:
    """One camera of the Pose2Sim balancing trial; None where the material is not at hand.

    Args:
        shared: folder with ``accuracy/`` and ``footage/``.
        camera_number: 1 or 2.
    """
    video = shared / "footage" / f"p2s_cam{camera_number:02d}.mp4"
    numbers = shared / "accuracy" / _POSE2SIM
    if not (video.is_file() and numbers.is_file()):
        return None
    with np.load(numbers) as data:
        rotation: Float64Array = data["camera_from_lab_R"][camera_number - 1]
        shift: Float64Array = data["camera_from_lab_t_m"][camera_number - 1]
        names: list[str] = [str(name) for name in data["joint_names"]]
        order = [names.index(name) for name in JOINTS]
        sets: dict[str, Float64Array] = {
            name: data[name][:, order].astype(np.float64) @ rotation.T + shift for name in "ABC"
        }
        for name in "BC":
            sets[name][:, JOINTS.index("nose")] = np.nan
        focal_px = float(data["K"][camera_number - 1][0, 0])
        standing: Float64Array = data["stance_left_right"].astype(np.float64)
    camera = _camera(rotation[:, 2], _POSE2SIM_WIDTH_PX, focal_px)
    return Reference(video, camera, sets, standing, {})


def _camera(up_in_camera: Float64Array, width_px: float, focal_px: float) -> SolveCameraOptions:
    """The solver's camera: its field of view, tilt and roll, and nothing else of the truth."""
    return SolveCameraOptions(
        horizontal_fov_deg=float(2.0 * np.degrees(np.arctan(0.5 * width_px / focal_px))),
        tilt_deg=float(-np.degrees(np.arcsin(up_in_camera[2]))),
        roll_deg=float(np.degrees(np.arctan2(up_in_camera[0], -up_in_camera[1]))),
    )
