"""The bundles of a frame in our own OSC address space: docs/osc.md."""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from mocapbridge.clock import NS_PER_S
from mocapbridge.outputs.cadence import part_states
from mocapbridge.outputs.frame_vector import FloatArray, FrameVector, frame_size
from mocapbridge.outputs.naming import OWN_NAMES
from mocapbridge.outputs.osc_bundles import Argument, Content, PatchedBundles, Slot, blank, split
from mocapbridge.timecode import TimecodeLabel
from mocapbridge.types import MocapFrame, StreamNames

MAX_DATAGRAM_BYTES: Final = 1432
"""Longest bundle: fits one Ethernet packet (1500) inside a tunnel or VPN too."""

_NOT_IN_ADDRESSES: Final = re.compile(r"[^!-~]|[#*,?\[\]{}]")

# Where the whole numbers of a frame stand in the vector of integers.
_FRAME_ID: Final = 0
_UNIX_S: Final = 1
_UNIX_REST_NS: Final = 2
_PART_STATES: Final = 3
_TIMECODE: Final = 7
_JOINT_STATES: Final = 12
_UNIX_EPOCH_IN_NTP_S: Final = 2_208_988_800
"""1970 on the clock of OSC's time tags, which begins in 1900."""


class OscLayout:
    """The bundles of one frame under an address prefix."""

    def __init__(self, prefix: str, names: StreamNames = OWN_NAMES) -> None:
        opening = blank(_frame_content(prefix, 0, 0)).size
        groups = split(_contents(prefix, names), MAX_DATAGRAM_BYTES, opening)
        self._bundles = PatchedBundles(
            [
                [_frame_content(prefix, part, len(groups)), *group]
                for part, group in enumerate(groups)
            ]
        )
        self._values = np.zeros(_JOINT_STATES + len(names.joints), dtype=np.int64)

    def fill(
        self,
        frame: MocapFrame,
        vector: FrameVector,
        unix_time_ns: int,
        timecode: TimecodeLabel,
        *,
        tag_capture: bool = False,
    ) -> list[memoryview]:
        """The datagrams of a frame. They share one buffer, which the next call overwrites.

        Args:
            frame: gives the identity and the states.
            vector: the numbers of that frame.
            unix_time_ns: wall clock of the capture [ns].
            timecode: label of the capture.
            tag_capture: the bundles' time tag is that of the capture, and not "immediately".
        """
        unix_s, unix_rest_ns = divmod(unix_time_ns, NS_PER_S)
        values = self._values
        values[_FRAME_ID] = frame.frame_id & 0x7FFFFFFF
        values[_UNIX_S] = unix_s
        values[_UNIX_REST_NS] = unix_rest_ns
        values[_PART_STATES:_TIMECODE] = part_states(frame)
        values[_TIMECODE:_JOINT_STATES] = timecode
        values[_JOINT_STATES:] = frame.pose.joint_state
        if tag_capture:
            self._bundles.tag(time_tag(unix_time_ns))
        # Casting to int32 keeps the low 32 bits, which is what docs/osc.md says of the seconds.
        return self._bundles.fill(vector.values, values.astype(np.int32))


def time_tag(unix_time_ns: int) -> int:
    """An instant as OSC 1.0 has it, in 2^-32 s since 1900 (modulo 2^64, as NTP's eras)."""
    unix_s, rest_ns = divmod(unix_time_ns, NS_PER_S)
    seconds = (unix_s + _UNIX_EPOCH_IN_NTP_S) % 2**32
    return (seconds << 32) + (rest_ns << 32) // NS_PER_S


def _contents(prefix: str, names: StreamNames) -> list[Content]:
    """All messages of a frame but the one that opens every bundle."""
    at = FrameVector(names, np.arange(frame_size(names), dtype=np.float32))

    def floats(places: FloatArray) -> list[Argument]:
        return [Slot("f", int(place)) for place in places.ravel().tolist()]

    states: list[Argument] = [Slot("i", _PART_STATES + part) for part in range(4)]
    timecode: list[Argument] = [Slot("i", place) for place in range(_TIMECODE, _JOINT_STATES)]
    contents: list[Content] = [
        (f"{prefix}/timecode", timecode),
        (f"{prefix}/status", [*states, *floats(at.part_confidences)]),
        (f"{prefix}/root", floats(at.root_position_in_world_m)),
        (f"{prefix}/head", floats(at.world_from_head)),
        (f"{prefix}/gaze", floats(at.gaze_rad)),
    ]
    for joint, name in enumerate(names.joints):
        numbers = floats(at.positions_in_world_m[joint]) + floats(at.rotations_wxyz[joint])
        rest = [Slot("i", _JOINT_STATES + joint), *floats(at.joint_confidences[joint : joint + 1])]
        contents.append((f"{prefix}/joint/{_in_address(name)}", [*numbers, *rest]))
    for shape, name in enumerate(names.blendshapes):
        weight = floats(at.blendshapes[shape : shape + 1])
        contents.append((f"{prefix}/blend/{_in_address(name)}", weight))
    return contents


def _in_address(name: str) -> str:
    """A name with ``_`` for what OSC 1.0 does not allow in an address (a slash is allowed)."""
    return _NOT_IN_ADDRESSES.sub("_", name)


def _frame_content(prefix: str, part: int, parts: int) -> Content:
    """The message that opens every bundle of a frame."""
    identity = [Slot("i", _FRAME_ID), part, parts, Slot("i", _UNIX_S), Slot("i", _UNIX_REST_NS)]
    return f"{prefix}/frame", identity
