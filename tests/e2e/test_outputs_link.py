"""The link output heard by a receiver that knows the codec alone."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from itertools import chain

import numpy as np
import pytest

from mocapbridge.blendshapes import ARKIT_NAMES
from mocapbridge.clock import Clock, SystemClock
from mocapbridge.errors import OutputUnavailable
from mocapbridge.outputs.link import LinkOutput
from mocapbridge.outputs.options import LinkOptions
from mocapbridge.skeleton import JOINT_NAMES, PARENTS, rest_positions_m
from mocapbridge.wire import link
from tests.motion_frames import random_frame, stream_info

SHIFT_NS = 500_000_000


class ShiftedClock(SystemClock):
    """The clock of a machine that was started half a second earlier."""

    def monotonic_ns(self) -> int:
        return super().monotonic_ns() + SHIFT_NS


@contextmanager
def linked(clock: Clock | None = None) -> Generator[tuple[LinkOutput, socket.socket]]:
    """An open output and the socket it sends to."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(2.0)
        output = LinkOutput(LinkOptions(port=receiver.getsockname()[1]), stream_info(), clock)
        output.open()
        try:
            yield output, receiver
        finally:
            output.close()


def address_of(output: LinkOutput, receiver: socket.socket) -> tuple[str, int]:
    """Where the output's datagrams come from."""
    sent = output.idle()
    return [receiver.recvfrom(2048)[1] for _ in range(sent)][-1]


def test_every_frame_and_the_description_arrive() -> None:
    frames = [random_frame(seed, frame_id=seed) for seed in range(100)]
    assembler, received = link.StaticAssembler(), list[link.Frame]()
    descriptions, sequences = list[link.Static](), list[int]()
    with linked() as (output, receiver):
        for sent in chain((output.idle(),), map(output.send, frames)):
            for _ in range(sent):
                datagram = receiver.recv(2048)
                assert len(datagram) <= 1472
                header, message = link.decode(datagram)
                assert (header.session_id, header.subject) == (0x0123456789ABCDEF, "performer")
                sequences.append(header.sequence)
                if isinstance(message, link.StaticPart):
                    static = assembler.add(header.session_id, header.subject, message)
                    descriptions += [static] if static else []
                elif isinstance(message, link.Frame):
                    received.append(message)
                    assert message.static_hash == link.static_hash(
                        link.encode_static(descriptions[-1])
                    )
    assert sequences == list(range(len(sequences)))
    _check_static(descriptions[0])
    assert [frame.frame_id for frame in received] == list(range(100))
    for told, meant in zip(received, frames, strict=True):
        assert told.capture_time_ns == meant.capture_time_ns
        cosines = np.abs(np.sum(told.rotations_wxyz * meant.pose.rotations_wxyz, axis=1))
        assert np.degrees(2 * np.arccos(np.minimum(cosines, 1.0))).max() < 0.05
        assert np.allclose(told.root_position_in_world_m, meant.pose.root_position_in_world_m)
        assert np.allclose(told.blendshapes, meant.face.blendshapes, atol=1e-5)
        assert told.gestures == meant.gestures


def _check_static(static: link.Static) -> None:
    assert static.frame_rate == (30000, 1001)
    assert tuple(joint.name for joint in static.joints) == JOINT_NAMES
    assert static.blendshapes == ARKIT_NAMES
    positions = np.zeros((55, 3))
    for index, joint in enumerate(static.joints):
        assert (-1 if joint.parent is None else joint.parent) == PARENTS[index]
        start = np.zeros(3) if joint.parent is None else positions[joint.parent]
        positions[index] = start + joint.rest_offset_m
    assert np.allclose(positions, rest_positions_m(), atol=1e-6)


def test_wall_clock_of_a_frame_is_now() -> None:
    with linked() as (output, receiver):
        output.send(random_frame(1))
        _, message = link.decode(receiver.recv(2048))
        assert isinstance(message, link.Frame)
        assert abs(message.unix_time_ns - time.time_ns()) < 60 * 10**9


@pytest.mark.parametrize("clock", [SystemClock(), ShiftedClock()])
def test_probe_finds_the_offset_of_the_clocks(clock: SystemClock) -> None:
    with linked(clock) as (output, receiver):
        address = address_of(output, receiver)
        for sequence in range(4):
            header = link.Header(0, sequence, "me")
            probe = link.encode(header, link.ClockProbe(time.monotonic_ns()))
            receiver.sendto(probe, address)
            datagram = receiver.recv(2048)
            arrival_ns = time.monotonic_ns()
            assert len(datagram) == len(probe)
            came, reply = link.decode(datagram)
            assert isinstance(reply, link.ClockReply)
            assert came == link.Header(0x0123456789ABCDEF, sequence, "me")
            # Exact by construction: the true offset lies within half the round trip.
            shift_ns = clock.monotonic_ns() - time.monotonic_ns()
            error_ns = abs(reply.offset_ns(arrival_ns) - shift_ns)
            assert error_ns <= reply.round_trip_ns(arrival_ns) / 2 + 1_000_000


def test_only_probes_of_the_receiver_for_this_session_are_answered() -> None:
    with linked() as (output, receiver):
        address = address_of(output, receiver)
        good = link.encode(link.Header(0x0123456789ABCDEF, 9, ""), link.ClockProbe(1))
        other_session = link.encode(link.Header(5, 1, ""), link.ClockProbe(1))
        for datagram in (b"", b"\0" * 1400, other_session, good[:-1], good + b"\0"):
            receiver.sendto(datagram, address)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind(("127.0.0.1", 0))
            stranger.sendto(good, address)
            receiver.sendto(good, address)
            header, reply = link.decode(receiver.recv(2048))
            # The answer to the last is the first: those before it, and the stranger, got none.
            assert (header.sequence, type(reply)) == (9, link.ClockReply)
            stranger.settimeout(0.1)
            with pytest.raises(TimeoutError):
                stranger.recv(2048)


def test_subject_too_long_for_the_link_is_said_when_opening() -> None:
    output = LinkOutput(LinkOptions(), stream_info("x" * 65))
    with pytest.raises(OutputUnavailable, match="65 bytes long; at most 64"):
        output.open()
    output.close()


def test_opening_and_closing_leaves_no_thread_and_no_socket() -> None:
    threads = threading.active_count()
    for _ in range(10):
        with linked() as (output, _):
            output.send(random_frame(1))
            assert threading.active_count() == threads + 1
    assert threading.active_count() == threads
