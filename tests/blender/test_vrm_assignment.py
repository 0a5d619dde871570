"""What the VRM add-on for Blender has stored in an armature."""

from __future__ import annotations

import pytest

from tests.blender.blenders import Blender

pytestmark = pytest.mark.blender


def test_the_vrm_addons_assignment_comes_before_names(any_blender: Blender) -> None:
    any_blender.run("check_vrm.py")
