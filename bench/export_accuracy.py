"""How exactly other programs read our files: ``python -m bench.export_accuracy [TAKE]``.

samples/performer_full.mp4 is solved into a take, which is exported as BVH, GLB, FBX and USD; bvhio,
assimp (Debian's ``assimp-utils``) and the importers of Blender read the files back. Printed is, for
each file and reader, how far any of the 55 joints is from where the take has it [mm] and how far it
is turned from it [deg], at most, and over how many frames. What is not installed is left out, and
said.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from scipy.spatial.transform import Rotation

from bench.export_picture import solve_offline
from blender_addon.environments import python_with_bpy
from mocapbridge.cli.main import main as run_command
from mocapbridge.export.clip import Clip
from mocapbridge.export.from_take import clip_from_take
from mocapbridge.export.kinematics import world_rotations_wxyz
from mocapbridge.geometry.frames import AxisChange
from mocapbridge.skeleton import JOINT_NAMES
from mocapbridge.types import Float64Array
from tests.assimp_scene import ASSIMP, AssimpScene

POSITION_LIMIT_MM: Final = 0.5
ANGLE_LIMIT_DEG: Final = 0.05
_EVERY: Final = 5
"""Blender and assimp are asked for every fifth frame."""
_LIMIT_S: Final = 600
_WORLD_FROM_BLENDER: Final = AxisChange(axes=(0, 2, 1), signs=(1, 1, -1))
_READ_IN_BLENDER: Final = Path("tests/blender/inside/read_export.py")


class _Read(NamedTuple):
    """What a reader says of some frames, world axes of the take."""

    reader: str
    frames: list[int]
    positions_m: Float64Array
    """(frames, 55, 3)."""
    turns: Rotation
    """frames x 55, from the rest pose."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("take", nargs="?", type=Path, help="of performer_full")
    parser.add_argument("--bpy", default="4.5", help="version of Blender")
    arguments = parser.parse_args()
    python = python_with_bpy(arguments.bpy)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        take: Path = arguments.take or folder / "performer_full.mocap"
        if not take.exists():
            solve_offline("performer_full", take)
        endings = ["bvh", "glb", *(("fbx", "usdc") if python else ())]
        files = {ending: folder / f"a.{ending}" for ending in endings}
        flags = [word for path in files.values() for word in ("--to", str(path))]
        via = ["--via-blender", str(python)] if python else []
        if run_command(["export", str(take), *flags, *via]):
            raise SystemExit(1)
        clip = clip_from_take(take, with_landmarks=False, progress=lambda _done: None)
        passed = True
        for ending, path in files.items():
            for read in _readings(path, clip, python, arguments.bpy):
                passed &= _compared(ending, read, clip)
    raise SystemExit(0 if passed else 1)


def _readings(path: Path, clip: Clip, python: Path | None, version: str) -> Iterator[_Read]:
    some = list(range(0, clip.frames, _EVERY))
    if path.suffix == ".bvh":
        yield from _by_bvhio(path, list(range(clip.frames)))
    if path.suffix in (".bvh", ".glb"):
        yield from _by_assimp(path, some)
    if python is None:
        print(f"Blender {version} is left out: python -m blender_addon.environments {version}")
        return
    rate = json.dumps(clip.frame_rate.as_integer_ratio())
    words = [str(python), str(_READ_IN_BLENDER), str(path), json.dumps(some), rate]
    ended = subprocess.run(words, check=True, capture_output=True, text=True, timeout=_LIMIT_S)
    poses = json.loads(ended.stdout.rpartition("RESULT ")[2].splitlines()[0])["poses"]
    heads = np.array([[pose[name][0] for name in JOINT_NAMES] for pose in poses])
    turns = np.array([[pose[name][1] for name in JOINT_NAMES] for pose in poses])
    yield _Read(
        f"Blender {version}",
        some,
        _WORLD_FROM_BLENDER.position(heads),
        _rotations(_WORLD_FROM_BLENDER.rotation_wxyz(turns)),
    )


def _by_bvhio(path: Path, frames: list[int]) -> Iterator[_Read]:
    try:
        with warnings.catch_warnings():
            # The library it stands on is about to be renamed.
            warnings.simplefilter("ignore", PendingDeprecationWarning)
            bvhio: Any = importlib.import_module("bvhio")
    except ImportError:
        print("bvhio is left out: it is not installed")
        return
    root = bvhio.readAsHierarchy(str(path))
    joints = {joint.Name: joint for joint, *_ in root.layout()}
    rest = _rotations(np.array([_wxyz(joints[name].RotationWorld) for name in JOINT_NAMES]))
    places: list[Any] = []
    turns: list[Any] = []
    for frame in frames:
        root.loadPose(frame)
        places.append([list(joints[name].PositionWorld) for name in JOINT_NAMES])
        turns.append([_wxyz(joints[name].RotationWorld) for name in JOINT_NAMES])
    turned = _rotations(np.array(turns)) * _repeated(rest.inv(), len(frames))
    yield _Read("bvhio", frames, np.array(places) / 100.0, turned)


def _by_assimp(path: Path, frames: list[int]) -> Iterator[_Read]:
    if ASSIMP is None:
        print("assimp is left out: it is not installed (assimp-utils)")
        return
    scene = AssimpScene(path)
    rest = scene.world_from_nodes(None)
    nodes = [scene.world_from_nodes(frame) for frame in frames]
    matrices = np.array([[row[name] for name in JOINT_NAMES] for row in nodes])
    resting = Rotation.from_matrix(np.array([rest[name][:3, :3] for name in JOINT_NAMES]))
    turned = Rotation.from_matrix(matrices[..., :3, :3].reshape(-1, 3, 3))
    scale = 0.01 if path.suffix == ".bvh" else 1.0
    yield _Read(
        "assimp",
        frames,
        matrices[..., :3, 3] * scale,
        turned * _repeated(resting.inv(), len(frames)),
    )


def _compared(ending: str, read: _Read, clip: Clip) -> bool:
    """Print how far they are apart; whether that is little enough."""
    off_m = np.linalg.norm(read.positions_m - clip.positions_in_world_m[read.frames], axis=2)
    wanted = _rotations(world_rotations_wxyz(clip.rotations_wxyz)[read.frames])
    apart_deg = np.degrees((read.turns * wanted.inv()).magnitude())
    worst = JOINT_NAMES[int(np.argmax(off_m.max(axis=0)))]
    print(
        f"{ending:5} {read.reader:12} {off_m.max() * 1000:.4f} mm ({worst})  "
        f"{apart_deg.max():.5f} degrees  {len(read.frames)} frames",
        flush=True,
    )
    return off_m.max() * 1000 < POSITION_LIMIT_MM and apart_deg.max() < ANGLE_LIMIT_DEG


def _rotations(wxyz: Float64Array) -> Rotation:
    return Rotation.from_quat(wxyz.reshape(-1, 4), scalar_first=True)


def _repeated(turns: Rotation, times: int) -> Rotation:
    return Rotation.from_quat(np.tile(turns.as_quat(), (times, 1)))


def _wxyz(rotation: Any) -> tuple[float, float, float, float]:  # noqa: ANN401 - glm has no types
    return rotation.w, rotation.x, rotation.y, rotation.z


if __name__ == "__main__":
    main()
