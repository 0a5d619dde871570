"""The camera that the performer was filmed with."""

from __future__ import annotations

import pytest

from tests.blender.blenders import Blender

pytestmark = pytest.mark.blender


def test_the_added_camera_sees_what_the_filming_one_saw(any_blender: Blender) -> None:
    any_blender.run("check_camera.py")
