# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads takes as JSON Lines: being recorded, cut off, or unpacked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, cast

from ..motion.frame import Motion
from .errors import UnreadableFile
from .frames import Row, motion_of
from .take_header import Header, header_of

_LONGEST: Final = 1_000_000


def read_lines(path: Path) -> list[Motion]:
    """The solved motion of every frame; a torn last line is left out.

    Raises:
        UnreadableFile: it is no such take, or a line in its middle is damaged.
        OSError: it cannot be read.
    """
    motions: list[Motion] = []
    with path.open("rb") as file:
        header = header_of(_document(file.readline(_LONGEST)))
        number = 1
        while (line := file.readline(_LONGEST)).endswith(b"\n"):
            number += 1
            document = cast("dict[str, Any]", _document(line))
            if document.get("kind") == "frame":
                motions.append(_motion(header, document, number))
    return motions


def _document(line: bytes) -> object:
    try:
        return json.loads(line)
    except ValueError as error:
        raise UnreadableFile(f"a line of this take is not JSON: {error}") from error


def _motion(header: Header, document: dict[str, Any], number: int) -> Motion:
    try:
        own = cast("dict[str, Any]", document["motion"])
        left, right = own.get("feet_planted", (False, False))
        left_hand, right_hand = own["hand_states"]
        row = Row(
            index=int(document["index"]),
            time_ns=int(document["time_ns"]),
            root=own["root"],
            rotations=own["rotations"],
            blendshapes=own["blendshapes"],
            head=own["head"],
            gaze=own["gaze"],
            feet_planted=(bool(left), bool(right)),
            states=(own["state"], own["face_state"], left_hand, right_hand),
        )
        return motion_of(header, row)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise UnreadableFile(f"line {number} of this take is damaged: {error!r}") from error
