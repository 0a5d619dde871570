"""What a configuration may say of each kind of output."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeAlias

from msgspec import Meta, Struct

from mocapbridge.outputs.common_options import AnyOutputOptions, Host, Port
from mocapbridge.outputs.face_options import (
    IFacialMocapOptions,
    LiveLinkFaceOptions,
    OpenSeeFaceOptions,
)


class OscOptions(
    AnyOutputOptions,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="osc",
):
    """OSC over UDP in our own address space (docs/osc.md)."""

    names_shapes: ClassVar[bool] = True
    names_joints: ClassVar[bool] = True

    host: Host = "127.0.0.1"
    port: Port = 9000
    prefix: Annotated[str, Meta(pattern=r"^(/[A-Za-z0-9_.-]+)+$", max_length=64)] = "/mocap"
    """First part of every address."""
    time_tag: Literal["immediately", "capture"] = "immediately"
    """Time tag of a frame's bundles: `immediately`, which every receiver takes at once, or the
    wall clock of the capture, for receivers that put several senders in order."""


PublicKey = Annotated[str, Meta(min_length=40, max_length=40)]
"""A CURVE key in Z85: 32 bytes as 40 characters (ZeroMQ RFC 32)."""


class CurveOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Encryption, for subscribers with known keys only (docs/zmq.md)."""

    key_file: Annotated[str, Meta(min_length=1)]
    """The publisher's own secret key, as `mocapbridge keys NAME` makes it."""
    clients: Annotated[tuple[PublicKey, ...], Meta(min_length=1)]
    """Public keys of the subscribers that are let in."""


class ZmqOptions(
    AnyOutputOptions,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="zmq",
):
    """ZeroMQ publisher (docs/zmq.md)."""

    names_shapes: ClassVar[bool] = True
    names_joints: ClassVar[bool] = True

    bind: Annotated[str, Meta(pattern=r"^(tcp|ipc|inproc)://.+$")] = "tcp://127.0.0.1:5556"
    encoding: Literal["msgpack", "json"] = "msgpack"
    curve: CurveOptions | None = None
    """Encrypt, and let known subscribers in only; left out: anyone who reaches the port."""


class LinkOptions(
    AnyOutputOptions,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="link",
):
    """Our UDP link, for the Blender add-on and anything else (docs/link-protocol.md)."""

    names_shapes: ClassVar[bool] = True
    names_joints: ClassVar[bool] = True

    host: Host = "127.0.0.1"
    port: Port = 54300


class VmcOptions(
    AnyOutputOptions,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="vmc",
):
    """VMC protocol, for VTuber programs and Unity (docs/vmc.md)."""

    names_shapes: ClassVar[bool] = True

    host: Host = "127.0.0.1"
    port: Port = 39539
    """UDP port; 39539 is where programs that show an avatar listen, 39540 those that take an
    assistant."""
    mode: Literal["performer", "assistant"] = "performer"
    """`performer`: body, face and hands; `assistant`: expressions alone, for a program that has
    the body from elsewhere."""
    expressions: Literal["arkit_pascal", "arkit_camel", "vrm0", "vrm1", "both"] = "arkit_pascal"
    """Names of the expressions: the 52 of ARKit (perfect sync) as `JawOpen` or `jawOpen`, or the
    presets of VRM 0.x or VRM 1.0; `both`: `arkit_pascal` and `vrm0`, for several avatars at once
    (one with both closes its eyes twice)."""
    upper_chest: bool = True
    """False for an avatar without that bone: the chest then turns for both, and no `UpperChest` is
    sent. Without it such an avatar bends too little."""
    yaw_offset_deg: Annotated[float, Meta(ge=-360.0, le=360.0)] = 0.0
    """Turns the avatar about the vertical; 180 for one that shows its back."""


class VrchatOptions(
    AnyOutputOptions,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="vrchat",
):
    """VRChat over OSC: body trackers, eyes and face parameters (docs/vrchat.md)."""

    names_shapes: ClassVar[bool] = True

    host: Host = "127.0.0.1"
    port: Port = 9000
    trackers: tuple[
        Literal[
            "hip",
            "chest",
            "left_foot",
            "right_foot",
            "left_knee",
            "right_knee",
            "left_elbow",
            "right_elbow",
        ],
        ...,
    ] = (
        "hip",
        "chest",
        "left_foot",
        "right_foot",
        "left_knee",
        "right_knee",
        "left_elbow",
        "right_elbow",
    )
    """Which trackers are sent, as tracker 1, 2 ... in this order; fewer are often steadier."""
    head: bool = True
    """Also send the head, by which VRChat lines its own space up with ours; false for a headset
    that stands elsewhere."""
    scale: Annotated[float, Meta(ge=0.1, le=10.0)] = 1.0
    """What positions are multiplied with: your height over the height of the solved skeleton."""
    eyes: bool = True
    """Gaze and lids, for VRChat's own eye tracking."""
    parameters: bool = True
    """Face parameters of avatars made for face tracking."""
    parameter_prefix: Annotated[str, Meta(pattern=r"^([A-Za-z0-9_.-]+/)*$", max_length=64)] = "FT/"
    """What stands before `v2/JawOpen` in the avatar's parameters: `FT/`, or nothing."""


class JsonLiveLinkOptions(
    AnyOutputOptions,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="json_live_link",
):
    """Body into Unreal Engine through the JSONLiveLink plugin (docs/unreal.md)."""

    names_joints: ClassVar[bool] = True

    host: Host = "127.0.0.1"
    port: Port = 54321
    bones: Literal["ue5", "vrm"] = "ue5"
    """Names of the bones: those of Unreal's mannequins, or those of VRM 1.0."""


class RokokoOptions(
    AnyOutputOptions,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="rokoko",
):
    """Rokoko's JSON, version 3, for its plugins (docs/rokoko.md)."""

    host: Host = "127.0.0.1"
    port: Port = 14043


class WebsocketOptions(
    AnyOutputOptions,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="websocket",
):
    """WebSocket server for browsers (docs/browser.md)."""

    names_shapes: ClassVar[bool] = True
    names_joints: ClassVar[bool] = True

    host: Host = "127.0.0.1"
    """Address of this machine to listen on."""
    port: Port = 8765
    encoding: Literal["json", "msgpack"] = "json"
    """What clients get that ask for neither subprotocol."""
    hosts: tuple[Host, ...] = ()
    """Names by which clients may reach the server, besides `localhost` and addresses."""
    origins: tuple[Annotated[str, Meta(pattern=r"^https?://[^/]+$")], ...] = ()
    """Web pages that may connect, besides those of this machine: `https://example.org`."""


OutputOptions: TypeAlias = (
    OscOptions
    | ZmqOptions
    | LinkOptions
    | VmcOptions
    | VrchatOptions
    | LiveLinkFaceOptions
    | IFacialMocapOptions
    | OpenSeeFaceOptions
    | JsonLiveLinkOptions
    | RokokoOptions
    | WebsocketOptions
)
