"""Draws docs/images/blender_rigs.jpg: ``python -m bench.blender_stills TAKE OUT.jpg``.

The take is one of samples/performer_full.mp4 (``mocapbridge run --source
samples/performer_full.mp4 --record``). In bpy, the add-on puts it on rigs of several families,
which carry boxes; Cycles renders them at the frames of the footage in the first row.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from blender_addon.environments import python_with_bpy
from mocapbridge.types import UInt8Array

FRAMES: Final = (8, 66, 140, 192, 235)
_RIGS: Final = {"mixamo": "Mixamo", "vrm": "VRM", "unreal": "Unreal", "rigify": "Rigify"}
_CLIP: Final = Path(__file__).parents[1] / "samples" / "performer_full.mp4"
_INSIDE: Final = Path(__file__).parent / "inside_blender_stills.py"
_CUT: Final = (420, 80, 440, 500)
"""Part of the footage: x, y, width, height [px]."""
_TILE: Final = (230, 261)
_VERSION: Final = "4.5"


def main() -> None:
    """Draw it."""
    take, target = sys.argv[1:]
    rows = [_row("footage", _footage())]
    with tempfile.TemporaryDirectory() as folder:
        for rig, title in _RIGS.items():
            stills = str(Path(folder) / (rig + "_{}.png"))
            words = [rig, take, stills, json.dumps(FRAMES)]
            command = [str(python_with_bpy(_VERSION)), str(_INSIDE), *words]
            subprocess.run(command, check=True, timeout=300, stdout=subprocess.DEVNULL)
            images = [cv2.imread(stills.replace("{}", str(frame))) for frame in FRAMES]
            rows.append(_row(title, [np.asarray(i, np.uint8) for i in images if i is not None]))
    cv2.imwrite(target, np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 82])
    print(target)


def _footage() -> list[UInt8Array]:
    capture = cv2.VideoCapture(str(_CLIP))
    images = [np.asarray(capture.read()[1], dtype=np.uint8) for _ in range(max(FRAMES) + 1)]
    x, y, width, height = _CUT
    cut = [images[frame][y : y + height, x : x + width] for frame in FRAMES]
    return [np.asarray(cv2.resize(i, _TILE, interpolation=cv2.INTER_AREA), np.uint8) for i in cut]


def _row(name: str, images: list[UInt8Array]) -> UInt8Array:
    row = np.hstack(images)
    cv2.putText(row, name, (8, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (30, 30, 30), 2, cv2.LINE_AA)
    return row


if __name__ == "__main__":
    main()
