"""What a configuration may say of outputs that carry a face alone."""

from __future__ import annotations

from typing import Literal

from mocapbridge.outputs.common_options import AnyOutputOptions, Host, Port


class LiveLinkFaceOptions(
    AnyOutputOptions,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="live_link_face",
):
    """Live Link Face, for Unreal Engine (docs/live-link-face.md)."""

    host: Host = "127.0.0.1"
    port: Port = 11111
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


class IFacialMocapOptions(
    AnyOutputOptions,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="ifacialmocap",
):
    """iFacialMocap, for programs that take that phone app (docs/ifacialmocap.md)."""

    host: Host = "127.0.0.1"
    port: Port = 49983
    version: Literal["v1", "v2"] = "v1"
    """How shapes are written: `v1` as `jawOpen-50`, `v2` as `jawOpen&50`."""
    answer_calls: bool = False
    """True: also wait, on the same port of this machine, for the call with which receivers start
    the app. Only calls of `host` count; frames then go to where it called from, in the version it
    asked for."""
    invert_yaw: bool = False
    """The default is positive towards the performer's left; true turns head and eyes round."""
    invert_pitch: bool = False
    """The default is positive downwards."""
    invert_roll: bool = False
    """The default is positive towards the performer's right shoulder."""


class OpenSeeFaceOptions(
    AnyOutputOptions,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="type",
    tag="openseeface",
):
    """OpenSeeFace, for programs that take that tracker (docs/openseeface.md)."""

    host: Host = "127.0.0.1"
    port: Port = 11573
