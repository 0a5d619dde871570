"""Blenders, the built add-on and the daemon's own datagrams."""

from __future__ import annotations

from pathlib import Path

import pytest

from blender_addon.build import build
from tests.blender.blenders import Blender, blender
from tests.blender.recorded import record

LIVE_VERSIONS = ("4.5", "5.0")
ALL_VERSIONS = ("3.4", "4.2", *LIVE_VERSIONS)


@pytest.fixture(params=LIVE_VERSIONS)
def live_blender(request: pytest.FixtureRequest, tmp_path: Path) -> Blender:
    """The Blenders that every check runs in."""
    return blender(request.param, tmp_path)


@pytest.fixture(params=ALL_VERSIONS)
def any_blender(request: pytest.FixtureRequest, tmp_path: Path) -> Blender:
    """Every Blender that the add-on is made for."""
    return blender(request.param, tmp_path)


@pytest.fixture(scope="session")
def addon_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The add-on as it is shipped."""
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every datagram of a run over samples/performer_full.mp4, each after its length."""
    path = tmp_path_factory.mktemp("stream") / "performer_full.link"
    record("performer_full", path)
    return path
