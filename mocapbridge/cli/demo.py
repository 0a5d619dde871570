"""``mocapbridge demo``: the whole program on a clip that travels with it, without a camera."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from mocapbridge.cli.run import add_running

if TYPE_CHECKING:
    from mocapbridge.config.schema import RunConfig
    from mocapbridge.outputs.options import OutputOptions

_CLIPS: Final = {"full": "samples/performer_full.mp4", "upper": "samples/performer_upper.mp4"}

_DESCRIPTION = """\
Track a sample clip at its own pace, stream the motion to every output on this machine and record a
take, with the live view of a real run. Needs no camera and no other program."""


def add_parser(
    # argparse has no public name for what add_subparsers() returns.
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "demo",
        help="see everything work on a sample clip, without a camera",
        description=_DESCRIPTION,
    )
    parser.add_argument(
        "--clip",
        choices=tuple(_CLIPS),
        default="full",
        help="a whole performer (default), or the upper body",
    )
    add_running(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the demo, then say where the take is and what to try next."""
    from mocapbridge.cli.session import conduct, summary

    config = with_free_port(demo_config(arguments.clip, headless=arguments.headless))
    end = conduct(config, duration_s=arguments.duration_s, stats_path=arguments.stats_json)
    print(summary(end))
    print(_next_steps())
    return 0


def demo_config(clip: str, *, headless: bool) -> RunConfig:
    """The run of a demo: a sample clip at its own pace, every output on loopback, a take.

    Args:
        clip: ``full`` or ``upper``.
        headless: no live view.
    """
    from mocapbridge.bundled import bundled_path
    from mocapbridge.config.schema import MonitorOptions, RunConfig
    from mocapbridge.sources.options import VideoOptions
    from mocapbridge.takes.options import RecordOptions

    return RunConfig(
        subject="demo",
        outputs=_every_output(),
        source=VideoOptions(path=str(bundled_path(_CLIPS[clip])), pace="native"),
        record=RecordOptions(enabled=True, slate="demo"),
        monitor=MonitorOptions(view=not headless),
    )


def _every_output() -> tuple[OutputOptions, ...]:
    """One output of every kind; VRChat and our own OSC share a port, and know each its own."""
    from mocapbridge.outputs import face_options, options

    return (
        options.OscOptions(),
        options.ZmqOptions(),
        options.LinkOptions(),
        options.VmcOptions(),
        options.VrchatOptions(),
        face_options.LiveLinkFaceOptions(),
        face_options.IFacialMocapOptions(),
        face_options.OpenSeeFaceOptions(),
        options.JsonLiveLinkOptions(),
        options.RokokoOptions(),
        options.WebsocketOptions(),
    )


def with_free_port(config: RunConfig) -> RunConfig:
    """The same run, with other ports where one that an output listens at is taken; that is said.

    ZeroMQ and WebSocket listen; the others send, and share their ports with anyone.
    """
    from msgspec.structs import replace

    from mocapbridge.cli.ports import host_and_port, next_free_bind
    from mocapbridge.outputs.options import WebsocketOptions, ZmqOptions

    outputs: list[OutputOptions] = []
    for options in config.outputs:
        if isinstance(options, ZmqOptions):
            bind = next_free_bind(options.bind)
            if bind != options.bind:
                print(f"{options.bind} is in use, ZeroMQ publishes at {bind} instead")
            outputs.append(replace(options, bind=bind))
        elif isinstance(options, WebsocketOptions):
            bind = next_free_bind(f"tcp://{options.host}:{options.port}")
            _, port = host_and_port(bind)
            if port != options.port:
                print(f"port {options.port} is in use, WebSocket listens at {port} instead")
            outputs.append(replace(options, port=port))
        else:
            outputs.append(options)
    return replace(config, outputs=tuple(outputs))


def _next_steps() -> str:
    return """
Next:
  mocapbridge run                                  the same with your camera
  mocapbridge run --source your_clip.mp4 --record  a take from your own footage
  mocapbridge doctor                               what works on this machine, and what to do"""
