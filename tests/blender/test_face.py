"""Faces, eyes, jaws, captured T-poses and the mocap skeleton."""

from __future__ import annotations

import pytest

from tests.blender.blenders import Blender

pytestmark = pytest.mark.blender


def test_faces_and_the_mocap_skeleton(any_blender: Blender) -> None:
    any_blender.run("check_face.py")
