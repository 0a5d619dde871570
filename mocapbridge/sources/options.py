"""What a configuration may say of a source."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

Rotation: TypeAlias = Literal[0, 90, 180, 270]
NonNegativeInt = Annotated[int, Meta(ge=0)]
PositiveInt = Annotated[int, Meta(ge=1)]
NonNegativeFloat = Annotated[float, Meta(ge=0.0)]
PositiveFloat = Annotated[float, Meta(gt=0.0)]


class PictureOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every source with pictures can do to them, in this order: crop, rotate, mirror."""

    mirror: bool = False
    """Flip left and right (a selfie camera that mirrors by itself: switch it on to undo that)."""
    rotate: Rotation = 0
    """Turn the picture clockwise by that many degrees. The rotation that phones note in their
    clips and photos is applied by itself, before this."""
    crop: tuple[NonNegativeInt, NonNegativeInt, PositiveInt, PositiveInt] | None = None
    """x, y, width, height in pixels of the picture as it comes from the source."""


class FootageOptions(PictureOptions, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every source with an end can do."""

    loop: bool = False
    """Start again at the end, for ever."""
    pace: Literal["native", "fast"] = "fast"
    """``native``: as fast as it was filmed. ``fast``: as fast as this machine allows. No frame is
    ever skipped either way."""


class CameraOptions(
    PictureOptions,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="camera",
):
    """A camera of this machine."""

    device: int | str = 0
    """Index, name or part of the name as `mocapbridge devices` lists it, or a device path. Names
    are known on Linux; elsewhere give the index."""
    width: PositiveInt | None = None
    """Pixels; the camera's own choice when left out."""
    height: PositiveInt | None = None
    fps: PositiveFloat | None = None
    fourcc: Annotated[str, Meta(pattern="^[ -~]{4}$")] | None = None
    """Pixel format in four letters, for example MJPG (many webcams reach 30 fps at full size only
    with it)."""
    backend: Literal["auto", "v4l2", "dshow", "msmf", "avfoundation", "gstreamer"] = "auto"
    """Which part of the operating system OpenCV asks for the camera."""


class VideoOptions(
    FootageOptions,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="video",
):
    """A video file."""

    path: str
    start_s: NonNegativeFloat = 0.0
    """Skip what lies before this time of the clip."""
    end_s: PositiveFloat | None = None
    """Stop at this time of the clip."""


class ImagesOptions(
    FootageOptions,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="images",
):
    """One picture, a folder of pictures or a glob, in natural order of their names."""

    path: str
    fps: PositiveFloat = 30.0
    """Rate at which the pictures were taken."""


class StreamOptions(
    PictureOptions,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="stream",
):
    """A network stream (RTSP, HTTP, ...) that OpenCV can open."""

    url: str
    open_timeout_s: PositiveFloat = 5.0
    """How long the first answer may take."""


class SyntheticOptions(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="synthetic",
):
    """A moving performer without any picture, for tests and for trying receivers."""

    fps: PositiveFloat = 30.0
    frames: PositiveInt | None = None
    """How many frames; endless when left out."""
    pace: Literal["native", "fast"] = "native"
    live: bool = False
    """Behave like a camera: what comes too fast is skipped and counted. Needs ``pace: native``."""


class TakeOptions(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="take",
):
    """A recorded take."""

    path: str
    start_s: NonNegativeFloat = 0.0
    """Skip what lies before this time of the take."""
    end_s: PositiveFloat | None = None
    """Stop at this time of the take."""
    speed: Annotated[float, Meta(ge=0.01, le=100.0)] = 1.0
    """How many times as fast as it was recorded."""
    loop: bool = False
    """Start again at the end, for ever."""
    resolve: bool = False
    """Filter and solve the raw landmarks again, instead of sending the recorded motion."""
    pace: Literal["native", "fast"] = "native"
    """``native``: at its own speed. ``fast``: as fast as this machine allows."""


SourceOptions: TypeAlias = (
    CameraOptions | VideoOptions | ImagesOptions | StreamOptions | SyntheticOptions | TakeOptions
)
