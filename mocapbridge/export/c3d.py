"""C3D: marker positions in binary (docs/export.md), for biomechanics.

Millimetres, +Z up, as most laboratories have it: the axes on the screen are given in
`POINT:X_SCREEN` and `POINT:Y_SCREEN`. Written by ezc3d (https://github.com/pyomeca/ezc3d).
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, Final

import numpy as np

from mocapbridge.errors import TakeError
from mocapbridge.export.clip import Clip
from mocapbridge.export.markers import MARKER_NAMES, marker_positions_m
from mocapbridge.export.options import ExportOptions, Progress
from mocapbridge.geometry.frames import BLENDER_FROM_WORLD

_MM_PER_M: Final = 1000.0
_MOST_FRAMES: Final = 65_535
"""The header counts frames in 16 bits."""


def write_c3d(clip: Clip, path: Path, _options: ExportOptions, progress: Progress) -> None:
    """Write the joints as markers; the clip's rows are evenly spaced at its rate.

    Raises:
        TakeError: ezc3d is not installed, or the clip is too long for the format.
    """
    try:
        ezc3d = importlib.import_module("ezc3d")
    except ImportError as error:
        raise TakeError(
            f"C3D needs ezc3d: python -m pip install 'mocapbridge[c3d]' ({error})"
        ) from error
    if clip.frames > _MOST_FRAMES:
        raise TakeError(
            f"C3D holds at most {_MOST_FRAMES} frames and the take has {clip.frames}: "
            "choose a lower --fps, trim the take, or use TRC"
        )
    container: Any = ezc3d.c3d()
    points = container["parameters"]["POINT"]
    points["RATE"]["value"] = [float(clip.frame_rate)]
    points["UNITS"]["value"] = ["mm"]
    points["LABELS"]["value"] = list(MARKER_NAMES)
    container.add_parameter("POINT", "X_SCREEN", ["+X"])
    container.add_parameter("POINT", "Y_SCREEN", ["+Z"])
    positions = BLENDER_FROM_WORLD.position(marker_positions_m(clip)) * _MM_PER_M
    data = np.ones((4, len(MARKER_NAMES), clip.frames))
    data[:3] = np.moveaxis(positions, (0, 1, 2), (2, 1, 0))
    container["data"]["points"] = data
    # The residual of a marker that was not seen is -1 (C3D specification); others have none here.
    gone = np.isnan(positions).any(axis=-1).T
    container["data"]["meta_points"]["residuals"] = np.where(gone, -1.0, 0.0)[None]
    container.write(str(path))
    progress(1.0)
