"""The clips that are measured, and what of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2

from mocapbridge.bundled import bundled_path


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip and what is asked of it; None: not asked."""

    name: str
    frames: int
    """How many of its frames are looked at."""
    shows: str
    least_faces: int | None = None
    least_hands: int | None = None
    hands_on_right_side: bool = False
    """Whether only hands on the right side count towards ``least_hands``."""
    at_most_one_hand: bool = False
    against_threads: bool = False
    """Whether three naive threads find everything there too, so that their time is a bound."""


CLIPS: Final = (
    Clip("muse_dance", 150, "dancer", 140, 210, hands_on_right_side=True),
    Clip("mp_gesture", 195, "one hand", None, 140, at_most_one_hand=True, against_threads=True),
    Clip("p2s_cam02", 100, "balancing person, face blurred", None, 150),
    Clip("lp_d3", 150, "talking head", 150, against_threads=True),
    Clip("performer_full", 255, "rendered performer", 255, 510),
    Clip("performer_upper", 220, "rendered performer, head to waist", 220),
)


def path_of(clip: Clip, folder: Path | None) -> Path | None:
    """Where a clip is: among the samples or in the folder that was given; None when nowhere."""
    sample = bundled_path("samples") / f"{clip.name}.mp4"
    candidates = [sample] + ([folder / f"{clip.name}.mp4"] if folder else [])
    return next((path for path in candidates if path.is_file()), None)


def rate_hz(path: Path) -> float:
    """Frame rate that the clip states."""
    return float(cv2.VideoCapture(str(path)).get(cv2.CAP_PROP_FPS))
