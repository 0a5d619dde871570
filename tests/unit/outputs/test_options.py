"""Which output options a configuration may give."""

from __future__ import annotations

import msgspec
import pytest

from mocapbridge.outputs.options import LinkOptions, OscOptions, OutputOptions, ZmqOptions


def read(text: str) -> OutputOptions:
    return msgspec.json.decode(text, type=OscOptions | ZmqOptions | LinkOptions)


@pytest.mark.parametrize("prefix", ["/mocap", "/a/b", "/stage.1/Ann_2-x"])
def test_prefixes_that_make_osc_addresses(prefix: str) -> None:
    options = read(f'{{"type": "osc", "prefix": "{prefix}"}}')
    assert isinstance(options, OscOptions)
    assert options.prefix == prefix


@pytest.mark.parametrize(
    "prefix", ["", "/", "mocap", "/mocap/", "//a", "/a b", "/a*", "/a?", "/a[1]", "/a#", "/\u00e9"]
)
def test_prefixes_that_do_not(prefix: str) -> None:
    with pytest.raises(msgspec.ValidationError, match="prefix"):
        read(f'{{"type": "osc", "prefix": "{prefix}"}}')


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "osc", "port": 0}',
        '{"type": "link", "port": 65536}',
        '{"type": "link", "host": ""}',
        '{"type": "zmq", "bind": "127.0.0.1:5556"}',
        '{"type": "zmq", "bind": "tcp://"}',
        '{"type": "zmq", "encoding": "xml"}',
        '{"type": "osc", "pot": 9000}',
    ],
)
def test_settings_that_cannot_mean_anything(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        read(text)


def test_everything_stays_on_this_machine_unless_told_otherwise() -> None:
    assert OscOptions().host == LinkOptions().host == "127.0.0.1"
    assert ZmqOptions().bind.startswith("tcp://127.0.0.1:")
