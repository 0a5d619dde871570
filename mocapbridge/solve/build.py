"""A performer's build: the bones the fit and the skeleton are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import astuple

from mocapbridge.solve import bones, proportions
from mocapbridge.solve.options import BoneLengths, SolveOptions
from mocapbridge.types import Float64Array


@dataclass(frozen=True, slots=True)
class Build:
    """Bones of one performer."""

    scale: float
    """Size against the adult of ``proportions.STANDARD_HEIGHT_M``."""
    lengths_m: Float64Array
    """(16,) of the fitted figure, ``bones``."""
    offsets_m: Float64Array
    """(55, 3) each joint in its parent's axes."""


def build_of(options: SolveOptions) -> Build:
    """The build that the options describe; what they leave out is that of the usual adult."""
    given = options.bones
    if options.height_m is not None:
        height_m = options.height_m
    else:
        height_m = proportions.STANDARD_HEIGHT_M if given is None else height_of(given)
    scale = height_m / proportions.STANDARD_HEIGHT_M
    lengths = scaled(proportions.STANDARD_BONES, scale) if given is None else given
    return build_with(lengths, scale)


def build_with(lengths: BoneLengths, scale: float) -> Build:
    """The build of these bones.

    Args:
        lengths: the performer's.
        scale: size against the adult of ``proportions.STANDARD_HEIGHT_M``, for what they leave out.
    """
    return Build(scale, bones.lengths_m(lengths, scale), proportions.offsets_m(lengths, scale))


def scaled(lengths: BoneLengths, scale: float) -> BoneLengths:
    """The bones of somebody who is that much taller."""
    values = [round(value * scale, 5) for value in astuple(lengths)]
    return lengths_of(values)


def lengths_of(values: Sequence[float] | Float64Array) -> BoneLengths:
    """The bones of seven lengths, in the order of the fields."""
    return BoneLengths(**dict(zip(BoneLengths.__struct_fields__, map(float, values), strict=True)))


def height_of(lengths: BoneLengths) -> float:
    """How tall somebody with these legs and torso usually is [m]."""
    usual = proportions.STANDARD_BONES
    long = lengths.thigh_m + lengths.shin_m + lengths.torso_m
    return proportions.STANDARD_HEIGHT_M * long / (usual.thigh_m + usual.shin_m + usual.torso_m)
