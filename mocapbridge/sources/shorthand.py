"""What ``--source TEXT`` means."""

from __future__ import annotations

from glob import has_magic
from pathlib import Path

from mocapbridge.errors import ConfigError
from mocapbridge.sources.formats import IMAGE_SUFFIXES, STREAM_SCHEMES, TAKE_SUFFIXES
from mocapbridge.sources.options import (
    CameraOptions,
    ImagesOptions,
    SourceOptions,
    StreamOptions,
    SyntheticOptions,
    TakeOptions,
    VideoOptions,
)

_VALID = (
    "valid: a camera index (0), camera:NAME, a video file, a picture, a folder or glob of "
    "pictures, a recorded take, a stream address (rtsp://...), or synthetic"
)


def source_from_text(text: str) -> SourceOptions:
    """The source that a user means by one word on the command line.

    ``0`` and ``/dev/video0`` are cameras, ``camera:NAME`` too; ``rtsp://...`` and the like are
    streams; a folder, a glob or a picture file are images; every other file is a video.

    Raises:
        ConfigError: it is empty, or could be anything.
    """
    text = text.strip()
    if not text or "\0" in text:
        raise ConfigError(f"the source is empty; {_VALID}")
    if text == "synthetic":
        return SyntheticOptions()
    scheme, separator, rest = text.partition("://")
    if separator:
        return _stream(text, scheme, rest)
    device = _camera_device(text)
    if device is not None:
        return CameraOptions(device=device)
    return _file(text)


def _stream(url: str, scheme: str, rest: str) -> StreamOptions:
    if scheme.lower() not in STREAM_SCHEMES or not rest:
        valid = ", ".join(f"{name}://" for name in sorted(STREAM_SCHEMES))
        raise ConfigError(f"{scheme}:// is no stream address that can be opened; valid: {valid}")
    return StreamOptions(url=url)


def _camera_device(text: str) -> int | str | None:
    """Index, name or path of the camera that is meant; None when none is."""
    if text.startswith("/dev/"):
        return text
    prefix, colon, device = text.partition(":")
    if not colon:
        return int(text) if text.isdecimal() else None
    if prefix.lower() != "camera":
        return None
    device = device.strip()
    if not device:
        raise ConfigError("camera: needs an index or a name; `mocapbridge devices` lists them")
    return int(device) if device.isdecimal() else device


def _file(text: str) -> VideoOptions | ImagesOptions | TakeOptions:
    try:
        path = Path(text).expanduser()
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, RuntimeError, ValueError) as error:  # too long a name, no such home
        raise ConfigError(f"{text!r} cannot be a path ({error}); {_VALID}") from error
    if is_folder or path.suffix.lower() in IMAGE_SUFFIXES:
        return ImagesOptions(path=text)
    if text.lower().endswith(TAKE_SUFFIXES):
        return TakeOptions(path=text)
    if is_file:
        return VideoOptions(path=text)
    if has_magic(text):
        return ImagesOptions(path=text)
    if not path.suffix:
        raise ConfigError(f"{text!r} is neither a file nor a known kind of source; {_VALID}")
    return VideoOptions(path=text)
