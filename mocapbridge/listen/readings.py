"""What a packet says, in words for people."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

UNIT_TOLERANCE: Final = 1e-2
"""How far a quaternion may be from unit length before receivers visibly shear what they turn."""


@dataclass(slots=True)
class Reading:
    """One packet, decoded."""

    kind: str
    """``frame``, ``static`` ... in the protocol's own words."""
    values: dict[str, str] = field(default_factory=dict[str, str])
    """What it says, by name."""
    problems: list[str] = field(default_factory=list[str])
    """What is wrong with it although it can be decoded; without numbers that change, so that the
    same problem is the same text."""


class Reader(Protocol):
    """Reads the packets of one protocol, and knows what should have come by the end."""

    def read(self, packet: bytes) -> Reading:
        """What a packet says.

        Raises:
            ValueError: the codec's own error: it cannot be decoded.
        """
        ...

    def missing(self) -> list[str]:
        """What has not come in any packet so far, and should have."""
        ...


def shown(values: Iterable[float]) -> str:
    """Numbers with three decimals."""
    return " ".join(f"{value:.3f}" for value in values)


def number_problems(name: str, values: Sequence[float]) -> list[str]:
    """Whether numbers are finite."""
    if all(map(math.isfinite, values)):
        return []
    return [f"{name} has a number that is not finite"]


def rotation_problems(name: str, quaternion: Sequence[float]) -> list[str]:
    """Whether a rotation is one."""
    problems = number_problems(name, quaternion)
    if not problems and abs(math.hypot(*quaternion) - 1.0) > UNIT_TOLERANCE:
        problems.append(f"rotation of {name} is not of unit length")
    return problems


def weight_problems(weights: Iterable[tuple[str, float]], largest: float = 1.0) -> list[str]:
    """Whether weights lie between 0 and the largest."""
    slack = 1e-3 * largest
    return [
        f"weight of {name} lies outside 0 to {largest:g}"
        for name, weight in weights
        if not -slack <= weight <= largest + slack
    ]


def names_missing(what: str, names: Iterable[str]) -> list[str]:
    """A line for names that never came, none when all did."""
    missing = list(names)
    if not missing:
        return []
    more = f" and {len(missing) - 8} more" if len(missing) > 8 else ""  # noqa: PLR2004
    return [f"{what} never came: {', '.join(missing[:8])}{more}"]
