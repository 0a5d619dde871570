"""TRC: marker positions as a table (docs/export.md), for OpenSim and its relatives.

Metres, +Y up. Format: OpenSim, "Marker (.trc) Files".
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from mocapbridge.export.clip import Clip
from mocapbridge.export.fixed_point import text_rows
from mocapbridge.export.markers import MARKER_NAMES, marker_positions_m
from mocapbridge.export.options import ExportOptions, Progress

DECIMALS: Final = 6

_ROWS_AT_ONCE: Final = 1024


def write_trc(clip: Clip, path: Path, _options: ExportOptions, progress: Progress) -> None:
    """Write the joints as markers; the clip's rows are evenly spaced at its rate."""
    positions = marker_positions_m(clip).reshape(clip.frames, -1)
    with path.open("wb") as file:
        file.write(_head(clip).encode("ascii"))
        for start in range(0, clip.frames, _ROWS_AT_ONCE):
            rows = slice(start, start + _ROWS_AT_ONCE)
            file.write(_rows(clip, positions[rows], start))
            progress(min(1.0, (start + _ROWS_AT_ONCE) / clip.frames))


def _head(clip: Clip) -> str:
    rate = f"{float(clip.frame_rate):.9g}"
    count = len(MARKER_NAMES)
    axes = "\t".join(f"X{i}\tY{i}\tZ{i}" for i in range(1, count + 1))
    names = "\t\t\t".join(MARKER_NAMES)
    return (
        "PathFileType\t4\t(X/Y/Z)\tmocapbridge.trc\n"
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\t"
        "OrigDataRate\tOrigDataStartFrame\tOrigNumFrames\n"
        f"{rate}\t{rate}\t{clip.frames}\t{count}\tm\t{rate}\t1\t{clip.frames}\n"
        f"Frame#\tTime\t{names}\t\t\n"
        f"\t\t{axes}\n"
        "\n"
    )


def _rows(clip: Clip, positions: np.typing.NDArray[np.float32], start: int) -> bytes:
    lost = np.isnan(positions)
    text = text_rows(np.where(lost, 0.0, positions), DECIMALS, "\t")
    lines: list[bytes] = []
    for row, line in enumerate(text.splitlines()):
        cells = line
        if lost[row].any():
            cells = b"\t".join(
                b"" if gone else cell
                for cell, gone in zip(line.split(b"\t"), lost[row].tolist(), strict=True)
            )
        time = f"{clip.times_s[start + row]:.9f}".encode("ascii")
        lines.append(b"%d\t%b\t%b\n" % (start + row + 1, time, cells))
    return b"".join(lines)
