"""OSC bundles that are written once and patched in place.

python-osc builds every message once, so the bytes are its own; a frame then costs two scattered
writes instead of a hundred new messages. All arguments that change are ``i`` or ``f``, four bytes
each, and everything in OSC starts at multiples of four, so an argument is a word of the buffer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

_WORD: Final = 4
_TAG_AT: Final = 8
_BUNDLE_START: Final = 16
"""``#bundle`` and the time tag."""


class Slot(NamedTuple):
    """An argument that changes with the frame: a place in the vector of floats or integers."""

    tag: Literal["f", "i"]
    place: int


Argument: TypeAlias = Slot | int | float | str
Content: TypeAlias = tuple[str, Sequence[Argument]]
"""Address of a message, and its arguments: slots or constants, texts before the first slot."""


def build_message(address: str, *arguments: tuple[str, str | float]) -> OscMessage:
    """A message of (tag, value) arguments."""
    builder = OscMessageBuilder(address)
    for tag, value in arguments:
        builder.add_arg(value, tag)
    return builder.build()


def build_bundle(messages: list[OscMessage]) -> bytes:
    """The datagram of a bundle that is to be carried out at once."""
    builder = OscBundleBuilder(IMMEDIATELY)
    for message in messages:
        builder.add_content(message)
    return builder.build().dgram


def blank(content: Content) -> OscMessage:
    """The message with zeros where slots are."""
    address, arguments = content
    return build_message(address, *map(_tagged, arguments))


def split(contents: Iterable[Content], max_bytes: int, opening: int = 0) -> list[list[Content]]:
    """Messages in their order, by the bundle they go into: as few as hold them.

    Args:
        contents: the messages.
        max_bytes: length of the longest bundle.
        opening: bytes to leave free for a message that every bundle opens with; 0 for none.
    """
    room = max_bytes - _BUNDLE_START - (_WORD + opening if opening else 0)
    groups: list[list[Content]] = [[]]
    used = 0
    for content in contents:
        size = _WORD + blank(content).size
        if used + size > room:
            groups.append([])
            used = 0
        groups[-1].append(content)
        used += size
    return groups


class PatchedBundles:
    """Bundles of which only the slots change."""

    def __init__(self, groups: Sequence[Sequence[Content]], *, bare: bool = False) -> None:
        """Write them.

        Args:
            groups: the messages of each datagram.
            bare: each datagram is a message of its own, without a bundle around it.
        """
        datagrams: list[bytes] = []
        places: dict[str, list[tuple[int, int]]] = {"f": [], "i": []}
        for contents in groups:
            messages = [blank(content) for content in contents]
            at = sum(map(len, datagrams)) + (-_WORD if bare else _BUNDLE_START)
            for (_, arguments), message in zip(contents, messages, strict=True):
                at += _WORD + message.size
                for words_from_end, argument in enumerate(reversed(arguments), 1):
                    if isinstance(argument, Slot):
                        word = at // _WORD - words_from_end
                        places[argument.tag].append((word, argument.place))
            datagrams.append(messages[0].dgram if bare else build_bundle(messages))
        self._float_words, self._float_places = _columns(places["f"])
        self._integer_words, self._integer_places = _columns(places["i"])
        buffer = bytearray(b"".join(datagrams))
        self._floats = np.frombuffer(buffer, dtype=">f4")
        self._integers = np.frombuffer(buffer, dtype=">i4")
        starts = list(accumulate(map(len, datagrams), initial=0))
        whole = memoryview(buffer)
        self._datagrams = [whole[start:end] for start, end in pairwise(starts)]
        self._tags = [whole[start + _TAG_AT : start + _BUNDLE_START] for start in starts[:-1]]

    def tag(self, time_tag: int) -> None:
        """Give all bundles a time tag other than "immediately" (OSC 1.0: 64 bits)."""
        tag = time_tag.to_bytes(_BUNDLE_START - _TAG_AT, "big")
        for place in self._tags:
            place[:] = tag

    def fill(
        self, floats: npt.NDArray[np.floating[Any]], integers: npt.NDArray[np.int32]
    ) -> list[memoryview]:
        """The datagrams with these numbers in their slots.

        They share one buffer, which the next call overwrites.
        """
        self._integers[self._integer_words] = integers[self._integer_places]
        self._floats[self._float_words] = floats[self._float_places]
        return self._datagrams


def _tagged(argument: Argument) -> tuple[str, str | float]:
    match argument:
        case Slot():
            return argument.tag, 0
        case str():
            return "s", argument
        case int():
            return "i", argument
        case float():
            return "f", argument


def _columns(places: list[tuple[int, int]]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Words of the buffer, and for each the place in the vector that it is filled from."""
    words = np.array([word for word, _ in places], dtype=np.intp)
    return words, np.array([place for _, place in places], dtype=np.intp)
