"""How long a take is, by what each format itself says of time: the same to half a frame."""

from __future__ import annotations

import importlib
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mocapbridge.cli.main import main
from mocapbridge.export.rates import frame_rate
from tests.export_clips import moving_clip, write_take

RATES = ["23.976", "24", "25", "29.97", "30", "50", "60"]


def _bvh(path: Path, _rate: float) -> float:
    lines = path.read_text("ascii").splitlines()
    frames, frame_time = (line.split(":")[1] for line in lines[lines.index("MOTION") + 1 :][:2])
    assert len(lines) == lines.index("MOTION") + 3 + int(frames)
    return (int(frames) - 1) * float(frame_time)


def _trc(path: Path, _rate: float) -> float:
    lines = path.read_text("ascii").splitlines()
    rate, _, frames = lines[2].split("\t")[:3]
    duration_s = (int(frames) - 1) / float(rate)
    assert float(lines[-1].split("\t")[1]) == pytest.approx(duration_s, abs=1e-6)
    return duration_s


def _c3d(path: Path, _rate: float) -> float:
    header: Any = importlib.import_module("ezc3d").c3d(str(path))["header"]["points"]
    return float((header["last_frame"] - header["first_frame"]) / header["frame_rate"])


def _gltf(path: Path, _rate: float) -> float:
    data = path.read_bytes()
    document = json.loads(data[20 : 20 + struct.unpack_from("<I", data, 12)[0]])
    sampler = document["animations"][0]["samplers"][0]
    return float(document["accessors"][sampler["input"]]["max"][0])


def _json(path: Path, _rate: float) -> float:
    frames = json.loads(path.read_text("utf-8"))["frames"]
    return frames[-1]["time_s"] - frames[0]["time_s"]


def _npz(path: Path, _rate: float) -> float:
    with np.load(path) as arrays:
        return float(np.ptp(arrays["times_s"]))


def _csv(path: Path, rate: float) -> float:
    lines = path.read_text("ascii").splitlines()
    first, last = (line.split(",")[0] for line in (lines[1], lines[-1]))
    return _seconds(last, rate) - _seconds(first, rate)


def _seconds(label: str, rate: float) -> float:
    """Within one minute, where no labels are dropped."""
    _, minutes, seconds, frames = label.split(":")
    return int(minutes) * 60 + int(seconds) + float(frames) / round(rate)


READERS: dict[str, Callable[[Path, float], float]] = {
    ".bvh": _bvh,
    ".c3d": _c3d,
    ".csv": _csv,
    ".glb": _gltf,
    ".json": _json,
    ".npz": _npz,
    ".trc": _trc,
    ".vrma": _gltf,
}


@pytest.mark.parametrize("text", RATES)
@pytest.mark.parametrize("uneven", [0.0, 0.45], ids=["even", "uneven"])
@pytest.mark.parametrize("chosen", [False, True], ids=["own rate", "chosen rate"])
def test_every_format_lasts_as_long_as_the_take(
    tmp_path: Path, text: str, uneven: float, chosen: bool
) -> None:
    """The take is captured at the rate, or at 30 and exported at the rate."""
    rate = frame_rate(text)
    captured = frame_rate("30") if chosen else rate
    clip = moving_clip(80, rate=captured, jitter=uneven)
    flags = ["--fps", text] if chosen else []
    for ending in READERS:
        flags += ["--to", str(tmp_path / f"a{ending}")]
    assert main(["export", str(write_take(tmp_path, clip)), *flags]) == 0
    for ending, read in READERS.items():
        duration_s = read(tmp_path / f"a{ending}", float(rate))
        # A label rounds each end to a thousandth of a frame.
        assert abs(duration_s - clip.duration_s) <= 0.502 / float(rate), ending
