"""CSV as the Live Link Face app writes it, for MetaHuman Animator and face tools.

The values are those that the Live Link Face output sends. The app's files have the right before the
left of `Jaw` and `Mouth` pairs, unlike its packets: readers go by the header.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from mocapbridge.clock import NS_PER_S
from mocapbridge.export.clip import Clip
from mocapbridge.export.fixed_point import text_rows
from mocapbridge.export.options import ExportOptions, Progress
from mocapbridge.outputs.live_link_face import head_angles_rad
from mocapbridge.timecode import TimeCode, label_of
from mocapbridge.types import BLENDSHAPE_COUNT, Float64Array
from mocapbridge.wire.live_link_face import VALUE_COUNT, VALUE_NAMES

_DECIMALS: Final = 9
_ROWS_AT_ONCE: Final = 1024


def _csv_order() -> tuple[str, ...]:
    names = list(VALUE_NAMES)
    for pair in ("Jaw", "Mouth"):
        left, right = names.index(f"{pair}Left"), names.index(f"{pair}Right")
        names[left], names[right] = names[right], names[left]
    return tuple(names)


COLUMN_NAMES: Final = _csv_order()
"""The 61 columns after time code and count."""

_PACKET_COLUMNS: Final = tuple(VALUE_NAMES.index(name) for name in COLUMN_NAMES)


def write_live_link_csv(
    clip: Clip, path: Path, _options: ExportOptions, progress: Progress
) -> None:
    """Write a row for each frame; a face that was not seen has the values of the take."""
    time_code = TimeCode(clip.frame_rate.as_integer_ratio(), clip.anchor)
    times_ns = clip.start_time_ns + np.rint(clip.times_s * NS_PER_S).astype(np.int64)
    with path.open("wb") as file:
        file.write(f"Timecode,BlendshapeCount,{','.join(COLUMN_NAMES)}\n".encode("ascii"))
        for start in range(0, clip.frames, _ROWS_AT_ONCE):
            rows = slice(start, start + _ROWS_AT_ONCE)
            values = packet_values(clip, rows)[:, _PACKET_COLUMNS]
            lines = text_rows(values, _DECIMALS, ",").splitlines(keepends=True)
            file.writelines(
                f"{_label(time_code, time_ns)},{VALUE_COUNT},".encode("ascii") + line
                for time_ns, line in zip(times_ns[rows].tolist(), lines, strict=True)
            )
            progress(min(1.0, (start + _ROWS_AT_ONCE) / clip.frames))


def packet_values(clip: Clip, rows: slice) -> Float64Array:
    """`(rows, 61)` the values of the packets, in their order; angles in radians."""
    heads = clip.world_from_head[rows]
    values = np.zeros((len(heads), VALUE_COUNT))
    values[:, :BLENDSHAPE_COUNT] = clip.blendshapes[rows]
    head, eyes = BLENDSHAPE_COUNT, BLENDSHAPE_COUNT + 3
    values[:, head:eyes] = [head_angles_rad(matrix) for matrix in heads]
    values[:, eyes : eyes + 2] = clip.gaze_rad[rows, 0]
    values[:, eyes + 3 : eyes + 5] = clip.gaze_rad[rows, 1]
    return values


def _label(time_code: TimeCode, time_ns: int) -> str:
    """`HH:MM:SS:FF.mmm`: the label of the frame, and thousandths of it."""
    number, sub_frame = time_code.of(time_ns)
    label = label_of(number, time_code.frame_rate)
    thousandths = min(int(sub_frame * 1000), 999)
    return (
        f"{label.hours:02d}:{label.minutes:02d}:{label.seconds:02d}:{label.frames:02d}"
        f".{thousandths:03d}"
    )
