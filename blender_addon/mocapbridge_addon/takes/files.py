# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads any file with motion that the add-on knows."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ..motion.frame import Motion
from .bvh import read_bvh
from .errors import UnreadableFile
from .lines import read_lines
from .packed import read_packed

ENDINGS: Final = ("mocap", "jsonl", "bvh")
_ZIP: Final = b"PK"


def read_motion(path: Path) -> list[Motion]:
    """All frames, in the order of their capture.

    Raises:
        UnreadableFile: it cannot be made sense of, or has no frames.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(2)
    if path.suffix.lower() == ".bvh":
        motions = read_bvh(path)
    elif start == _ZIP:
        motions = read_packed(path)
    else:
        motions = read_lines(path)
    if not motions:
        raise UnreadableFile("this file has no frames")
    return motions
