# SPDX-License-Identifier: GPL-3.0-or-later
"""The header that both kinds of take begin with (docs/take-format.md of mocapbridge)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast

from ..motion.frame import Skeleton
from ..motion.quaternion import Vector, subtract
from ..receive.rest_proportions import NAMES, PARENTS
from .errors import UnreadableFile

_FORMAT: Final = "mocapbridge-take"
_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Header:
    """What holds for all frames."""

    subject: str
    skeleton: Skeleton
    position_m: float
    """Size of a step of positions [m]."""
    rotation: float
    weight: float
    matrix: float


def header_of(document: object) -> Header:
    """The header in its JSON form.

    Raises:
        UnreadableFile: it is not a take's, or of another version.
    """
    fields = cast("dict[str, Any]", document) if isinstance(document, dict) else {}
    if fields.get("format") != _FORMAT:
        raise UnreadableFile("this file is no take of mocapbridge")
    if fields.get("version") != _VERSION:
        raise UnreadableFile(
            f"this take is of version {fields.get('version')}, this add-on reads {_VERSION}"
        )
    try:
        steps = cast("dict[str, float]", fields["steps"])
        return Header(
            subject=str(fields["subject"]),
            skeleton=_skeleton(fields),
            position_m=float(steps["position"]),
            rotation=float(steps["rotation"]),
            weight=float(steps["weight"]),
            matrix=float(steps["matrix"]),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise UnreadableFile(f"the header of this take is damaged: {error!r}") from error


def _skeleton(fields: dict[str, Any]) -> Skeleton:
    names = tuple(str(name) for name in fields["joint_names"])
    if names != NAMES:
        raise UnreadableFile("this take has other joints than this add-on knows: update both")
    flat = [float(number) for number in _flat(fields["rest_positions_m"])]
    places = [(flat[3 * i], flat[3 * i + 1], flat[3 * i + 2]) for i in range(len(names))]
    offsets: list[Vector] = [
        place if parent is None else subtract(place, places[parent])
        for place, parent in zip(places, PARENTS, strict=True)
    ]
    numerator, denominator = fields["frame_rate"]
    return Skeleton(
        names,
        PARENTS,
        tuple(offsets),
        (int(numerator), int(denominator)),
        tuple(str(name) for name in fields["blendshape_names"]),
    )


def _flat(value: Any) -> list[Any]:  # noqa: ANN401 - nested or flat, as JSON has it
    if isinstance(value, list):
        return [number for part in cast("list[Any]", value) for number in _flat(part)]
    return [value]
