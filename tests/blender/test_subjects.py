"""Several performers at once."""

from __future__ import annotations

import pytest

from tests.blender.blenders import Blender

pytestmark = pytest.mark.blender


def test_each_rig_follows_its_own_performer_over_link_and_vmc(live_blender: Blender) -> None:
    live_blender.run("check_subjects.py")
