"""Settings that change while a run goes on."""

from __future__ import annotations

import pytest

from mocapbridge.config.parameter import live_parameters, with_parameter
from mocapbridge.config.schema import RunConfig
from mocapbridge.errors import ConfigError


def test_a_setting_changes_and_the_rest_stays() -> None:
    config = RunConfig()
    changed = with_parameter(config, "filters.body.beta", 0.5)
    assert changed.filters.body.beta == 0.5
    assert with_parameter(changed, "filters.body.beta", None) == config
    assert live_parameters(config)["filters.body.beta"] is None


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("filters.presett", "smooth", "did you mean 'filters.preset'"),
        ("source.device", 1, "cannot be set while running"),
        ("solve.height_m", 1.7, "cannot be set while running"),
        ("filters.preset", "silky", "silky"),
        ("filters.preset", 3, "3"),
        ("filters.body.beta", float("inf"), "beta"),
        ("solve.occlusion.hidden_below", 0.9, "at most visible_above"),
    ],
)
def test_what_cannot_be_meant_is_refused(name: str, value: str | float, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        with_parameter(RunConfig(), name, value)


def test_a_mapping_that_is_being_edited_hinders_no_setting() -> None:
    config = RunConfig(mapping="./half-written.yaml")
    assert with_parameter(config, "solve.root", "locked").solve.root == "locked"
