"""What a mapping file may say (docs/mapping.md)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Number = Annotated[float, Meta(ge=-1e6, le=1e6)]
Degrees = Annotated[float, Meta(ge=-360.0, le=360.0)]
Name = Annotated[str, Meta(min_length=1, max_length=120)]
"""Of a joint or shape; as long as OSC addresses and the link can carry with room to spare."""
Power = Annotated[float, Meta(gt=0.0, le=10.0)]
Point = tuple[Number, Number]


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one number is made of others: combined, shaped, scaled, bounded, in the order below."""

    from_: Name | tuple[Name, ...] | dict[str, Number] = field(name="from", default=())
    """A source, several, or several with weights; the source of the target's own name when left
    out."""
    combine: Literal["sum", "mean", "min", "max"] = "sum"
    """How several sources become one number. Left out: the mean of a list, the sum of weighted
    ones."""
    dead_zone: Annotated[float, Meta(ge=0.0, le=1e6)] = 0.0
    """Numbers up to this far from 0 become 0; what lies beyond starts from 0."""
    curve: Power | tuple[Point, ...] = 1.0
    """A power (2: slow start, 0.5: quick start), or points [in, out] joined by straight lines."""
    invert: bool = False
    """1 - x where the sources run from 0 to 1, else -x."""
    gain: Number = 1.0
    """Multiplied with."""
    offset: Number = 0.0
    """Added after the gain."""
    clamp: tuple[Number, Number] = (0.0, 1.0)
    """Lowest and highest result. Left out: 0 to 1 for shapes, no bounds for angles."""
    when: Name = "always"
    """A condition, for example `confidence.face > 0.5`."""
    otherwise: Number | Literal["hold"] = 0.0
    """The result while the condition does not hold; `hold`: the last one while it did."""
    smoothing_s: Annotated[float, Meta(ge=0.0, le=10.0)] = 0.0
    """Time constant of a smoothing of its own, on top of the filters' [s]."""


class Turn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Angles that turn a joint on top of its own rotation, about its axes [degrees]."""

    x: Name | Rule | None = None
    y: Name | Rule | None = None
    z: Name | Rule | None = None


class JointRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one joint of the target does."""

    from_: Name = field(name="from", default="same name")
    """The joint of ours that it follows; the one of its own name when left out."""
    parent: Name = "nearest ancestor"
    """The target joint it hangs on; the nearest one above it when left out."""
    gain: Annotated[float, Meta(ge=-4.0, le=4.0)] = 1.0
    """Multiplied with the angle of its rotation."""
    turn: Turn = Turn()
    """More rotation, driven by any source."""
    axes_deg: tuple[Degrees, Degrees, Degrees] = (0.0, 0.0, 0.0)
    """How the rig's own axes of this joint lie in the T-pose: turned from the world's about x,
    then about the world's y, then about the world's z."""


class MappingFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mapping."""

    version: Literal[1] = 1
    """Version of the format."""
    extends: Name | tuple[Name, ...] = ()
    """Mappings that this one builds upon: names of shipped ones, or files beside this one."""
    mirror: bool = False
    """Left becomes right, as in a mirror: positions, rotations, shapes and all names."""
    scale: Annotated[float, Meta(gt=0.0, le=1000.0)] = 1.0
    """All positions are multiplied with this: the target's hip height over the performer's."""
    shapes: dict[Name, bool | Name | tuple[Name, ...] | Rule] = field(
        default_factory=dict[str, "bool | str | tuple[str, ...] | Rule"]
    )
    """The blendshapes that receivers get. Without this section they get those of ARKit."""
    joints: dict[Name, bool | Name | JointRule] = field(
        default_factory=dict[str, "bool | str | JointRule"]
    )
    """The joints that receivers get. Without this section they get the 55 of the humanoid."""
    angles: dict[Name, Name | tuple[Name, ...] | Rule] = field(
        default_factory=dict[str, "str | tuple[str, ...] | Rule"]
    )
    """Changes of `head.yaw`, `head.pitch`, `head.roll` and the eyes' `gaze.left.yaw`,
    `gaze.left.pitch`, `gaze.right.yaw`, `gaze.right.pitch` [degrees]."""
