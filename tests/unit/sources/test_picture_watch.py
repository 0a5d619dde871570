from __future__ import annotations

import logging

import numpy as np
import pytest

from mocapbridge.sources.picture_watch import PictureWatch
from mocapbridge.types import UInt8Array

NOISE = np.random.default_rng(3)


def noisy(level: int) -> UInt8Array:
    return (level + NOISE.integers(0, 4, (48, 64, 3))).astype(np.uint8)


def warnings(caplog: pytest.LogCaptureFixture, pictures: list[UInt8Array]) -> list[str]:
    watch = PictureWatch("camera:0")
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        for index, picture in enumerate(pictures):
            watch.observe(picture, index * 100_000_000)
    return [record.getMessage() for record in caplog.records]


def test_moving_picture_is_fine(caplog: pytest.LogCaptureFixture) -> None:
    assert warnings(caplog, [noisy(100) for _ in range(60)]) == []


def test_same_picture_for_two_seconds_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    still = noisy(100)
    (message,) = warnings(caplog, [still] * 60)
    assert "frozen" in message
    assert message.startswith("camera:0")
    assert warnings(caplog, [still] * 20) == []


def test_black_picture_is_said_once_and_again_after_light(
    caplog: pytest.LogCaptureFixture,
) -> None:
    dark = [noisy(0) for _ in range(40)]
    messages = warnings(caplog, [*dark, noisy(100), *dark])
    assert len(messages) == 2
    assert all("black" in message for message in messages)


def test_black_and_still_is_only_called_black(caplog: pytest.LogCaptureFixture) -> None:
    (message,) = warnings(caplog, [np.zeros((48, 64, 3), dtype=np.uint8)] * 60)
    assert "black" in message
