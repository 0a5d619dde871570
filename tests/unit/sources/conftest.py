"""Clips and clocks made by hand, so that every time and every defect is known."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

FRAME_LEVEL_STEP = 8
"""Frame i of a clip made here is grey of level 8 i + 8: what is decoded tells which frame it is."""


class HandClock:
    """A clock that only moves when someone sleeps on it."""

    def __init__(self, now_ns: int = 1_000_000_000) -> None:
        self.now_ns = now_ns
        self.slept_s: list[float] = []

    def monotonic_ns(self) -> int:
        return self.now_ns

    def sleep(self, duration_s: float) -> None:
        self.slept_s.append(duration_s)
        self.now_ns += round(duration_s * 1e9)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def _element(identity: str, payload: bytes) -> bytes:
    """EBML (RFC 8794): identity, size in eight bytes, payload."""
    return bytes.fromhex(identity) + struct.pack(">Q", (1 << 56) | len(payload)) + payload


def _number(identity: str, value: int) -> bytes:
    return _element(identity, value.to_bytes(8, "big"))


def matroska(
    pictures: Sequence[bytes],
    times_ms: Sequence[int],
    *,
    size_px: tuple[int, int],
    fps: float | None = 25.0,
) -> bytes:
    """A Matroska file (RFC 9559) of JPEG pictures, each in a cluster with its own time."""
    head = (
        _number("4286", 1)
        + _number("42F7", 1)
        + _element("4282", b"matroska")
        + _number("4287", 4)
        + _number("4285", 2)
    )
    info = _number("2AD7B1", 1_000_000) + _element("4D80", b"test") + _element("5741", b"test")
    if fps is not None:
        # The duration lets FFmpeg work out how many frames there should be.
        info += _element("4489", struct.pack(">d", len(times_ms) * 1000 / fps))
    rate = b"" if fps is None else _number("23E383", round(1e9 / fps))
    video = _element("E0", _number("B0", size_px[0]) + _number("BA", size_px[1]))
    track = _number("D7", 1) + _number("73C5", 1) + _number("83", 1)
    tracks = _element("AE", track + _element("86", b"V_MJPEG") + rate + video)
    clusters = b"".join(
        _element(
            "1F43B675",
            _number("E7", time_ms) + _element("A3", b"\x81\x00\x00\x80" + picture),
        )
        for picture, time_ms in zip(pictures, times_ms, strict=True)
    )
    segment = _element("1549A966", info) + _element("1654AE6B", tracks) + clusters
    return _element("1A45DFA3", head) + _element("18538067", segment)


def grey_jpeg(index: int, size_px: tuple[int, int] = (64, 48)) -> bytes:
    """Frame ``index`` of a clip."""
    width, height = size_px
    image = np.full((height, width, 3), FRAME_LEVEL_STEP * (index + 1), dtype=np.uint8)
    return cv2.imencode(".jpg", image)[1].tobytes()


MakeClip = Callable[..., Path]


@pytest.fixture
def make_clip(tmp_path: Path) -> MakeClip:
    """Writes a clip: times in ms, and which frames are to be damaged."""

    def make(
        times_ms: Sequence[int],
        *,
        damaged: Sequence[int] = (),
        fps: float | None = 25.0,
        size_px: tuple[int, int] = (64, 48),
    ) -> Path:
        pictures = [
            b"\xff\xd8 no picture" if index in damaged else grey_jpeg(index, size_px)
            for index in range(len(times_ms))
        ]
        path = tmp_path / "clip.mkv"
        path.write_bytes(matroska(pictures, times_ms, size_px=size_px, fps=fps))
        return path

    return make
