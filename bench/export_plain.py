"""Draws frames of an exported JSON or NPZ file without anything of ours: as its reader would.

Arguments: the file, where the pictures go (`{}` becomes the frame), frames and camera as JSON. The
file is opened by Python's json or by NumPy, seen by OpenCV's camera and drawn by Matplotlib; keys
and axes are those of docs/export.md.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

import cv2
import numpy as np

figures: Any = importlib.import_module("matplotlib.figure")
COLOURS = {"left": "#1e5ac8", "right": "#d23c28"}


def read(path: str, frames: list[int]) -> tuple[list[str], list[int], list[Any], list[Any]]:
    """What is drawn of the file.

    Returns:
        Names and parents of the joints; in each frame where they are [m], and where the body's
        landmarks (JSON) or the face's mesh (NPZ) are, in parts of the picture's width and height.
    """
    if path.endswith(".npz"):
        with np.load(path) as take:
            names, parents = take["joint_names"].tolist(), take["parents"].tolist()
            positions = [take["positions_in_world_m"][frame] for frame in frames]
            marks = [take["landmarks_face_image"][frame] for frame in frames]
    else:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - the plainest way
            take = json.load(file)
        names, parents = take["joint_names"], take["parents"]
        positions = [np.array(take["frames"][frame]["positions_m"]) for frame in frames]
        marks = [np.array(take["frames"][frame]["landmarks"]["pose_image"]) for frame in frames]
    return names, parents, positions, marks


def main(path: str, target: str, frames: list[int], camera: dict[str, Any]) -> None:
    """Draw each frame."""
    names, parents, positions, marks = read(path, frames)
    width, height = camera["size"]
    lens = np.array(
        [[camera["fx"], 0.0, camera["cx"]], [0.0, camera["fy"], camera["cy"]], [0.0, 0.0, 1.0]]
    )
    camera_from_world = np.linalg.inv(np.array(camera["world_from_camera"]))
    turn, _ = cv2.Rodrigues(camera_from_world[:3, :3])
    for frame, points_m, seen in zip(frames, positions, marks, strict=True):
        points_px, _ = cv2.projectPoints(
            points_m.astype(np.float64), turn, camera_from_world[:3, 3], lens, np.zeros(5)
        )
        x, y = points_px.reshape(-1, 2).T
        figure = figures.Figure(figsize=(width / 100, height / 100), dpi=100, facecolor="#ebebeb")
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.axis("off")
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        for joint, parent in enumerate(parents):
            if parent >= 0:
                side = next((s for s in COLOURS if names[joint].startswith(s)), "")
                ends = [parent, joint]
                axes.plot(x[ends], y[ends], color=COLOURS.get(side, "#3c3c3c"), linewidth=3)
        axes.plot(x, y, "o", color="black", markersize=4)
        size = 0.6 if len(seen) > len(names) else 3.0
        axes.plot(seen[:, 0] * width, seen[:, 1] * height, "o", color="#0a8c50", markersize=size)
        figure.savefig(target.replace("{}", str(frame)))


main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), json.loads(sys.argv[4]))
