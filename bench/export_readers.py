"""Where other programs than ours find the joints of an exported file, for the pictures.

Each reader gives a function from a frame's number to joints by name, world axes and metres of the
take.
"""

from __future__ import annotations

import importlib
import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from mocapbridge.export.markers import MARKER_NAMES

Joints: TypeAlias = dict[str, npt.NDArray[np.float64]]
Reader: TypeAlias = Callable[[int], Joints]

_LIMIT_S: Final = 600


def bvh_joints(path: Path) -> Reader:
    """As bvhio has them."""
    root: Any = importlib.import_module("bvhio").readAsHierarchy(str(path))

    def joints_m(frame: int) -> Joints:
        root.loadPose(frame)
        return {joint.Name: np.array(joint.PositionWorld) / 100.0 for joint, *_ in root.layout()}

    return joints_m


def c3d_joints(path: Path) -> Reader:
    """As ezc3d has them."""
    read: Any = importlib.import_module("ezc3d").c3d(str(path))
    x, y, z = read["data"]["points"][:3] / 1000.0
    points_m = np.stack((x, z, -y), axis=-1)
    return lambda frame: dict(zip(MARKER_NAMES, points_m[:, frame], strict=True))


def trc_joints(path: Path) -> Reader:
    """As trc-data-reader has them."""
    read: Any = importlib.import_module("trc").TRCData()
    read.load(str(path))
    return lambda frame: {
        name: np.array(read[name][frame], dtype=float) for name in read["Markers"]
    }


def vrma_joints(python: Path, path: Path, frames: Sequence[int], fps: int) -> Reader:
    """As Blender's glTF importer has them, without expressions: their weights are places of nodes.

    Args:
        python: has bpy.
        path: the VRMA file.
        frames: those that will be asked for.
        fps: rate of the footage.
    """
    as_glb = path.with_name("vrma.glb")
    as_glb.write_bytes(path.read_bytes())
    script = Path(__file__).with_name("export_joints.py")
    words = [str(as_glb), json.dumps(frames), str(fps)]
    ended = subprocess.run(
        [python, str(script), *words], check=True, capture_output=True, text=True, timeout=_LIMIT_S
    )
    read = json.loads(ended.stdout.rpartition("RESULT ")[2].splitlines()[0])
    places: dict[int, dict[str, list[float]]] = dict(zip(frames, read, strict=True))
    return lambda frame: {
        name: np.array(place) for name, place in places[frame].items() if name in MARKER_NAMES
    }
