"""One ZIP for every Blender from 3.4 on."""

from __future__ import annotations

from pathlib import Path

import pytest

from blender_addon.build import validate
from blender_addon.environments import VERSIONS, python_with_bpy
from tests.blender.blenders import Blender

pytestmark = pytest.mark.blender


def test_the_zip_installs_and_is_enabled(any_blender: Blender, addon_zip: Path) -> None:
    any_blender.run("check_install.py", addon_zip)


def test_blenders_own_checker_of_extensions_accepts_the_zip(addon_zip: Path) -> None:
    if not any(map(python_with_bpy, VERSIONS)):
        pytest.skip("no Blender that has the checker")
    assert validate(addon_zip).startswith("checked by Blender")
