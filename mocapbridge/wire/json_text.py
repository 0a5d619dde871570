"""JSON out of datagrams that anyone may have sent, and into those we send.

Standard library alone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Final, NoReturn, TypeAlias, cast

JsonObject: TypeAlias = dict[str, object]

BLANK: Final = "\0"
"""Marks where a number goes: JSON itself holds no such character, it escapes those in texts."""


class NotJson(ValueError):
    """The bytes are no JSON, or JSON that no program of ours sends."""


class Blanks:
    """A JSON text that stays as it is from packet to packet but for its numbers."""

    def __init__(self, text: str) -> None:
        """Take a text apart at every ``BLANK``."""
        first, *others = text.split(BLANK)
        self._pieces = [first, *(piece for other in others for piece in ("", other))]

    def fill(self, numbers: Sequence[str]) -> str:
        """The text with a number, or ``BLANK`` again, in the place of each blank.

        Raises:
            ValueError: there are more or fewer blanks.
        """
        pieces = self._pieces.copy()
        pieces[1::2] = numbers
        return "".join(pieces)


def parse(text: bytes) -> JsonObject:
    """The JSON object in a datagram.

    Raises:
        NotJson: it is none: not text, cut, nested without end, or with NaN or Infinity.
    """
    try:
        value = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotJson(f"no JSON: {str(error)[:80]}") from error
    found = as_object(value)
    if found is None:
        raise NotJson(f"JSON {type(value).__name__} where an object is due")
    return found


def as_object(value: object) -> JsonObject | None:
    """A value that is an object, None when it is something else."""
    return cast("JsonObject", value) if isinstance(value, dict) else None


def as_list(value: object) -> list[object] | None:
    """A value that is a list, None when it is something else."""
    return cast("list[object]", value) if isinstance(value, list) else None


def as_number(value: object) -> float | None:
    """A value that is a finite number, None when it is something else; ``true`` is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:  # a whole number beyond every float
        return None
    return number if math.isfinite(number) else None


def as_numbers(value: object, count: int) -> tuple[float, ...] | None:
    """A list of that many finite numbers, None when it is something else."""
    items = as_list(value)
    if items is None or len(items) != count:
        return None
    found = [number for number in map(as_number, items) if number is not None]
    return tuple(found) if len(found) == count else None


def _refuse(name: str) -> NoReturn:
    raise NotJson(f"{name} is no number in JSON")
