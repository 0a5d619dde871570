from __future__ import annotations

import argparse

import pytest

from mocapbridge.cli.main import build_parser
from mocapbridge.cli.run import configured, duration_s
from mocapbridge.config.schema import RunConfig
from mocapbridge.errors import ConfigError
from mocapbridge.outputs.options import LinkOptions, OscOptions, ZmqOptions
from mocapbridge.sources.options import CameraOptions, SyntheticOptions, VideoOptions


def _config(*flags: str) -> RunConfig:
    return configured(build_parser().parse_args(["run", *flags]))


def test_without_flags_it_is_the_default_configuration() -> None:
    assert _config() == RunConfig()


def test_input_flags() -> None:
    config = _config("--source", "clip.mp4", "--pace", "native", "--mirror")
    assert config.source == VideoOptions(path="clip.mp4", pace="native", mirror=True)
    assert _config("--source", "2").source == CameraOptions(device=2)
    synthetic = _config("--source", "synthetic", "--pace", "fast")
    assert synthetic.source == SyntheticOptions(pace="fast")
    assert synthetic.tracking.backend == "synthetic"


def test_footage_may_be_named_plainly_and_loop() -> None:
    assert _config("clip.mp4").source == VideoOptions(path="clip.mp4")
    looped = VideoOptions(path="clip.mp4", loop=True, pace="native")
    assert _config("clip.mp4", "--loop").source == looped
    assert _config("--source", "clip.mp4", "--loop").source == looped
    fast = _config("clip.mp4", "--loop", "--pace", "fast").source
    assert fast == VideoOptions(path="clip.mp4", loop=True, pace="fast")


def test_a_mapping_is_for_all_outputs() -> None:
    config = _config("--mapping", "mixamo")
    assert (config.mapping, {output.mapping for output in config.outputs}) == ("mixamo", {None})


def test_tracking_flags() -> None:
    tracking = _config("--no-face", "--no-hands", "--model", "heavy").tracking
    assert (tracking.body, tracking.face, tracking.hands) == (True, False, False)
    assert tracking.pose_options.model == "heavy"


def test_output_flags_replace_the_address_of_their_kind_and_nothing_else() -> None:
    outputs = _config("--osc", "10.0.0.5:9100", "--osc", "9101", "--zmq", "127.0.0.1:6000").outputs
    osc = [options for options in outputs if isinstance(options, OscOptions)]
    assert [(options.host, options.port) for options in osc] == [
        ("10.0.0.5", 9100),
        ("127.0.0.1", 9101),
    ]
    assert [options.bind for options in outputs if isinstance(options, ZmqOptions)] == [
        "tcp://127.0.0.1:6000"
    ]
    assert LinkOptions() in outputs


def test_recording_and_view_flags() -> None:
    assert not _config().record.enabled
    assert _config("--record").record.slate == RunConfig().record.slate
    assert _config("--record").record.enabled
    assert _config("--record", "walk").record.slate == "walk"
    assert not _config("--headless").monitor.view


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--source", "0", "--pace", "fast"], "--pace needs footage"),
        (["0", "--loop"], "--loop needs footage"),
        (["a.mp4", "--source", "b.mp4"], "two sources were given"),
        (["--no-body", "--no-face", "--no-hands"], "at least one"),
        (["--osc", "nowhere"], "HOST:PORT"),
        (["--mapping", "mixamoo"], "did you mean 'mixamo'?"),
        (["--record", "../escape"], "cannot name a take"),
        (["--config", "no-such-config"], "no-such-config"),
        (["--source", ""], "source is empty"),
    ],
)
def test_flags_that_cannot_be_meant(flags: list[str], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        _config(*flags)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("10s", 10.0), ("10", 10.0), ("2m", 120.0), ("1.5h", 5400.0), (".5s", 0.5), (" 3M ", 180.0)],
)
def test_durations(text: str, seconds: float) -> None:
    assert duration_s(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "0s", "-3s", "ten", "1d", "1e9", "nan", "inf", "5 s s"])
def test_no_durations(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="expected a time"):
        duration_s(text)


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--source", "0", "--record"], "needs footage"),
        (["--source", "clip.mp4"], "add --record"),
        (["clip.mp4", "--record", "--loop"], "footage that ends"),
        (["--source", "clip.mp4", "--record", "--for", "3s"], "--for does not work"),
        (["--source", "clip.mp4", "--render", "nowhere/film.mp4"], "no folder"),
    ],
)
def test_offline_says_what_it_cannot_do(flags: list[str], told: str) -> None:
    arguments = build_parser().parse_args(["run", "--offline", *flags])
    with pytest.raises(ConfigError, match=told):
        arguments.run(arguments)
