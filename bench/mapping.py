"""How long a mapping takes for one frame: ``python -m bench.mapping``.

Runs mappings over random frames on one thread and prints the median and the 95th of a hundred of
the processor time of one frame [us]. ``typical`` is what a user may write for 52 shapes and 55
joints; ``everything`` uses every operation on each of them.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from mocapbridge.blendshapes import ARKIT_NAMES
from mocapbridge.retarget.files import ready_mappings
from mocapbridge.retarget.load import load_mapping
from mocapbridge.retarget.mapping import Retarget
from mocapbridge.skeleton import JOINT_NAMES
from mocapbridge.types import SmoothedLandmarks
from tests.motion_frames import random_frame, stream_info
from tests.tracked_points import Moment, landmarks_of

_WARM_UP: Final = 100


TYPICAL: Final = """\
extends: [arkit, humanoid]
shapes:
  "*": {gain: 1.1}
  "eyeBlink*": {curve: [[0.1, 0], [0.7, 1]]}
  "mouth*": {dead_zone: 0.05, smoothing_s: 0.03}
  "brow*": {when: confidence.face > 0.5, otherwise: hold}
joints:
  jaw: {turn: {x: {from: jawOpen, gain: 25}}}
  head: {gain: 1.2}
"""


def everything() -> str:
    """A mapping with every operation on every target."""
    rule = (
        "dead_zone: 0.05, curve: [[0, 0], [0.4, 0.6], [0.7, 0.9], [1, 1]], gain: 1.1, "
        "offset: 0.01, smoothing_s: 0.02, when: confidence.face > 0.2, otherwise: hold"
    )
    sources = [f"{name}, distance.left_wrist.nose, joint.leftHand.zxy.y" for name in ARKIT_NAMES]
    shapes = "".join(
        f"  Shape{place}: {{from: [{each}], combine: {('sum', 'max')[place % 2]}, {rule}}}\n"
        for place, each in enumerate(sources)
    )
    joints = "".join(
        f"  Rig_{name}: {{from: {name}, gain: 0.9, axes_deg: [0, 90, 0]}}\n" for name in JOINT_NAMES
    )
    turns = "  'Rig_ja?': {turn: {x: {from: jawOpen, gain: 25}}}\n"
    return (
        f"mirror: true\nscale: 1.1\nshapes:\n{shapes}joints:\n{joints}{turns}"
        "angles:\n  '*': {gain: 1.1}\n"
    )


def measure(retarget: Retarget, frames: int) -> tuple[float, float]:
    """Median and 95th percentile of the processor time of a frame [us]."""
    material = [random_frame(seed) for seed in range(32)]
    seen = SmoothedLandmarks(landmarks_of(Moment()))
    times_us: list[float] = []
    for index in range(_WARM_UP + frames):
        frame = replace(material[index % 32], capture_time_ns=index * 33_333_333)
        started_ns = time.thread_time_ns()
        retarget.map(seen, frame)
        times_us.append((time.thread_time_ns() - started_ns) / 1000)
    p50, p95 = np.percentile(times_us[_WARM_UP:], (50, 95))
    return float(p50), float(p95)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=2000)
    frames = parser.parse_args().frames
    with tempfile.TemporaryDirectory() as folder:
        written = [Path(folder) / "typical.yaml", Path(folder) / "everything.yaml"]
        for path, text in zip(written, (TYPICAL, everything()), strict=True):
            path.write_text(text, encoding="utf-8")
        for name in (*ready_mappings(), *map(str, written)):
            retarget = Retarget(load_mapping(name, Path()), stream_info())
            p50, p95 = measure(retarget, frames)
            print(f"{Path(name).stem:16} p50 {p50:6.1f} us   p95 {p95:6.1f} us")


if __name__ == "__main__":
    main()
