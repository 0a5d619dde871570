"""Mapping files on disk, and scenes to feed them with, for tests."""

from __future__ import annotations

import textwrap
from pathlib import Path

from mocapbridge.retarget.load import FREE, Freedom, load_mapping
from mocapbridge.retarget.mapping import Mapped, Retarget
from mocapbridge.types import Landmarks, MocapFrame, SmoothedLandmarks
from tests.motion_frames import random_frame, stream_info
from tests.tracked_points import Moment, landmarks_of

SEEN: SmoothedLandmarks = SmoothedLandmarks(landmarks_of(Moment()))


def write_mapping(folder: Path, text: str, name: str = "mine.yaml") -> str:
    """Write a mapping file; its path as configurations give it."""
    path = folder / name
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return str(path)


def retarget_of(folder: Path, text: str, freedom: Freedom = FREE) -> Retarget:
    """The stage with that mapping."""
    return Retarget(load_mapping(write_mapping(folder, text), folder, freedom), stream_info())


def mapped(
    folder: Path, text: str, frame: MocapFrame | None = None, seen: Landmarks = SEEN
) -> Mapped:
    """One frame through a mapping."""
    retarget = retarget_of(folder, text)
    return retarget.map(SmoothedLandmarks(seen), frame or random_frame(1))


def shapes_of(result: Mapped) -> dict[str, float]:
    """The shapes of a mapped frame by their names."""
    names = result.info.names
    assert names is not None
    return dict(zip(names.blendshapes, result.motion.face.blendshapes.tolist(), strict=True))
