"""Draws docs/images/export*.jpg: ``python -m bench.export_picture --bpy PYTHON_WITH_BPY TAKE``.

The take is one of samples/performer_full.mp4 (`mocapbridge run --source samples/performer_full.mp4
--record`). It is exported, and each file is opened by a program that is not ours: GLB by Blender,
BVH by bvhio, C3D by ezc3d; VRMA (as the glTF file it is), FBX and USD by Blender, TRC by
trc-data-reader, CSV by pandas (``pip install trc-data-reader pandas``); the same frames, seen by
the camera of the footage.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from mocapbridge.bundled import bundled_path
from mocapbridge.cli.main import main as run_command
from mocapbridge.export.markers import MARKER_NAMES
from mocapbridge.skeleton import JOINTS
from mocapbridge.types import UInt8Array

FRAMES: Final = (8, 66, 140, 192, 235)
_CUT: Final = (420, 80, 440, 500)
"""Part of the picture: x, y, width, height [px]."""
_TILE: Final = (230, 261)
_LIMIT_S: Final = 600


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("take", type=Path)
    parser.add_argument("--bpy", required=True, help="a Python that has bpy")
    arguments = parser.parse_args()
    truth = json.loads(bundled_path("samples/performer_full.json").read_text("utf-8"))
    camera = truth["camera"] | {"fps": truth["fps"], "size": truth["image_size"]}
    endings = ("glb", "bvh", "c3d", "vrma", "fbx", "usdc", "trc", "csv")
    with tempfile.TemporaryDirectory() as folder:
        files = {ending: Path(folder) / f"a.{ending}" for ending in endings}
        flags = [word for path in files.values() for word in ("--to", str(path))]
        command = ["export", str(arguments.take), *flags, "--via-blender", arguments.bpy]
        if run_command(command):
            raise SystemExit(1)
        _write(
            "export.jpg",
            [
                ("footage", _footage()),
                ("GLB in Blender", _rendered(arguments.bpy, files["glb"], camera)),
                ("BVH in bvhio", _sticks(camera, _bvh(files["bvh"]))),
                ("C3D in ezc3d", _sticks(camera, _c3d(files["c3d"]))),
            ],
        )
        _write(
            "export_more.jpg",
            [
                ("footage", _footage()),
                ("VRMA in Blender", _sticks(camera, _vrma(arguments.bpy, files["vrma"], camera))),
                ("FBX in Blender", _rendered(arguments.bpy, files["fbx"], camera)),
                ("USD in Blender", _rendered(arguments.bpy, files["usdc"], camera)),
                ("TRC in trc-data-reader", _sticks(camera, _trc(files["trc"]))),
                ("CSV in pandas", _curves(files["csv"], camera["size"])),
            ],
        )


def _write(name: str, rows: list[tuple[str, list[UInt8Array]]]) -> None:
    picture = np.vstack([_row(told, images) for told, images in rows])
    target = Path(__file__).parent.parent / "docs" / "images" / name
    cv2.imwrite(str(target), picture, [cv2.IMWRITE_JPEG_QUALITY, 85])


def _row(name: str, images: list[UInt8Array]) -> UInt8Array:
    tiles: list[UInt8Array] = []
    x, y, width, height = _CUT
    for image in images:
        cut = image[y : y + height, x : x + width]
        tiles.append(np.asarray(cv2.resize(cut, _TILE, interpolation=cv2.INTER_AREA), np.uint8))
    row = np.hstack(tiles)
    cv2.putText(row, name, (8, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (30, 30, 30), 2, cv2.LINE_AA)
    return row


def _footage() -> list[UInt8Array]:
    capture = cv2.VideoCapture(str(bundled_path("samples/performer_full.mp4")))
    images = [np.asarray(capture.read()[1], dtype=np.uint8) for _ in range(max(FRAMES) + 1)]
    return [images[frame] for frame in FRAMES]


def _rendered(python: str, path: Path, camera: dict[str, Any]) -> list[UInt8Array]:
    target = path.with_name(f"{path.suffix[1:]}_{{}}.png")
    script = Path(__file__).with_name("export_still.py")
    subprocess.run(
        [python, str(script), str(path), str(target), json.dumps(FRAMES), json.dumps(camera)],
        check=True,
        capture_output=True,
        timeout=_LIMIT_S,
    )
    width, height = camera["size"]
    images = [cv2.imread(str(target).replace("{}", str(frame))) for frame in FRAMES]
    return [np.asarray(cv2.resize(i, (width, height)), np.uint8) for i in images if i is not None]


def _bvh(path: Path) -> Callable[[int], dict[str, npt.NDArray[np.float64]]]:
    root: Any = importlib.import_module("bvhio").readAsHierarchy(str(path))

    def joints_m(frame: int) -> dict[str, npt.NDArray[np.float64]]:
        root.loadPose(frame)
        return {joint.Name: np.array(joint.PositionWorld) / 100.0 for joint, *_ in root.layout()}

    return joints_m


def _c3d(path: Path) -> Callable[[int], dict[str, npt.NDArray[np.float64]]]:
    read: Any = importlib.import_module("ezc3d").c3d(str(path))
    x, y, z = read["data"]["points"][:3] / 1000.0
    points_m = np.stack((x, z, -y), axis=-1)
    return lambda frame: dict(zip(MARKER_NAMES, points_m[:, frame], strict=True))


def _trc(path: Path) -> Callable[[int], dict[str, npt.NDArray[np.float64]]]:
    read: Any = importlib.import_module("trc").TRCData()
    read.load(str(path))
    return lambda frame: {
        name: np.array(read[name][frame], dtype=float) for name in read["Markers"]
    }


def _vrma(
    python: str, path: Path, camera: dict[str, Any]
) -> Callable[[int], dict[str, npt.NDArray[np.float64]]]:
    """Where Blender's glTF importer has the joints."""
    as_glb = path.with_name("vrma.glb")
    as_glb.write_bytes(path.read_bytes())
    script = Path(__file__).with_name("export_joints.py")
    words = [str(as_glb), json.dumps(FRAMES), str(camera["fps"])]
    ended = subprocess.run(
        [python, str(script), *words], check=True, capture_output=True, text=True, timeout=_LIMIT_S
    )
    read = json.loads(ended.stdout.rpartition("RESULT ")[2].splitlines()[0])
    places: dict[int, dict[str, list[float]]] = dict(zip(FRAMES, read, strict=True))
    return lambda frame: {name: np.array(place) for name, place in places[frame].items()}


def _curves(path: Path, size: tuple[int, int]) -> list[UInt8Array]:
    """The strongest weights of each frame as bars, over the face's own curves."""
    table: Any = importlib.import_module("pandas").read_csv(path)
    names = [name for name in table.columns[2:] if not name.endswith(("Yaw", "Pitch", "Roll"))]
    x, y, width, height = _CUT
    images: list[UInt8Array] = []
    for frame in FRAMES:
        image = np.full((size[1], size[0], 3), 235, dtype=np.uint8)
        row = table.loc[frame, names].astype(float).sort_values(ascending=False)
        for place, (name, value) in enumerate(row.head(9).items()):
            top = y + 90 + place * 44
            end = x + 10 + round(float(value) * (width - 20))
            cv2.rectangle(image, (x + 10, top), (end, top + 34), (200, 150, 90), -1)
            cv2.putText(
                image,
                f"{name} {value:.2f}",
                (x + 14, min(top + 26, y + height)),
                cv2.FONT_HERSHEY_SIMPLEX,
                0.8,
                (20, 20, 20),
                2,
                cv2.LINE_AA,
            )
        images.append(image)
    return images


def _sticks(
    camera: dict[str, Any], joints_m: Callable[[int], dict[str, npt.NDArray[np.float64]]]
) -> list[UInt8Array]:
    width, height = camera["size"]
    images: list[UInt8Array] = []
    for frame in FRAMES:
        image = np.full((height, width, 3), 235, dtype=np.uint8)
        points_px = {name: _seen_px(point, camera) for name, point in joints_m(frame).items()}
        for joint in JOINTS:
            if joint.parent is None or not {joint.name, joint.parent} <= set(points_px):
                continue
            colour = (60, 60, 60)
            if joint.name.startswith("left"):
                colour = (200, 90, 30)
            elif joint.name.startswith("right"):
                colour = (40, 60, 210)
            ends = points_px[joint.parent], points_px[joint.name]
            cv2.line(image, *ends, colour, 3, cv2.LINE_AA)
        for point in points_px.values():
            cv2.circle(image, point, 3, (20, 20, 20), -1, cv2.LINE_AA)
        images.append(image)
    return images


def _seen_px(point_m: npt.NDArray[np.float64], camera: dict[str, Any]) -> tuple[int, int]:
    world_from_camera = np.array(camera["world_from_camera"])
    x, y, z = world_from_camera[:3, :3].T @ (point_m - world_from_camera[:3, 3])
    return (
        round(camera["fx"] * x / z + camera["cx"]),
        round(camera["fy"] * y / z + camera["cy"]),
    )


if __name__ == "__main__":
    main()
