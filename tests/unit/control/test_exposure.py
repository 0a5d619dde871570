"""Sockets that others can reach need a token."""

from __future__ import annotations

import pytest

from mocapbridge.config.load import checked
from mocapbridge.config.schema import RunConfig
from mocapbridge.control.exposure import unguarded
from mocapbridge.control.options import ControlOptions
from mocapbridge.errors import ConfigError


@pytest.mark.parametrize(
    ("options", "reachable"),
    [
        (ControlOptions(), []),
        (ControlOptions(zmq="tcp://[::1]:5557"), []),
        (ControlOptions(zmq="ipc:///tmp/mocapbridge"), []),
        (ControlOptions(zmq="tcp://*:5557"), ["tcp://*:5557"]),
        (ControlOptions(osc_host="192.0.2.4"), ["192.0.2.4:54301"]),
        (ControlOptions(zmq="tcp://0.0.0.0:1", token="a" * 8), []),
        (ControlOptions(zmq="tcp://0.0.0.0:1", enabled=False), []),
    ],
)
def test_reachable_without_a_token(options: ControlOptions, reachable: list[str]) -> None:
    assert unguarded(options) == reachable


def test_a_configuration_that_lets_everybody_steer_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"control\.token: missing: other machines can reach"):
        checked(RunConfig(control=ControlOptions(zmq="tcp://*:5557")))
