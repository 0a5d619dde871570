"""Flags of ``mocapbridge run`` that change a configuration; those others share are in config."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from mocapbridge.config.schema import RunConfig
from mocapbridge.errors import ConfigError
from mocapbridge.sources.options import (
    CameraOptions,
    ImagesOptions,
    StreamOptions,
    TakeOptions,
    VideoOptions,
)


def the_source(given: str | None, flagged: str | None) -> str | None:
    """The source, given plainly or with ``--source``; None where neither is.

    Raises:
        ConfigError: both are.
    """
    if given is not None and flagged is not None:
        raise ConfigError(
            f"two sources were given, {given!r} and --source {flagged!r}: leave one of them out"
        )
    return flagged if given is None else given


def with_loop(config: RunConfig) -> RunConfig:
    """Footage that starts again at its end, at its own pace (``--loop``).

    Raises:
        ConfigError: the source has no end.
    """
    source = config.source
    if not isinstance(source, (VideoOptions, ImagesOptions, TakeOptions)):
        raise ConfigError("--loop needs footage: give a video, pictures or a take as the source")
    return replace(config, source=replace(source, loop=True, pace="native"))


def with_pace(config: RunConfig, pace: Literal["native", "fast"]) -> RunConfig:
    """Footage delivered at that pace (``--pace``).

    Raises:
        ConfigError: the source is live.
    """
    source = config.source
    if isinstance(source, (CameraOptions, StreamOptions)):
        raise ConfigError(
            "--pace needs footage, and this source is live: leave it out, or give a video, "
            "pictures or `synthetic` as --source"
        )
    return replace(config, source=replace(source, pace=pace))


def with_model(config: RunConfig, model: Literal["lite", "full", "heavy"]) -> RunConfig:
    """That body model (``--model``)."""
    body = replace(config.tracking.pose_options, model=model, model_complexity=None)
    return replace(config, tracking=replace(config.tracking, pose_options=body))


def with_profile(config: RunConfig, name: str) -> RunConfig:
    """Solved with that calibration profile (``--profile``)."""
    return replace(config, solve=replace(config.solve, profile=name))


def without_parts(config: RunConfig, parts: Sequence[str]) -> RunConfig:
    """``body``, ``face`` or ``hands`` not tracked (``--no-body`` and so on)."""
    off = dict.fromkeys(parts, False)
    return replace(config, tracking=replace(config.tracking, **off))
