# SPDX-License-Identifier: GPL-3.0-or-later
"""Datagrams of the VMC protocol (version 3.1) become motion.

The protocol sends single bones in single messages, without a frame around them: what came since
the last frame becomes one when the sender's clock (``/VMC/Ext/T``) comes, or, with senders that
send none, when the hips come again. Unity's axes are left-handed: x turns round, and with it the
sense of y and z of a quaternion. Bones are taken as normalised (identity is the T-pose), which is
what senders with VRM 0.x models and mocapbridge itself send.
"""

from __future__ import annotations

import math
from typing import Final

from ..motion.arkit import ARKIT_NAMES
from ..motion.frame import Motion, Skeleton
from ..motion.quaternion import IDENTITY, Quaternion, Vector, add, multiply, normalised, rotate
from .counters import Counters
from .inbox import FARTHEST_M, Inbox
from .osc import Argument, MalformedOsc, messages
from .rest_proportions import DEFAULT_OFFSETS_M, NAMES, PARENTS
from .vmc_names import ARKIT_OF_EXPRESSION, JOINT_OF_BONE

_TRANSFORM: Final = 7
_CLOCK_MEMORY_NS: Final = 2_000_000_000
_ROUNDED: Final = 4
"""Offsets are rounded to 0.1 mm, so that noise does not make a new skeleton each frame."""
_JOINTS: Final = {name: index for index, name in enumerate(NAMES)}
_SHAPES: Final = {name.lower(): index for index, name in enumerate(ARKIT_NAMES)}
_STATES: Final = (3, 3, 3, 3)
_LOST: Final = (0, 0, 0, 0)


class VmcStream:
    """Decodes what comes in through one socket; each sender's address is one performer."""

    protocol: Final = "vmc"

    def __init__(self, inbox: Inbox, counters: Counters) -> None:
        self._inbox = inbox
        self._counters = counters
        self._senders: dict[tuple[str, int], _Sender] = {}

    def feed(self, datagram: bytes, address: tuple[str, int], arrival_ns: int) -> None:
        """Take in one datagram. What is wrong with it is counted, never raised."""
        sender = self._senders.get(address)
        if sender is None:
            if len(self._senders) >= _MAX_SENDERS:
                del self._senders[next(iter(self._senders))]
            sender = self._senders[address] = _Sender(self._name(address))
        try:
            for name, arguments in messages(datagram):
                motion = sender.take(name, arguments, arrival_ns)
                if motion is not None and not self._inbox.put(
                    motion, protocol=self.protocol, sender=f"{address[0]}:{address[1]}"
                ):
                    self._counters.surplus += 1
        except MalformedOsc as error:
            self._counters.malformed += 1
            self._counters.last_problem = str(error)

    def probes(self, now_ns: int) -> list[tuple[bytes, tuple[str, int]]]:
        """Nothing: this protocol has no clock to ask for."""
        del now_ns
        return []

    def loss(self) -> tuple[int, int]:
        """Unknown: this protocol does not number its datagrams."""
        return 0, 0

    def _name(self, address: tuple[str, int]) -> str:
        """The first sender is ``VMC``; others are told apart by their port."""
        return "VMC" if not self._senders else f"VMC {address[0]}:{address[1]}"


_MAX_SENDERS: Final = 16


class _Sender:
    """What came from one sender since its last frame."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._rotations: list[Quaternion] = [IDENTITY] * len(NAMES)
        self._offsets_m: list[Vector] = list(DEFAULT_OFFSETS_M)
        self._hips_m: Vector = DEFAULT_OFFSETS_M[0]
        self._root_m: Vector = (0.0, 0.0, 0.0)
        self._root_turn: Quaternion = IDENTITY
        self._coming = [0.0] * len(ARKIT_NAMES)
        self._weights: tuple[float, ...] = tuple(self._coming)
        self._skeleton: Skeleton | None = None
        self._frame_id = 0
        self._hips_waiting = self._anything = False
        self._clock_heard_ns = -_CLOCK_MEMORY_NS
        self._states = _STATES

    def take(self, address: str, arguments: tuple[Argument, ...], arrival_ns: int) -> Motion | None:
        """Take in one message; a frame when it completes one."""
        if address == "/VMC/Ext/Bone/Pos":
            return self._bone(arguments, arrival_ns)
        if address == "/VMC/Ext/Root/Pos":
            transform = _transform(arguments)
            if transform is not None:
                self._root_m, self._root_turn = transform
        elif address == "/VMC/Ext/Blend/Val":
            self._expression(arguments)
        elif address == "/VMC/Ext/Blend/Apply":
            self._weights = tuple(self._coming)
            self._coming = [0.0] * len(ARKIT_NAMES)
            self._anything = True
        elif address == "/VMC/Ext/OK":
            self._status(arguments)
        elif address == "/VMC/Ext/T":
            self._clock_heard_ns = arrival_ns
            return self._finish(arrival_ns)
        return None

    def _bone(self, arguments: tuple[Argument, ...], arrival_ns: int) -> Motion | None:
        transform = _transform(arguments)
        joint = JOINT_OF_BONE.get(str(arguments[0])) if transform else None
        if transform is None or joint is None:
            return None
        finished = None
        index = _JOINTS[joint]
        position, turn = transform
        if index == 0:
            clock_silent = arrival_ns - self._clock_heard_ns >= _CLOCK_MEMORY_NS
            if self._hips_waiting and clock_silent:
                finished = self._finish(arrival_ns)
            self._hips_waiting = True
            self._hips_m = position
        elif any(position):
            # Some senders send zero for every bone: the proportions stay ours then.
            x, y, z = (round(part, _ROUNDED) for part in position)
            if self._offsets_m[index] != (x, y, z):
                self._offsets_m[index] = (x, y, z)
                self._skeleton = None
        self._rotations[index] = turn
        self._anything = True
        return finished

    def _expression(self, arguments: tuple[Argument, ...]) -> None:
        if len(arguments) < 2 or not isinstance(arguments[0], str):  # noqa: PLR2004 - name, value
            return
        value = arguments[1]
        if not isinstance(value, float) or not math.isfinite(value):
            return
        name = arguments[0].lower()
        weight = min(1.0, max(0.0, value))
        if name in _SHAPES:
            self._coming[_SHAPES[name]] = weight
            return
        for shape in ARKIT_OF_EXPRESSION.get(name, ()):
            index = _SHAPES[shape.lower()]
            self._coming[index] = max(self._coming[index], weight)

    def _status(self, arguments: tuple[Argument, ...]) -> None:
        loaded = bool(arguments and arguments[0])
        tracked = len(arguments) < 4 or bool(arguments[3])  # noqa: PLR2004 - the fourth, since 2.7
        self._states = _STATES if loaded and tracked else _LOST

    def _finish(self, arrival_ns: int) -> Motion | None:
        if not self._anything:
            return None
        self._anything = self._hips_waiting = False
        self._frame_id += 1
        rotations = list(self._rotations)
        rotations[0] = multiply(self._root_turn, rotations[0])
        return Motion(
            subject=self._name,
            skeleton=self._described(),
            frame_id=self._frame_id,
            capture_time_ns=arrival_ns,
            root_position_m=add(self._root_m, rotate(self._root_turn, self._hips_m)),
            rotations_wxyz=rotations,
            blendshapes=self._weights,
            states=self._states,
            arrival_time_ns=arrival_ns,
        )

    def _described(self) -> Skeleton:
        """The skeleton with the sender's own bone lengths, its soles on the floor at rest."""
        if self._skeleton is None:
            offsets = list(self._offsets_m)
            leg = ("leftUpperLeg", "leftLowerLeg", "leftFoot", "leftToes")
            height = -sum(offsets[_JOINTS[joint]][1] for joint in leg)
            offsets[0] = (0.0, height, 0.0)
            self._skeleton = Skeleton(NAMES, PARENTS, tuple(offsets), blendshape_names=ARKIT_NAMES)
        return self._skeleton


def _transform(arguments: tuple[Argument, ...]) -> tuple[Vector, Quaternion] | None:
    """Position [m] and rotation in the world's axes; None when the message is not one."""
    numbers = arguments[1 : 1 + _TRANSFORM]
    if len(numbers) < _TRANSFORM or not isinstance(arguments[0], str):
        return None
    floats = [number for number in numbers if isinstance(number, float)]
    # Written so that a NaN fails too, wherever it stands.
    if len(floats) < _TRANSFORM or not all(abs(number) <= FARTHEST_M for number in floats):
        return None
    px, py, pz, x, y, z, w = floats
    return (-px, py, pz), normalised((w, x, -y, -z))
