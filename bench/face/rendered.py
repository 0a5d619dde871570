"""What the rendered performer really does: the exact truth beside its clips."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from mocapbridge.types import Float64Array

FOLLOWS: Final[tuple[tuple[str, str], ...]] = (
    ("jawOpen", "jaw_open"),
    ("eyeBlinkLeft", "blink_left"),
    ("eyeBlinkRight", "blink_right"),
    ("mouthSmileLeft", "smile"),
    ("mouthSmileRight", "smile"),
    ("mouthPucker", "pucker"),
    ("browInnerUp", "brow_up"),
    ("browOuterUpLeft", "brow_up"),
    ("browOuterUpRight", "brow_up"),
    ("browDownLeft", "brow_down"),
    ("browDownRight", "brow_down"),
    ("eyeLookOutLeft", "gaze_left"),
    ("eyeLookInRight", "gaze_left"),
    ("eyeLookInLeft", "gaze_right"),
    ("eyeLookOutRight", "gaze_right"),
    ("eyeLookUpLeft", "gaze_up"),
    ("eyeLookUpRight", "gaze_up"),
    ("eyeLookDownLeft", "gaze_down"),
    ("eyeLookDownRight", "gaze_down"),
)
"""Channels and the controls that move them."""


@dataclass(frozen=True, slots=True)
class RenderedTruth:
    """The truth of one rendered clip, per frame."""

    controls: dict[str, Float64Array]
    """(n,) each, 0..1; gaze is split into four directions [degrees]."""
    head_wxyz: Float64Array
    """(n, 4) world from head."""
    world_from_camera: Float64Array
    """(4, 4) camera axes x right, y down, z forward."""
    focal_px: float
    image_size_px: tuple[int, int]

    @property
    def horizontal_fov_deg(self) -> float:
        """Of the camera."""
        return math.degrees(2.0 * math.atan(self.image_size_px[0] / 2.0 / self.focal_px))


def read_truth(path: Path) -> RenderedTruth:
    """Read the JSON that lies beside a rendered clip."""
    document = json.loads(path.read_text(encoding="utf-8"))
    frames = document["frames_data"]
    head = document["joint_names"].index("head")
    controls = {
        name: np.array([frame["controls"][name] for frame in frames], dtype=np.float64)
        for name in frames[0]["controls"]
    }
    yaw_deg, pitch_deg = controls["gaze_yaw_deg"], controls["gaze_pitch_deg"]
    controls["gaze_left"], controls["gaze_right"] = np.maximum(yaw_deg, 0), np.maximum(-yaw_deg, 0)
    controls["gaze_up"], controls["gaze_down"] = np.maximum(pitch_deg, 0), np.maximum(-pitch_deg, 0)
    return RenderedTruth(
        controls=controls,
        head_wxyz=np.array([frame["rotations_wxyz"][head] for frame in frames]),
        world_from_camera=np.array(document["camera"]["world_from_camera"]),
        focal_px=float(document["camera"]["fx"]),
        image_size_px=(int(document["image_size"][0]), int(document["image_size"][1])),
    )
