"""Whatever numbers a take holds: a format is written whole, or an error of ours says why not."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mocapbridge.errors import TakeError
from mocapbridge.export.clip import Clip, mended
from mocapbridge.export.formats import FORMATS
from mocapbridge.export.options import ExportOptions
from mocapbridge.export.resample import resampled
from tests.export_clips import moving_clip

_FORMATS = [ending for ending in FORMATS if not ending.startswith((".fbx", ".usd"))]
_COLUMNS = [
    "root_in_world_m",
    "rotations_wxyz",
    "positions_in_world_m",
    "rest_positions_m",
    "blendshapes",
    "world_from_head",
    "gaze_rad",
    "joint_confidences",
    "times_s",
]
_HOSTILE = st.sampled_from(
    [0.0, -0.0, 1.0, -1.0, 1e-30, 1e-45, 99_999.0, -1e5, 1e7, 1e30, 3e38, np.nan, np.inf, -np.inf]
)


@st.composite
def _clips(draw: st.DrawFn) -> Clip:
    clip = moving_clip(draw(st.integers(1, 6)), seed=draw(st.integers(0, 5)), jitter=0.4)
    changes: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(_COLUMNS), max_size=3, unique=True)):
        column = getattr(clip, name).copy()
        for place in draw(st.lists(st.integers(0, column.size - 1), min_size=1, max_size=4)):
            column.flat[place] = draw(_HOSTILE)
        changes[name] = column
    return replace(clip, subject=draw(st.text(max_size=5)), **changes)


@pytest.mark.parametrize("ending", _FORMATS)
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(clip=_clips())
def test_any_numbers_end_in_a_file_or_in_an_error_of_ours(ending: str, clip: Clip) -> None:
    form = FORMATS[ending]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{ending}"
        try:
            rows = mended(clip)
            if form.even:
                rows = resampled(rows, rows.frame_rate)
            form.write(rows, path, ExportOptions(), lambda _done: None)
        except TakeError:
            return
        data = path.read_bytes()
        assert len(data) > 500
        if ending in (".bvh", ".trc", ".csv"):
            assert b"nan" not in data.lower()
            assert b"inf" not in data.lower()
