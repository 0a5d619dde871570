"""What the add-on carries a copy of is what the package has."""

from __future__ import annotations

import re
from pathlib import Path

from mocapbridge_addon.motion import arkit, joints
from mocapbridge_addon.receive import rest_proportions

import mocapbridge
from mocapbridge import blendshapes, skeleton, wire

ADDON = Path(__file__).parents[3] / "blender_addon" / "mocapbridge_addon"


def test_the_link_codec_is_an_identical_copy() -> None:
    own = {path.name: path.read_bytes() for path in (ADDON / "wire").glob("link*.py")}
    package = Path(wire.__file__).parent
    assert own == {path.name: path.read_bytes() for path in package.glob("link*.py")}


def test_joints_and_blendshapes_are_the_packages() -> None:
    assert set(joints.JOINTS) == set(skeleton.JOINT_NAMES)
    assert frozenset(j.name for j in skeleton.JOINTS if j.required) == joints.REQUIRED
    assert arkit.ARKIT_NAMES == blendshapes.ARKIT_NAMES


def test_the_default_proportions_are_the_packages() -> None:
    own = zip(
        rest_proportions.NAMES,
        rest_proportions.PARENTS,
        rest_proportions.DEFAULT_OFFSETS_M,
        strict=True,
    )
    package = [
        (joint.name, None if parent < 0 else parent, joint.offset_m)
        for joint, parent in zip(skeleton.JOINTS, skeleton.PARENTS, strict=True)
    ]
    assert list(own) == package


def test_all_versions_are_one() -> None:
    manifest = (ADDON / "blender_manifest.toml").read_text(encoding="utf-8")
    (in_manifest,) = re.findall(r'^version = "(.*)"$', manifest, re.MULTILINE)
    init = (ADDON / "__init__.py").read_text(encoding="utf-8")
    (in_init,) = re.findall(r'"version": \((.*)\)', init)
    assert in_manifest == mocapbridge.__version__ == in_init.replace(", ", ".")
