from __future__ import annotations

import socket

import pytest
from msgspec.structs import replace

from mocapbridge.cli.demo import demo_config, with_free_port
from mocapbridge.config.load import checked
from mocapbridge.outputs.options import OscOptions, ZmqOptions
from mocapbridge.registry import OUTPUTS
from mocapbridge.sources.options import VideoOptions


@pytest.mark.parametrize("clip", ["full", "upper"])
def test_a_demo_uses_everything_on_this_machine_alone(clip: str) -> None:
    config = checked(demo_config(clip, headless=True))
    assert isinstance(config.source, VideoOptions)
    assert config.source.pace == "native"
    assert config.record.enabled
    kinds = {options.__struct_config__.tag for options in config.outputs}
    assert kinds == OUTPUTS.keys()
    for options in config.outputs:
        host = options.bind if isinstance(options, ZmqOptions) else options.host
        assert "127.0.0.1" in host


def test_a_demo_moves_to_another_port_when_its_own_is_taken_and_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.socket() as other_program:
        other_program.bind(("127.0.0.1", 0))
        other_program.listen()
        taken = f"tcp://127.0.0.1:{other_program.getsockname()[1]}"
        config = replace(
            demo_config("full", headless=True), outputs=(OscOptions(), ZmqOptions(bind=taken))
        )
        moved = with_free_port(config)
    osc, publisher = moved.outputs
    assert osc == OscOptions()
    assert isinstance(publisher, ZmqOptions)
    assert publisher.bind != taken
    assert f"{taken} is in use" in capsys.readouterr().out
