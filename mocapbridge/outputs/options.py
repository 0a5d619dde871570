"""What a configuration may say of outputs."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

Port = Annotated[int, Meta(ge=1, le=65535)]
Host = Annotated[str, Meta(min_length=1, max_length=253)]
"""Name or address; multicast and broadcast addresses too. 253: longest name of RFC 1035."""


class _Output(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every output has."""

    name: str | None = None
    """Names the output in the terminal view and logs; made from type and target when left out."""
    enabled: bool = True


class OscOptions(
    _Output, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="osc"
):
    """OSC over UDP in our own address space (docs/osc.md)."""

    host: Host = "127.0.0.1"
    port: Port = 9000
    prefix: Annotated[str, Meta(pattern=r"^(/[A-Za-z0-9_.-]+)+$", max_length=64)] = "/mocap"
    """First part of every address."""


PublicKey = Annotated[str, Meta(min_length=40, max_length=40)]
"""A CURVE key in Z85: 32 bytes as 40 characters (ZeroMQ RFC 32)."""


class CurveOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Encryption, for subscribers with known keys only (docs/zmq.md)."""

    key_file: Annotated[str, Meta(min_length=1)]
    """The publisher's own secret key, as `mocapbridge keys NAME` makes it."""
    clients: Annotated[tuple[PublicKey, ...], Meta(min_length=1)]
    """Public keys of the subscribers that are let in."""


class ZmqOptions(
    _Output, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="zmq"
):
    """ZeroMQ publisher (docs/zmq.md)."""

    bind: Annotated[str, Meta(pattern=r"^(tcp|ipc|inproc)://.+$")] = "tcp://127.0.0.1:5556"
    encoding: Literal["msgpack", "json"] = "msgpack"
    curve: CurveOptions | None = None
    """Encrypt, and let known subscribers in only; left out: anyone who reaches the port."""


class LinkOptions(
    _Output, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="link"
):
    """Our UDP link, for the Blender add-on and anything else (docs/link-protocol.md)."""

    host: Host = "127.0.0.1"
    port: Port = 54300


class VmcOptions(
    _Output, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="vmc"
):
    """VMC protocol, for VTuber programs and Unity (docs/vmc.md)."""

    host: Host = "127.0.0.1"
    port: Port = 39539
    """UDP port; 39539 is where programs that show an avatar listen, 39540 those that take an
    assistant."""
    mode: Literal["performer", "assistant"] = "performer"
    """`performer`: body, face and hands; `assistant`: expressions alone, for a program that has
    the body from elsewhere."""
    expressions: Literal["arkit_pascal", "arkit_camel", "vrm0", "vrm1"] = "arkit_pascal"
    """Names of the expressions: the 52 of ARKit (perfect sync) as `JawOpen` or `jawOpen`, or the
    presets of VRM 0.x or VRM 1.0."""
    yaw_offset_deg: Annotated[float, Meta(ge=-360.0, le=360.0)] = 0.0
    """Turns the avatar about the vertical; 180 for one that shows its back."""


class LiveLinkFaceOptions(
    _Output,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="live_link_face",
):
    """Live Link Face, for Unreal Engine (docs/live-link-face.md)."""

    host: Host = "127.0.0.1"
    port: Port = 11111
    subject: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    """Name of the Live Link subject; the run's `subject` when left out. At most 6 letters for
    receivers that cut packets at 312 bytes, as some Blender add-ons do."""
    head: bool = True
    """False: the head's three angles stay 0, for a head that the body's motion turns."""
    angle_unit: Literal["radians", "norm180"] = "radians"
    """Unit of the angles of head and eyes; `norm180`: 180 degrees are 1, as Unreal's own source
    has it."""
    invert_yaw: bool = False
    """The default is positive towards the performer's left; true turns head and eyes round."""
    invert_pitch: bool = False
    """The default is positive upwards."""
    invert_roll: bool = False
    """The default is positive towards the performer's right shoulder."""


OutputOptions: TypeAlias = OscOptions | ZmqOptions | LinkOptions | VmcOptions | LiveLinkFaceOptions
