"""Keys at the instants of capture, and fewer of them."""

from __future__ import annotations

import math
from array import array
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from mocapbridge_addon.motion.frame import Motion, Skeleton
from mocapbridge_addon.record.capture_clock import CaptureClock
from mocapbridge_addon.record.curves import Channel, Curve, Table, TimeLine, curves
from mocapbridge_addon.record.reduction import reduced

S = 1_000_000_000
FIRST = Motion(
    subject="Ann",
    skeleton=Skeleton((), (), ()),
    frame_id=0,
    capture_time_ns=500 * S,
    root_position_m=(0.0, 0.0, 0.0),
    rotations_wxyz=(),
    arrival_time_ns=3 * S,
)


def test_time_between_frames_is_the_cameras_however_late_they_come() -> None:
    clock = CaptureClock(None)
    step_ns = S // 30
    seen = [
        clock.local_ns(
            replace(
                FIRST,
                capture_time_ns=FIRST.capture_time_ns + number * step_ns,
                arrival_time_ns=FIRST.arrival_time_ns + number * 4 * step_ns + number % 2 * S // 2,
            )
        )
        for number in range(300)
    ]
    assert seen[0] == FIRST.arrival_time_ns
    assert {b - a for a, b in pairwise(seen)} == {step_ns}
    assert clock.breaks == 0


def test_a_sender_that_starts_again_goes_on_where_it_is() -> None:
    clock = CaptureClock(3 * S - 500 * S)
    before = clock.local_ns(FIRST)
    restarted = replace(FIRST, capture_time_ns=S, arrival_time_ns=8 * S)
    assert clock.local_ns(restarted) - before == 5 * S
    assert clock.breaks == 1


def test_rows_become_curves_that_go_on_when_the_bones_change() -> None:
    x, y, z = (Channel(name, 0, "g") for name in "xyz")
    first, second = Table((x, y)), Table((y, z))
    first.add(0, (1.0, 2.0))
    first.add(S, (3.0, 4.0))
    second.add(2 * S, (5.0, 6.0))
    found = {c.channel.path: c for c in curves([first, second], TimeLine(S, 10.0, 24.0))}
    assert list(found["x"].frames) == [-14.0, 10.0]
    assert list(found["y"].frames) == [-14.0, 10.0, 34.0]
    assert list(found["y"].values) == [2.0, 4.0, 5.0]
    assert list(found["z"].values) == [6.0]


@pytest.mark.parametrize("tolerance", [0.001, 0.02])
def test_fewer_keys_stay_within_the_tolerance(tolerance: float) -> None:
    frames = [number * 0.8 + 0.1 * math.sin(number) for number in range(400)]
    values = [math.sin(frame / 20.0) + (0.3 if 100 < frame < 120 else 0.0) for frame in frames]
    curve = Curve(Channel("x", 0, "g"), array("f", frames), array("f", values))
    fewer = reduced(curve, tolerance)
    assert len(fewer.frames) < len(frames) / 2
    between = np.interp(curve.frames, fewer.frames, fewer.values)
    assert np.abs(between - np.array(curve.values)).max() <= tolerance * 1.001
    assert (fewer.frames[0], fewer.frames[-1]) == (curve.frames[0], curve.frames[-1])
