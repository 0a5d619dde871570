"""Buttons of the sidebar tab."""

from __future__ import annotations

import pytest

from tests.blender.blenders import Blender

pytestmark = pytest.mark.blender


def test_buttons_do_what_they_say_and_say_why_not(any_blender: Blender) -> None:
    any_blender.run("check_panels.py")
