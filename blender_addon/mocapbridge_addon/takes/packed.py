# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads packed takes with the standard library alone (docs/take-format.md of mocapbridge)."""

from __future__ import annotations

import ast
import json
import zipfile
import zlib
from array import array
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any, Final, cast

from ..motion.frame import Motion
from .errors import UnreadableFile
from .frames import Row, motion_of
from .take_header import header_of

_NPY: Final = b"\x93NUMPY"
_LARGEST_BYTES: Final = 1 << 28
"""No member of a block of 1024 frames is larger."""
_MOST_FRAMES_OF_A_BLOCK: Final = 1024
_COLUMNS: Final = {
    "index": 1, "time_ns": 1, "motion_root": 3, "motion_rotations": 220, "motion_blendshapes": 52,
    "motion_head": 16, "motion_gaze": 4, "motion_feet_planted": 2, "motion_state": 1,
    "motion_face_state": 1, "motion_hand_states": 2,
}  # fmt: skip
"""What is read, with the integers per frame."""
_OPTIONAL: Final = "motion_feet_planted"


def read_packed(path: Path) -> list[Motion]:
    """The solved motion of every frame.

    Raises:
        UnreadableFile: it is no packed take, or damaged.
        OSError: it cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            header = header_of(json.loads(archive.read("header.json")))
            index = cast("dict[str, Any]", json.loads(archive.read("index.json")))
            counts = [int(count) for count in index["blocks"]]
            return [
                motion_of(header, row)
                for block, count in enumerate(counts)
                for row in _block(archive, block, count)
            ]
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError) as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(f"this packed take is damaged: {error}") from error


def _block(archive: zipfile.ZipFile, block: int, count: int) -> Iterator[Row]:
    if not 0 < count <= _MOST_FRAMES_OF_A_BLOCK:
        raise UnreadableFile(f"this packed take claims a block of {count} frames")
    present = set(archive.namelist())
    columns: dict[str, list[list[int]]] = {}
    for name, width in _COLUMNS.items():
        member = f"{block:06d}/{name}.npy"
        if name == _OPTIONAL and member not in present:
            columns[name] = [[0] * count] * width
        else:
            columns[name] = _integers(archive, member, width, count)
    rows = {name: list(zip(*own, strict=True)) for name, own in columns.items()}
    for place in range(count):
        left, right = rows["motion_feet_planted"][place]
        left_hand, right_hand = rows["motion_hand_states"][place]
        yield Row(
            index=rows["index"][place][0],
            time_ns=rows["time_ns"][place][0],
            root=rows["motion_root"][place],
            rotations=rows["motion_rotations"][place],
            blendshapes=rows["motion_blendshapes"][place],
            head=rows["motion_head"][place],
            gaze=rows["motion_gaze"][place],
            feet_planted=(bool(left), bool(right)),
            states=(
                rows["motion_state"][place][0],
                rows["motion_face_state"][place][0],
                left_hand,
                right_hand,
            ),
        )


def _integers(archive: zipfile.ZipFile, member: str, width: int, count: int) -> list[list[int]]:
    """A column: per integer of a frame its values in all frames of the block."""
    info = archive.getinfo(member)
    if info.file_size > _LARGEST_BYTES:
        raise UnreadableFile(f"{member} of this take is too large")
    raw = archive.read(info)
    planes = _planes(raw, member, width, count)
    size = width * count
    folded = array("Q", bytes(8 * size))
    for number, plane in enumerate(planes):
        shift = 8 * number
        for place in range(size):
            folded[place] |= plane[place] << shift
    columns: list[list[int]] = []
    for start in range(0, size, count):
        steps = (
            -((value + 1) >> 1) if value & 1 else value >> 1
            for value in folded[start : start + count]
        )
        columns.append(list(accumulate(steps)))
    return columns


def _planes(raw: bytes, member: str, width: int, count: int) -> list[bytes]:
    """The bytes of the integers, lowest first: NumPy's format, version 1."""
    if not raw.startswith(_NPY) or len(raw) < 10:  # noqa: PLR2004 - magic, version, length
        raise UnreadableFile(f"{member} of this take is not in NumPy's format")
    end = 10 + int.from_bytes(raw[8:10], "little")
    fields = cast("dict[str, Any]", ast.literal_eval(raw[10:end].decode("latin-1").strip()))
    shape = cast("tuple[int, ...]", fields["shape"])
    if fields["descr"] != "|u1" or fields["fortran_order"] or shape[1:] != (width, count):
        raise UnreadableFile(f"{member} of this take has another shape than it should")
    size = width * count
    body = raw[end:]
    if len(body) != size * shape[0] or shape[0] > 8:  # noqa: PLR2004 - bytes of the widest integer
        raise UnreadableFile(f"{member} of this take is cut")
    return [body[start : start + size] for start in range(0, len(body), size)]
