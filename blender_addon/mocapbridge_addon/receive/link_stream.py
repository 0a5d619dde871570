# SPDX-License-Identifier: GPL-3.0-or-later
"""Datagrams of the mocapbridge link become motion. Several senders and performers at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from ..motion.frame import Motion, Skeleton
from ..motion.quaternion import Quaternion
from ..wire import link
from .counters import Counters
from .inbox import FARTHEST_M, Inbox
from .sender_clock import SenderClock

_SILENT_NS: Final = 1_000_000_000
"""A sender that is silent for so long gives up its performer's name to another."""
_MAX_SESSIONS: Final = 32
_MAX_CLOCKS: Final = 8
_HALF: Final = link.SEQUENCE_COUNT // 2


@dataclass(slots=True)
class _Session:
    """One sender between its start and its end."""

    sequence: int | None = None
    lost: int = 0
    counted: int = 0


@dataclass(slots=True)
class _Performer:
    """Whose frames come under one name now."""

    session_id: int
    last_frame_id: int = -1
    last_arrival_ns: int = 0


class LinkStream:
    """Decodes what comes in through one socket."""

    protocol: Final = "link"

    def __init__(self, inbox: Inbox, counters: Counters) -> None:
        self._inbox = inbox
        self._counters = counters
        self._assembler = link.StaticAssembler()
        self._sessions: dict[int, _Session] = {}
        self._performers: dict[str, _Performer] = {}
        self._skeletons: dict[tuple[int, str, int], Skeleton] = {}
        self._clocks: dict[tuple[str, int], SenderClock] = {}

    def feed(self, datagram: bytes, address: tuple[str, int], arrival_ns: int) -> None:
        """Take in one datagram. What is wrong with it is counted, never raised."""
        try:
            header, message = link.decode(datagram)
            self._take(header, message, address, arrival_ns)
        except link.NotLink as error:
            self._counters.other_protocol += 1
            self._counters.last_problem = str(error)
        except link.UnsupportedVersion as error:
            self._counters.other_version += 1
            self._counters.last_problem = str(error)
        except link.LinkError as error:
            self._counters.malformed += 1
            self._counters.last_problem = str(error)

    def probes(self, now_ns: int) -> list[tuple[bytes, tuple[str, int]]]:
        """Datagrams that ask the senders for their clocks, with where to send them."""
        due: list[tuple[bytes, tuple[str, int]]] = []
        for address, clock in self._clocks.items():
            probe = clock.probe_when_due(now_ns)
            if probe is not None:
                due.append((probe, address))
        return due

    def loss(self) -> tuple[int, int]:
        """(lost, expected) datagrams of all senders' sessions."""
        sessions = list(self._sessions.values())
        lost = sum(session.lost for session in sessions)
        return lost, lost + sum(session.counted for session in sessions)

    def _take(
        self,
        header: link.Header,
        message: link.Message,
        address: tuple[str, int],
        arrival_ns: int,
    ) -> None:
        if isinstance(message, link.ClockReply):
            clock = self._clocks.get(address)
            if clock is not None:
                clock.note(message, arrival_ns)
            return
        if isinstance(message, link.ClockProbe):
            return
        self._count(header)
        if isinstance(message, link.StaticPart):
            static = self._assembler.add(header.session_id, header.subject, message)
            if static is not None:
                self._describe(header, message.static_hash, static)
        elif isinstance(message, link.Frame):
            self._frame(header, message, address, arrival_ns)

    def _count(self, header: link.Header) -> None:
        """Count what the session's sequence says is missing."""
        session = self._sessions.get(header.session_id)
        if session is None:
            if len(self._sessions) >= _MAX_SESSIONS:
                del self._sessions[next(iter(self._sessions))]
            session = self._sessions[header.session_id] = _Session()
        session.counted += 1
        if session.sequence is not None:
            ahead = (header.sequence - session.sequence - 1) % link.SEQUENCE_COUNT
            if ahead >= _HALF:
                # A step back: one that was taken for lost, or the same one twice.
                twice = header.sequence == session.sequence
                session.lost = max(0, session.lost - (not twice))
                return
            session.lost += ahead
        session.sequence = header.sequence

    def _describe(self, header: link.Header, static_hash: int, static: link.Static) -> None:
        key = (header.session_id, header.subject, static_hash)
        if key in self._skeletons:
            return
        longest_m = max((max(map(abs, joint.rest_offset_m)) for joint in static.joints), default=0)
        if longest_m > FARTHEST_M:
            raise link.Malformed(f"the description of {header.subject!r} has bones too long")
        if len(self._skeletons) >= _MAX_SESSIONS:
            del self._skeletons[next(iter(self._skeletons))]
        self._skeletons[key] = Skeleton(
            names=tuple(joint.name for joint in static.joints),
            parents=tuple(joint.parent for joint in static.joints),
            offsets_m=tuple(joint.rest_offset_m for joint in static.joints),
            frame_rate=static.frame_rate,
            blendshape_names=static.blendshapes,
            blendshapes_measured=static.blendshapes_measured,
        )

    def _frame(
        self, header: link.Header, frame: link.Frame, address: tuple[str, int], arrival_ns: int
    ) -> None:
        skeleton = self._skeletons.get((header.session_id, header.subject, frame.static_hash))
        if skeleton is None:
            self._counters.undescribed += 1
            return
        if len(frame.rotations_wxyz) != len(skeleton.names) or len(frame.blendshapes) != len(
            skeleton.blendshape_names
        ):
            raise link.Malformed(
                f"frame {frame.frame_id} of {header.subject!r} has other numbers of joints or "
                "blendshapes than its description"
            )
        if max(map(abs, frame.root_position_in_world_m)) > FARTHEST_M:
            raise link.Malformed(f"frame {frame.frame_id} of {header.subject!r} is too far away")
        if not self._is_next(header, frame.frame_id, arrival_ns):
            return
        motion = _motion(header.subject, skeleton, frame, arrival_ns)
        clock = self._clock_of(address)
        offset_ns = clock.offset_ns
        latency_ns = None
        if offset_ns is not None:
            latency_ns = arrival_ns + offset_ns - frame.capture_time_ns
        sender = f"{address[0]}:{address[1]}"
        if not self._inbox.put(
            motion, protocol=self.protocol, sender=sender, latency_ns=latency_ns
        ):
            self._counters.surplus += 1

    def _is_next(self, header: link.Header, frame_id: int, arrival_ns: int) -> bool:
        """Whether the frame is newer than what its performer showed last."""
        performer = self._performers.get(header.subject)
        if performer is None or performer.session_id != header.session_id:
            if performer is not None and arrival_ns - performer.last_arrival_ns < _SILENT_NS:
                self._counters.rival += 1
                return False
            if len(self._performers) >= _MAX_SESSIONS:
                del self._performers[next(iter(self._performers))]
            performer = self._performers[header.subject] = _Performer(header.session_id)
        if frame_id <= performer.last_frame_id:
            self._counters.late += 1
            return False
        performer.last_frame_id = frame_id
        performer.last_arrival_ns = arrival_ns
        return True

    def _clock_of(self, address: tuple[str, int]) -> SenderClock:
        """The clock of the sender at an address."""
        if address not in self._clocks:
            if len(self._clocks) >= _MAX_CLOCKS:
                del self._clocks[next(iter(self._clocks))]
            self._clocks[address] = SenderClock()
        return self._clocks[address]


def _motion(subject: str, skeleton: Skeleton, frame: link.Frame, arrival_ns: int) -> Motion:
    x, y, z = frame.root_position_in_world_m
    w, i, j, k = frame.head_rotation_wxyz
    left_yaw, left_pitch, right_yaw, right_pitch = frame.gaze_rad
    return Motion(
        subject=subject,
        skeleton=skeleton,
        frame_id=frame.frame_id,
        capture_time_ns=frame.capture_time_ns,
        root_position_m=(x, y, z),
        rotations_wxyz=cast("Sequence[Quaternion]", frame.rotations_wxyz),
        blendshapes=frame.blendshapes,
        head_rotation_wxyz=(w, i, j, k),
        gaze_rad=(left_yaw, left_pitch, right_yaw, right_pitch),
        feet_planted=frame.feet_planted,
        states=cast("tuple[int, int, int, int]", tuple(int(state) for state in frame.states)),
        arrival_time_ns=arrival_ns,
    )
