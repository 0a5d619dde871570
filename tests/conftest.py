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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--thorough"):
        return
    skip = pytest.mark.skip(reason="takes long: run with --thorough, as .ci/run does")
    for item in items:
        if item.get_closest_marker("thorough"):
            item.add_marker(skip)
