"""Draws docs/images/export*.jpg: ``python -m bench.export_picture [--bpy 4.5] [TAKE UPPER_TAKE]``.

Both sample clips are solved offline, told where the camera was and how tall the performer is (or
their takes are given). The takes are exported, and each file is opened by programs that are not
ours; the same frames, seen by the camera of the footage, below the footage:

* export.jpg: GLB in Blender; BVH by bvhio, C3D by ezc3d; JSON and NPZ by a script with nothing of
  ours (bench/export_plain.py): json, NumPy, OpenCV's camera, Matplotlib;
* export_more.jpg: VRMA (as the glTF file it is), FBX and USD in Blender, TRC by trc-data-reader
  (``pip install trc-data-reader``);
* export_face.jpg: the CSV's columns, put onto a face's morph targets and bones in Blender.

Printed is how far the takes are from the truth in these frames.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from bench.export_readers import Reader, bvh_joints, c3d_joints, trc_joints, vrma_joints
from bench.export_truth import print_face, print_limbs, seen_px
from blender_addon.environments import python_with_bpy
from mocapbridge.bundled import bundled_path
from mocapbridge.cli.main import main as run_command
from mocapbridge.skeleton import JOINTS
from mocapbridge.types import UInt8Array

FRAMES: Final = (8, 66, 140, 192, 235)
FACE_FRAMES: Final = {
    "performer_upper": (16, 50, 62, 86, 105, 120, 145, 182),
    "performer_full": (8, 40, 66, 90, 110, 124, 150, 192),
}
HEIGHT_M: Final = 1.62
"""Of the performer: 12 cm above the eyes of the truth's rest pose."""
_CUT: Final = (420, 80, 440, 500)
"""Part of the picture: x, y, width, height [px]."""
_TILE: Final = (230, 261)
_FACE_TILE_PX: Final = 150
_LIMIT_S: Final = 600
_HERE: Final = Path(__file__).parent


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("takes", nargs="*", type=Path, metavar="TAKE", help="full, upper")
    parser.add_argument("--bpy", default="4.5", help="version of Blender")
    arguments = parser.parse_args()
    python = python_with_bpy(arguments.bpy)
    if python is None:
        parser.error(f"python -m blender_addon.environments {arguments.bpy} makes that Blender")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        takes: dict[str, Path] = dict(
            zip(("performer_full", "performer_upper"), arguments.takes, strict=False)
        )
        for clip in FACE_FRAMES:
            takes.setdefault(clip, folder / f"{clip}.mocap")
            if not takes[clip].exists():
                solve_offline(clip, takes[clip])
        _draw_bodies(takes["performer_full"], folder, python)
        rows: list[UInt8Array] = []
        for clip in FACE_FRAMES:
            rows += _face_rows(clip, takes[clip], folder, python)
        _write("export_face.jpg", rows)


def solve_offline(clip: str, take: Path) -> None:
    """Solve a sample clip, told about camera and height as its user would tell it."""
    camera = footage_camera(clip)
    up, back = np.array(camera["world_from_camera"])[1, 1:3]
    solve = {
        "height_m": HEIGHT_M,
        "camera": {
            "horizontal_fov_deg": 2 * np.degrees(np.arctan(camera["size"][0] / 2 / camera["fx"])),
            "tilt_deg": np.degrees(np.arctan2(-back, -up)),
        },
    }
    config = take.with_suffix(".yaml")
    config.write_text(json.dumps({"version": 1, "solve": solve}), encoding="utf-8")
    video = str(bundled_path(f"samples/{clip}.mp4"))
    if run_command(["solve", video, "--output", str(take), "--config", str(config)]):
        raise SystemExit(1)


def footage_camera(clip: str) -> dict[str, Any]:
    """Of a sample clip, as its truth has it."""
    truth = json.loads(bundled_path(f"samples/{clip}.json").read_text("utf-8"))
    return truth["camera"] | {"fps": truth["fps"], "size": truth["image_size"]}


def _draw_bodies(take: Path, folder: Path, python: Path) -> None:
    camera = footage_camera("performer_full")
    endings = ("glb", "bvh", "c3d", "json", "npz", "vrma", "fbx", "usdc", "trc")
    files = {ending: folder / f"a.{ending}" for ending in endings}
    flags = [word for path in files.values() for word in ("--to", str(path))]
    if run_command(["export", str(take), *flags, "--via-blender", str(python)]):
        raise SystemExit(1)

    print_limbs("performer_full", files["json"], FRAMES)

    def drawn(interpreter: str | Path, script: str, ending: str) -> list[UInt8Array]:
        target = folder / f"{ending}_{{}}.png"
        words = [str(files[ending]), str(target), json.dumps(FRAMES), json.dumps(camera)]
        command = [str(interpreter), str(_HERE / script), *words]
        return [as_footage(image) for image in _pictures(command, target, FRAMES)]

    def as_footage(image: UInt8Array) -> UInt8Array:
        return np.asarray(cv2.resize(image, tuple(camera["size"])), np.uint8)

    footage = _row("footage", _footage("performer_full", FRAMES))
    _write(
        "export.jpg",
        [
            footage,
            _row("GLB in Blender", drawn(python, "export_still.py", "glb")),
            _row("BVH in bvhio", _sticks(camera, bvh_joints(files["bvh"]))),
            _row("C3D in ezc3d", _sticks(camera, c3d_joints(files["c3d"]))),
            _row("JSON in Matplotlib", drawn(sys.executable, "export_plain.py", "json")),
            _row("NPZ in Matplotlib", drawn(sys.executable, "export_plain.py", "npz")),
        ],
    )
    vrma = vrma_joints(python, files["vrma"], FRAMES, camera["fps"])
    _write(
        "export_more.jpg",
        [
            footage,
            _row("VRMA in Blender", _sticks(camera, vrma)),
            _row("FBX in Blender", drawn(python, "export_still.py", "fbx")),
            _row("USD in Blender", drawn(python, "export_still.py", "usdc")),
            _row("TRC in trc-data-reader", _sticks(camera, trc_joints(files["trc"]))),
        ],
    )


def _face_rows(clip: str, take: Path, folder: Path, python: Path) -> list[UInt8Array]:
    """Faces of the footage, and those that the CSV makes."""
    frames = FACE_FRAMES[clip]
    glb, table = folder / f"{clip}.glb", folder / f"{clip}.csv"
    if run_command(["export", str(take), "--to", str(glb), "--to", str(table)]):
        raise SystemExit(1)
    print_face(clip, table, frames)
    target = folder / f"{clip}_{{}}.png"
    words = [str(glb), str(table), str(target), json.dumps(frames)]
    faces = _pictures([str(python), str(_HERE / "export_face.py"), *words], target, frames)
    return [
        _told(clip, np.hstack([_small(face) for face in _footage_faces(clip)])),
        _told("its CSV on a face in Blender", np.hstack([_small(face) for face in faces])),
    ]


def _footage_faces(clip: str) -> list[UInt8Array]:
    """As large around the head as the rendered faces show."""
    truth = json.loads(bundled_path(f"samples/{clip}.json").read_text("utf-8"))
    camera = footage_camera(clip)
    head = truth["joint_names"].index("head")
    half_m, above_m = 0.15, 0.04
    faces: list[UInt8Array] = []
    for frame, image in zip(FACE_FRAMES[clip], _footage(clip, FACE_FRAMES[clip]), strict=True):
        centre_m = np.array(truth["frames_data"][frame]["positions_m"][head])
        centre_m[1] += above_m
        beside_m = centre_m + np.array((half_m, 0.0, 0.0))
        (u, v), (beside, _) = seen_px(np.stack((centre_m, beside_m)), camera)
        zoom = _FACE_TILE_PX / 2 / (beside - u)
        middle = _FACE_TILE_PX / 2
        cut = np.array([[zoom, 0, middle - zoom * u], [0, zoom, middle - zoom * v]])
        size = (_FACE_TILE_PX, _FACE_TILE_PX)
        face = cv2.warpAffine(image, cut, size, flags=cv2.INTER_CUBIC)
        faces.append(np.asarray(face, np.uint8))
    return faces


def _small(face: UInt8Array) -> UInt8Array:
    size = (_FACE_TILE_PX, _FACE_TILE_PX)
    return np.asarray(cv2.resize(face, size, interpolation=cv2.INTER_AREA), np.uint8)


def _write(name: str, rows: Sequence[UInt8Array]) -> None:
    target = _HERE.parent / "docs" / "images" / name
    cv2.imwrite(str(target), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 85])


def _row(name: str, images: list[UInt8Array]) -> UInt8Array:
    tiles: list[UInt8Array] = []
    x, y, width, height = _CUT
    for image in images:
        cut = image[y : y + height, x : x + width]
        tiles.append(np.asarray(cv2.resize(cut, _TILE, interpolation=cv2.INTER_AREA), np.uint8))
    return _told(name, np.hstack(tiles))


def _told(name: str, row: UInt8Array) -> UInt8Array:
    cv2.putText(row, name, (8, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (30, 30, 30), 2, cv2.LINE_AA)
    return row


def _footage(clip: str, frames: Sequence[int]) -> list[UInt8Array]:
    capture = cv2.VideoCapture(str(bundled_path(f"samples/{clip}.mp4")))
    images = [np.asarray(capture.read()[1], dtype=np.uint8) for _ in range(max(frames) + 1)]
    return [images[frame] for frame in frames]


def _pictures(command: list[str], target: Path, frames: Sequence[int]) -> list[UInt8Array]:
    """What a script draws for each frame."""
    subprocess.run(command, check=True, capture_output=True, timeout=_LIMIT_S)
    pictures: list[UInt8Array] = []
    for frame in frames:
        image = cv2.imread(str(target).replace("{}", str(frame)))
        if image is None:
            raise FileNotFoundError(f"{command[1]} left no picture at {target}")
        pictures.append(np.asarray(image, np.uint8))
    return pictures


def _sticks(camera: dict[str, Any], joints_m: Reader) -> list[UInt8Array]:
    width, height = camera["size"]
    images: list[UInt8Array] = []
    for frame in FRAMES:
        image = np.full((height, width, 3), 235, dtype=np.uint8)
        joints = joints_m(frame)
        pixels = np.rint(seen_px(np.array(list(joints.values())), camera)).astype(int).tolist()
        points_px = {name: (u, v) for name, (u, v) in zip(joints, pixels, strict=True)}
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


if __name__ == "__main__":
    main()
