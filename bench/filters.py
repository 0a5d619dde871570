"""How long the whole smoother takes for one frame: ``python -m bench.filters``.

All parts tracked, noisy, 30 frames/s. Prints the middle and the 95th of a hundred [us].
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np

from mocapbridge.filters.options import FilterOptions
from mocapbridge.filters.smoother import Smoother
from tests.tracked_points import Moment, landmarks_of

_WARM_UP = 50
_DISTINCT = 60


def main() -> None:
    """Time every setting in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=3000)
    frames = parser.parse_args().frames
    for name, options, unseen in (
        ("all parts", FilterOptions(), ()),
        ("all parts, switched off", FilterOptions(enabled=False), ()),
        ("body only", FilterOptions(), ("face", "left_hand", "right_hand")),
        ("nothing seen", FilterOptions(), ("pose", "face", "left_hand", "right_hand")),
    ):
        p50, p95 = np.percentile(_times_us(options, unseen, frames), (50, 95))
        print(f"{name:26} p50 {p50:6.1f} us   p95 {p95:6.1f} us")


def _times_us(options: FilterOptions, unseen: tuple[str, ...], frames: int) -> list[float]:
    smoother = Smoother(options)
    inputs = [landmarks_of(Moment(noise_m=0.002, seed=i, unseen=unseen)) for i in range(_DISTINCT)]
    times_us: list[float] = []
    for index in range(_WARM_UP + frames):
        landmarks = replace(inputs[index % _DISTINCT], capture_time_ns=index * 33_333_333)
        started_s = time.perf_counter()
        smoother.filter(landmarks)
        times_us.append((time.perf_counter() - started_s) * 1e6)
    return times_us[_WARM_UP:]


if __name__ == "__main__":
    main()
