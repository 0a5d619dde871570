"""BVH and GLB opened by assimp, as Debian has it (``apt install assimp-utils``)."""

from __future__ import annotations

import re
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Final

import pytest

from mocapbridge.cli.main import main
from mocapbridge.skeleton import JOINT_NAMES, PARENTS
from tests.export_clips import moving_clip, write_take

ASSIMP: Final = shutil.which("assimp")
_NODE: Final = re.compile(r"^(?P<lead>[^A-Za-z\n]*)(?P<name>\w+)", re.MULTILINE)

pytestmark = pytest.mark.skipif(ASSIMP is None, reason="assimp is not installed (assimp-utils)")


def _opened(path: Path) -> str:
    assert ASSIMP is not None
    ended = subprocess.run(
        [ASSIMP, "info", str(path)], capture_output=True, text=True, check=True, timeout=60
    )
    return ended.stdout


def _figure(told: str, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+)$", told, re.MULTILINE)
    assert found is not None, told
    return int(found[1])


@pytest.mark.parametrize("ending", ["bvh", "glb"])
def test_assimp_finds_every_joint_and_its_motion(tmp_path: Path, ending: str) -> None:
    take = write_take(tmp_path, moving_clip(40, rate=Fraction(30)))
    target = tmp_path / f"a.{ending}"
    assert main(["export", str(take), "--to", str(target)]) == 0
    told = _opened(target)
    assert _figure(told, "Animations") == 1
    assert _figure(told, "Animation Channels") >= len(JOINT_NAMES)
    parents = _parents(told.partition("Node hierarchy:\n")[2])
    for name, parent in zip(JOINT_NAMES[1:], PARENTS[1:], strict=True):
        assert parents[name] == JOINT_NAMES[parent]


def _parents(tree: str) -> dict[str, str]:
    """Each node's parent, by how far it is indented."""
    above: list[str] = []
    parents: dict[str, str] = {}
    for found in _NODE.finditer(tree):
        depth = len(found["lead"]) // 2
        above[depth:] = [found["name"]]
        if depth:
            parents[found["name"]] = above[depth - 1]
    return parents
