"""Draws docs/images/blender_*.jpg: ``python -m bench.blender_stills [--bpy 4.5] [RIG ...]``.

The daemon tracks samples/performer_full.mp4 and streams to rigs of several families, each in a
Blender of its own; Cycles renders them as the camera of the footage would see them, below the same
frames of the footage. Left limbs are blue, right ones red.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from blender_addon.environments import python_with_bpy
from mocapbridge.bundled import bundled_path
from mocapbridge.types import UInt8Array
from tests.blender.recorded import record

RIGS: Final = {
    "rigify": "Rigify",
    "mixamo": "Mixamo (short legs)",
    "vrm": "VRM",
    "unreal": "Unreal (long legs)",
}
FRAMES: Final = (8, 66, 195, 216)
_CUT: Final = (420, 80, 440, 500)
"""Part of the picture: x, y, width, height [px]."""
_TILE: Final = (264, 300)
_QUALITY: Final = 82
_LIMIT_S: Final = 900
_INSIDE: Final = Path(__file__).with_name("inside_blender_stills.py")


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rigs", nargs="*", default=list(RIGS), help=", ".join(RIGS))
    parser.add_argument("--bpy", default="4.5", help="version of Blender")
    arguments = parser.parse_args()
    python = python_with_bpy(arguments.bpy)
    if python is None:
        parser.error(f"python -m blender_addon.environments {arguments.bpy} makes that Blender")
    truth = json.loads(bundled_path("samples/performer_full.json").read_text("utf-8"))
    camera = json.dumps(truth["camera"] | {"size": truth["image_size"], "cut": _CUT})
    footage = _row("footage", _footage())
    with tempfile.TemporaryDirectory() as folder:
        recording = Path(folder) / "performer_full.link"
        record("performer_full", recording)
        for rig in arguments.rigs:
            target = Path(folder) / f"{rig}_{{}}.png"
            words = [rig, str(recording), str(target), json.dumps(FRAMES), camera]
            subprocess.run(
                [str(python), str(_INSIDE), *words],
                stdout=subprocess.DEVNULL,
                check=True,
                timeout=_LIMIT_S,
            )
            tiles = [_read(Path(str(target).replace("{}", str(frame)))) for frame in FRAMES]
            picture = np.vstack([footage, _row(RIGS[rig], tiles)])
            image = Path(__file__).parent.parent / "docs" / "images" / f"blender_{rig}.jpg"
            cv2.imwrite(str(image), picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])


def _footage() -> list[UInt8Array]:
    capture = cv2.VideoCapture(str(bundled_path("samples/performer_full.mp4")))
    images = [np.asarray(capture.read()[1], dtype=np.uint8) for _ in range(max(FRAMES) + 1)]
    x, y, width, height = _CUT
    return [images[frame][y : y + height, x : x + width] for frame in FRAMES]


def _read(path: Path) -> UInt8Array:
    image = cv2.imread(str(path))
    if image is None:
        raise FileNotFoundError(f"Blender left no picture at {path}")
    return np.asarray(image, dtype=np.uint8)


def _row(name: str, images: list[UInt8Array]) -> UInt8Array:
    tiles = [
        np.asarray(cv2.resize(image, _TILE, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        for image in images
    ]
    row = np.hstack(tiles)
    cv2.putText(row, name, (8, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (30, 30, 30), 2, cv2.LINE_AA)
    return row


if __name__ == "__main__":
    main()
