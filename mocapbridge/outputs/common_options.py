"""What a configuration may say of every output."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta, Struct

Port = Annotated[int, Meta(ge=1, le=65535)]
Host = Annotated[str, Meta(min_length=1, max_length=253)]
"""Name or address; multicast and broadcast addresses too. 253: longest name of RFC 1035."""


class AnyOutputOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every output has."""

    name: str | None = None
    """Names the output in the terminal view and logs; made from type and target when left out."""
    enabled: bool = True
    """False: the output stays in the file and does nothing."""
    subject: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    """Name of the performer for this output's receivers; the run's `subject` when left out."""
    rate_limit_hz: Annotated[float, Meta(gt=0.0, le=1000.0)] | None = None
    """Send at most so many frames a second; every frame when left out."""
    mapping: Annotated[str, Meta(min_length=1)] | None = None
    """A mapping of its own (docs/mapping.md): the name of a shipped one, or a YAML file; the run's
    `mapping` when left out."""

    names_shapes: ClassVar[bool] = False
    """Whether receivers are told names of shapes, so that a mapping may choose them."""
    names_joints: ClassVar[bool] = False
    """The same of joints."""
