"""What assimp, as Debian has it (``apt install assimp-utils``), reads in a file."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.spatial.transform import Rotation

from mocapbridge.types import Float64Array

ASSIMP: Final = shutil.which("assimp")
_LIMIT_S: Final = 120


class AssimpScene:
    """A file with a skeleton and one animation, opened by assimp."""

    def __init__(self, path: Path) -> None:
        """Open it.

        Args:
            path: the file; what assimp has read is written beside it.
        """
        assert ASSIMP is not None
        told = path.with_name(f"{path.name}.assjson")
        subprocess.run(
            [ASSIMP, "export", str(path), str(told), "-fassjson"],
            capture_output=True,
            check=True,
            timeout=_LIMIT_S,
        )
        scene: dict[str, Any] = json.loads(told.read_text(encoding="utf-8"))
        (self._animation,) = scene["animations"]
        self._root: dict[str, Any] = scene["rootnode"]
        self._channels: dict[str, Any] = {
            channel["name"]: channel for channel in self._animation["channels"]
        }

    @property
    def duration_s(self) -> float:
        """Of the animation."""
        return float(self._animation["duration"]) / float(self._animation["tickspersecond"])

    @property
    def parents(self) -> dict[str, str]:
        """By node; the root's is empty."""
        parents: dict[str, str] = {}

        def add(node: dict[str, Any], parent: str) -> None:
            parents[node["name"]] = parent
            for child in node.get("children", []):
                add(child, node["name"])

        add(self._root, "")
        return parents

    def world_from_nodes(self, row: int | None) -> dict[str, Float64Array]:
        """Where the nodes are, each (4, 4).

        Args:
            row: of the animation's keys; None: at rest.
        """
        nodes: dict[str, Float64Array] = {}

        def add(node: dict[str, Any], world_from_parent: Float64Array) -> None:
            local = np.array(node["transformation"], dtype=np.float64).reshape(4, 4)
            if row is not None and node["name"] in self._channels:
                local = _keyed(self._channels[node["name"]], row)
            nodes[node["name"]] = world_from_parent @ local
            for child in node.get("children", []):
                add(child, nodes[node["name"]])

        add(self._root, np.eye(4))
        return nodes


def _keyed(channel: dict[str, Any], row: int) -> Float64Array:
    # What never changes has one key.
    places, turns = channel["positionkeys"], channel["rotationkeys"]
    matrix = np.eye(4)
    matrix[:3, 3] = places[min(row, len(places) - 1)][1]
    turn_wxyz = turns[min(row, len(turns) - 1)][1]
    matrix[:3, :3] = Rotation.from_quat(turn_wxyz, scalar_first=True).as_matrix()
    return matrix
