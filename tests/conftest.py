"""Settings for all tests."""

from __future__ import annotations

import pytest
from hypothesis import settings

# Speed is measured in bench/; a busy machine must not fail a test.
settings.register_profile("mocapbridge", deadline=None)
settings.load_profile("mocapbridge")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--thorough",
        action="store_true",
        help="also run the tests marked thorough: long fuzzing, kill points, soak (.ci/run does)",
    )
    parser.addoption(
        "--blender",
        action="store_true",
        help="also run the tests marked blender: the add-on inside Blender (.ci/run does)",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    skips = {
        "thorough": "takes long: run with --thorough, as .ci/run does",
        "blender": "needs Blender: run python -m blender_addon.environments once, then --blender",
    }
    for marker, reason in skips.items():
        if config.getoption("--" + marker):
            continue
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))
