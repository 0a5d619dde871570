"""What a configuration may say of the control sockets."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class ControlOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sockets that take commands while a run goes on (docs/control.md)."""

    enabled: bool = True
    zmq: Annotated[str, Meta(pattern=r"^(tcp|ipc)://.+$")] | None = "tcp://127.0.0.1:5557"
    """Where the ZeroMQ socket listens; null: nowhere."""
    osc_host: Annotated[str, Meta(min_length=1, max_length=253)] = "127.0.0.1"
    osc_port: Annotated[int, Meta(ge=1, le=65535)] | None = 54301
    """UDP port for commands over OSC; null: none."""
    token: Annotated[str, Meta(min_length=8, max_length=128)] | None = None
    """Secret that every command must carry; needed where other machines can reach a socket."""
