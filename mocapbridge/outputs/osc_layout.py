"""The bytes of a frame's OSC bundles, written once and patched in place.

python-osc builds every message once, so the bytes are its own; a frame then costs two scattered
writes instead of a hundred new messages. All arguments that change are ``i`` or ``f``, four bytes
each, and everything in OSC starts at multiples of four, so an argument is a word of the buffer.
Addresses and arguments: docs/osc.md.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from mocapbridge.blendshapes import ARKIT_NAMES
from mocapbridge.clock import NS_PER_S
from mocapbridge.outputs.cadence import part_states
from mocapbridge.outputs.frame_vector import SIZE, FloatArray, FrameVector
from mocapbridge.skeleton import JOINT_COUNT, JOINT_NAMES
from mocapbridge.types import MocapFrame

MAX_DATAGRAM_BYTES: Final = 1432
"""Longest bundle: fits one Ethernet packet (1500) inside a tunnel or VPN too."""

_WORD: Final = 4
_BUNDLE_START: Final = 16
"""``#bundle`` and the time tag."""

# Where the whole numbers of a frame stand in the vector of integers.
_FRAME_ID: Final = 0
_UNIX_S: Final = 1
_UNIX_REST_NS: Final = 2
_PART_STATES: Final = 3
_JOINT_STATES: Final = 7


class Slot(NamedTuple):
    """An argument that changes with the frame: a place in the vector of floats or integers."""

    tag: Literal["f", "i"]
    place: int


Content: TypeAlias = tuple[str, list["Slot | int"]]
"""Address of a message, and its arguments: slots, or constant integers."""


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


class OscLayout:
    """The bundles of one frame under an address prefix."""

    def __init__(self, prefix: str) -> None:
        groups = _groups(prefix)
        datagrams: list[bytes] = []
        places: dict[str, list[tuple[int, int]]] = {"f": [], "i": []}
        for part, group in enumerate(groups):
            contents = [_frame_content(prefix, part, len(groups)), *group]
            messages = [_blank(content) for content in contents]
            at = sum(map(len, datagrams)) + _BUNDLE_START
            for (_, arguments), message in zip(contents, messages, strict=True):
                at += _WORD + message.size
                first_word = at // _WORD - len(arguments)
                for word, argument in enumerate(arguments, first_word):
                    if isinstance(argument, Slot):
                        places[argument.tag].append((word, argument.place))
            datagrams.append(build_bundle(messages))
        self._float_words, self._float_places = _columns(places["f"])
        self._integer_words, self._integer_places = _columns(places["i"])
        buffer = bytearray(b"".join(datagrams))
        self._floats = np.frombuffer(buffer, dtype=">f4")
        self._integers = np.frombuffer(buffer, dtype=">i4")
        self._values = np.zeros(_JOINT_STATES + JOINT_COUNT, dtype=np.int64)
        ends = accumulate(map(len, datagrams), initial=0)
        whole = memoryview(buffer)
        self._datagrams = [whole[start:end] for start, end in pairwise(ends)]

    def fill(self, frame: MocapFrame, vector: FrameVector, unix_time_ns: int) -> list[memoryview]:
        """The datagrams of a frame. They share one buffer, which the next call overwrites.

        Args:
            frame: gives the identity and the states.
            vector: the numbers of that frame.
            unix_time_ns: wall clock of the capture [ns].
        """
        unix_s, unix_rest_ns = divmod(unix_time_ns, NS_PER_S)
        values = self._values
        values[_FRAME_ID] = frame.frame_id & 0x7FFFFFFF
        values[_UNIX_S] = unix_s
        values[_UNIX_REST_NS] = unix_rest_ns
        values[_PART_STATES:_JOINT_STATES] = part_states(frame)
        values[_JOINT_STATES:] = frame.pose.joint_state
        # Casting to int32 keeps the low 32 bits, which is what docs/osc.md says of the seconds.
        self._integers[self._integer_words] = values.astype(np.int32)[self._integer_places]
        self._floats[self._float_words] = vector.values[self._float_places]
        return self._datagrams


def _groups(prefix: str) -> list[list[Content]]:
    """The messages of a frame, in order, by the bundle they go into."""
    room = MAX_DATAGRAM_BYTES - _BUNDLE_START - _WORD - _blank(_frame_content(prefix, 0, 0)).size
    groups: list[list[Content]] = [[]]
    used = 0
    for content in _contents(prefix):
        size = _WORD + _blank(content).size
        if used + size > room:
            groups.append([])
            used = 0
        groups[-1].append(content)
        used += size
    return groups


def _contents(prefix: str) -> list[Content]:
    """All messages of a frame but the one that opens every bundle."""
    at = FrameVector(np.arange(SIZE, dtype=np.float32))

    def floats(places: FloatArray) -> list[Slot | int]:
        return [Slot("f", int(place)) for place in places.ravel().tolist()]

    states: list[Slot | int] = [Slot("i", _PART_STATES + part) for part in range(4)]
    contents: list[Content] = [
        (f"{prefix}/status", [*states, *floats(at.part_confidences)]),
        (f"{prefix}/root", floats(at.root_position_in_world_m)),
        (f"{prefix}/head", floats(at.world_from_head)),
        (f"{prefix}/gaze", floats(at.gaze_rad)),
    ]
    for joint, name in enumerate(JOINT_NAMES):
        numbers = floats(at.positions_in_world_m[joint]) + floats(at.rotations_wxyz[joint])
        rest = [Slot("i", _JOINT_STATES + joint), *floats(at.joint_confidences[joint : joint + 1])]
        contents.append((f"{prefix}/joint/{name}", [*numbers, *rest]))
    for shape, name in enumerate(ARKIT_NAMES):
        weight = floats(at.blendshapes[shape : shape + 1])
        contents.append((f"{prefix}/blend/{name}", weight))
    return contents


def _columns(places: list[tuple[int, int]]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Words of the buffer, and for each the place in the vector that it is filled from."""
    words = np.array([word for word, _ in places], dtype=np.intp)
    return words, np.array([place for _, place in places], dtype=np.intp)


def _frame_content(prefix: str, part: int, parts: int) -> Content:
    """The message that opens every bundle of a frame."""
    identity = [Slot("i", _FRAME_ID), part, parts, Slot("i", _UNIX_S), Slot("i", _UNIX_REST_NS)]
    return f"{prefix}/frame", identity


def _blank(content: Content) -> OscMessage:
    """The message with zeros where slots are."""
    address, arguments = content
    pairs = [(a.tag, 0) if isinstance(a, Slot) else ("i", a) for a in arguments]
    return build_message(address, *pairs)
