"""Command-line flags, as changes to a configuration.

Every function gives a new configuration. After the last one, ``load.checked`` says whether the
whole can still be meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, TypeVar

import msgspec

from mocapbridge.config.schema import RunConfig
from mocapbridge.errors import ConfigError
from mocapbridge.outputs.options import LinkOptions, OscOptions, OutputOptions, ZmqOptions
from mocapbridge.sources.options import SyntheticOptions, TakeOptions
from mocapbridge.sources.shorthand import source_from_text

_Kind = TypeVar("_Kind", OscOptions, LinkOptions, ZmqOptions)
_Udp = TypeVar("_Udp", OscOptions, LinkOptions)

_LAST_PORT: Final = 65535

# HOST:PORT, [IPv6]:PORT or PORT alone.
_ADDRESS: Final = re.compile(
    r"(?:(?P<host>[^\s:/\[\]]+|\[[0-9A-Fa-f:.%\w]+\]):)?(?P<port>[0-9]{1,5})"
)


def with_source(config: RunConfig, text: str) -> RunConfig:
    """Another source (``--source``); what the configuration says of its own source is dropped.

    A synthetic source brings the synthetic tracker, as it has no pictures to search.

    Raises:
        ConfigError: the text names no source.
    """
    source = source_from_text(text)
    config = msgspec.structs.replace(config, source=source)
    if isinstance(source, SyntheticOptions):
        tracking = msgspec.structs.replace(config.tracking, backend="synthetic")
        config = msgspec.structs.replace(config, tracking=tracking)
    return config


def with_mirror(config: RunConfig) -> RunConfig:
    """Pictures flipped left to right (``--mirror``).

    Raises:
        ConfigError: the source has no pictures.
    """
    source = config.source
    if isinstance(source, (SyntheticOptions, TakeOptions)):
        raise ConfigError("--mirror needs a source with pictures, and this one has none")
    return msgspec.structs.replace(config, source=msgspec.structs.replace(source, mirror=True))


def with_osc(config: RunConfig, addresses: Sequence[str]) -> RunConfig:
    """OSC goes to these addresses (``--osc``) instead of where the configuration says.

    The other settings are those of the configuration's first OSC output.

    Raises:
        ConfigError: not HOST:PORT.
    """
    return _with_outputs(config, OscOptions, _sent_to(config, OscOptions, "--osc", addresses))


def with_link(config: RunConfig, addresses: Sequence[str]) -> RunConfig:
    """The link goes to these addresses (``--link``); as ``with_osc``.

    Raises:
        ConfigError: not HOST:PORT.
    """
    return _with_outputs(config, LinkOptions, _sent_to(config, LinkOptions, "--link", addresses))


def with_zmq(config: RunConfig, addresses: Sequence[str]) -> RunConfig:
    """ZeroMQ publishes at these addresses (``--zmq``); as ``with_osc``.

    Raises:
        ConfigError: not HOST:PORT.
    """
    template = _first(config, ZmqOptions)
    targets = [_address("--zmq", text) for text in addresses]
    made = [
        msgspec.structs.replace(template, bind=_endpoint(host, port), enabled=True, name=None)
        for host, port in targets
    ]
    return _with_outputs(config, ZmqOptions, made)


def with_mapping(config: RunConfig, reference: str) -> RunConfig:
    """What is sent is changed by this mapping (``--mapping``), for outputs without one."""
    return msgspec.structs.replace(config, mapping=reference)


def with_record(config: RunConfig, slate: str | None = None) -> RunConfig:
    """A take is recorded (``--record [SLATE]``)."""
    record = msgspec.structs.replace(
        config.record, enabled=True, slate=config.record.slate if slate is None else slate
    )
    return msgspec.structs.replace(config, record=record)


def without_view(config: RunConfig) -> RunConfig:
    """No live view in the terminal (``--headless``)."""
    monitor = msgspec.structs.replace(config.monitor, view=False)
    return msgspec.structs.replace(config, monitor=monitor)


def _first(config: RunConfig, kind: type[_Kind]) -> _Kind:
    """The first output of a kind, else one with all defaults."""
    return next((output for output in config.outputs if isinstance(output, kind)), kind())


def _sent_to(
    config: RunConfig, kind: type[_Udp], flag: str, addresses: Sequence[str]
) -> list[_Udp]:
    """The first output of a kind, once for each address."""
    template = _first(config, kind)
    targets = [_address(flag, text) for text in addresses]
    return [
        msgspec.structs.replace(template, host=host, port=port, enabled=True, name=None)
        for host, port in targets
    ]


def _with_outputs(
    config: RunConfig, kind: type[OutputOptions], made: Sequence[OutputOptions]
) -> RunConfig:
    """These outputs in the place of all of that kind."""
    others = [output for output in config.outputs if not isinstance(output, kind)]
    return msgspec.structs.replace(config, outputs=(*others, *made))


def _address(flag: str, text: str) -> tuple[str, int]:
    """Host without brackets, and port; this machine when only a port is given."""
    match = _ADDRESS.fullmatch(text.strip())
    if not match or not 1 <= int(match["port"]) <= _LAST_PORT:
        raise ConfigError(
            f"{flag} expects HOST:PORT with a port from 1 to {_LAST_PORT}, "
            f"for example 127.0.0.1:9000, got {text!r}"
        )
    host = (match["host"] or "127.0.0.1").strip("[]")
    return host, int(match["port"])


def _endpoint(host: str, port: int) -> str:
    return f"tcp://[{host}]:{port}" if ":" in host else f"tcp://{host}:{port}"
