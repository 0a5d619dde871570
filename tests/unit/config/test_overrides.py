from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import pytest

from mocapbridge.config import overrides
from mocapbridge.config.load import checked
from mocapbridge.config.schema import RunConfig
from mocapbridge.errors import ConfigError
from mocapbridge.outputs.options import LinkOptions, OscOptions, ZmqOptions
from mocapbridge.sources.options import CameraOptions, StreamOptions, SyntheticOptions


def test_a_source_replaces_the_one_of_the_configuration() -> None:
    config = RunConfig(source=CameraOptions(device=3, mirror=True))
    changed = overrides.with_source(config, "rtsp://camera.local/1")
    assert changed.source == StreamOptions(url="rtsp://camera.local/1")
    assert changed.tracking == config.tracking
    assert config.source == CameraOptions(device=3, mirror=True)


def test_a_synthetic_source_brings_its_tracker() -> None:
    changed = checked(overrides.with_source(RunConfig(), "synthetic"))
    assert changed.source == SyntheticOptions()
    assert changed.tracking.backend == "synthetic"


def test_mirror_keeps_the_rest_of_the_source() -> None:
    config = RunConfig(source=CameraOptions(device=3))
    assert overrides.with_mirror(config).source == CameraOptions(device=3, mirror=True)
    with pytest.raises(ConfigError, match="--mirror"):
        overrides.with_mirror(RunConfig(source=SyntheticOptions()))


def test_an_address_replaces_the_outputs_of_its_kind_and_keeps_their_settings() -> None:
    config = RunConfig(
        outputs=(
            OscOptions(prefix="/a", port=1, enabled=False, name="old"),
            OscOptions(port=2),
            LinkOptions(),
        )
    )
    changed = overrides.with_osc(config, ["studio.local:9001", "[fe80::1%eth0]:9002", "9003"])
    assert changed.outputs == (
        LinkOptions(),
        OscOptions(prefix="/a", host="studio.local", port=9001),
        OscOptions(prefix="/a", host="fe80::1%eth0", port=9002),
        OscOptions(prefix="/a", port=9003),
    )


def test_an_address_adds_an_output_that_was_not_there() -> None:
    bare = RunConfig(outputs=())
    assert overrides.with_link(bare, ["10.0.0.5:6000"]).outputs == (
        LinkOptions(host="10.0.0.5", port=6000),
    )
    assert overrides.with_zmq(bare, ["*:6001", "[::1]:6002", "6003"]).outputs == (
        ZmqOptions(bind="tcp://*:6001"),
        ZmqOptions(bind="tcp://[::1]:6002"),
        ZmqOptions(bind="tcp://127.0.0.1:6003"),
    )


@pytest.mark.parametrize(
    "text",
    [
        *("", ":", "host", "host:", ":9000", "host:0", "host:65536", "host:-1", "host:9000:1"),
        *("a b:9", "host:9000x", "::1:9000", "http://host:9000", "host/9000", "[::1]", "host:1e3"),
        "host:\u0663",
    ],
)
@pytest.mark.parametrize("change", [overrides.with_osc, overrides.with_link, overrides.with_zmq])
def test_what_is_no_address_is_refused(
    change: Callable[[RunConfig, Sequence[str]], RunConfig], text: str
) -> None:
    with pytest.raises(ConfigError, match="expects HOST:PORT"):
        change(RunConfig(), [text])


def test_two_outputs_at_one_address_are_found_afterwards() -> None:
    with pytest.raises(ConfigError, match="has this address, too"):
        checked(overrides.with_osc(RunConfig(), ["127.0.0.1:54300"]))


def test_recording_and_view() -> None:
    config = RunConfig()
    assert overrides.with_record(config).record.enabled
    assert overrides.with_record(config).record.slate == "take"
    assert overrides.with_record(config, "shot_1").record.slate == "shot_1"
    assert not overrides.without_view(config).monitor.view
    assert msgspec.structs.replace(overrides.without_view(config), monitor=config.monitor) == config
    with pytest.raises(ConfigError, match=r"record\.slate"):
        checked(overrides.with_record(config, "../x"))
