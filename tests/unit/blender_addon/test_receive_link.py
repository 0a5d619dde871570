"""Our link as the add-on hears it: from the package's own output, over real sockets."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from mocapbridge_addon.motion.frame import Motion
from mocapbridge_addon.receive.counters import Counters
from mocapbridge_addon.receive.inbox import KEPT_FRAMES, MAX_SUBJECTS, Inbox
from mocapbridge_addon.receive.link_stream import LinkStream
from mocapbridge_addon.receive.listener import PortUnavailable
from mocapbridge_addon.receive.receiver import Ports, Receiver

from mocapbridge.clock import SystemClock
from mocapbridge.outputs.link import LinkOutput
from mocapbridge.outputs.options import LinkOptions
from mocapbridge.wire import link
from tests.motion_frames import random_frame, stream_info

SHIFT_NS = 500_000_000
HERE = ("127.0.0.1", 50000)


class ShiftedClock(SystemClock):
    """The clock of a machine that was started half a second earlier."""

    def monotonic_ns(self) -> int:
        return super().monotonic_ns() + SHIFT_NS


@contextmanager
def receiving(sender: str = "127.0.0.1") -> Generator[tuple[Receiver, int]]:
    receiver = Receiver(Ports(link_port=0, sender=sender))
    receiver.start()
    try:
        yield receiver, receiver.listeners["link"].address[1]
    finally:
        receiver.stop()


def eventually(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 5.0
    while not condition():
        assert time.monotonic() < end, "it did not come to pass in five seconds"
        time.sleep(0.005)


def sent_frames(
    port: int, subject: str, session: int, count: int, clock: SystemClock | None = None
) -> LinkOutput:
    clock = clock or SystemClock()
    output = LinkOutput(LinkOptions(port=port), stream_info(subject, session), clock)
    output.open()
    output.idle()
    for number in range(count):
        frame = replace(random_frame(number, frame_id=number), subject=subject)
        output.send(replace(frame, capture_time_ns=clock.monotonic_ns()))
        time.sleep(0.001)
    return output


def test_several_performers_come_in_at_once_and_whole() -> None:
    with receiving() as (receiver, port):
        outputs = [sent_frames(port, name, 7 + place, 30) for place, name in enumerate("AB")]
        inbox = receiver.inbox
        eventually(lambda: all(inbox.take(name, 0)[1] == 30 for name in "AB"))
        frames, _ = inbox.take("B", 0)
        truth = random_frame(29)
        newest = frames[-1]
        assert newest.rotations_wxyz[5] == pytest.approx(truth.pose.rotations_wxyz[5], abs=1e-4)
        assert newest.root_position_m == pytest.approx(truth.pose.root_position_in_world_m)
        assert newest.blendshapes == pytest.approx(truth.face.blendshapes.tolist(), abs=1e-4)
        assert newest.feet_planted == truth.pose.feet_planted
        assert [frame.frame_id for frame in frames] == list(range(30))
        assert receiver.loss()[0] == 0
        for output in outputs:
            output.close()


def test_the_age_of_frames_is_known_although_the_senders_clock_is_another() -> None:
    with receiving() as (receiver, port):
        output = sent_frames(port, "Ann", 1, 5, ShiftedClock())

        def latency_ns() -> int | None:
            output.send(replace(random_frame(1), subject="Ann", frame_id=time.monotonic_ns(),
                                capture_time_ns=ShiftedClock().monotonic_ns()))  # fmt: skip
            (subject,) = receiver.inbox.subjects(time.monotonic_ns())
            return subject.latency_ns

        eventually(lambda: latency_ns() is not None)
        measured = latency_ns()
        output.close()
    assert measured is not None
    assert abs(measured) < SHIFT_NS / 10


def test_only_the_configured_sender_is_heard() -> None:
    with receiving(sender="127.0.0.2") as (receiver, port):
        output = sent_frames(port, "Ann", 1, 3)
        counters = receiver.listeners["link"].counters
        eventually(lambda: counters.foreign >= 5)
        output.close()
        assert counters.foreign == counters.received
        assert counters.last_foreign == "127.0.0.1"
        assert receiver.inbox.newest("") is None


def test_a_burst_while_blender_is_busy_is_not_lost() -> None:
    with receiving() as (receiver, port), socket.socket(type=socket.SOCK_DGRAM) as sender:
        payload = b"\0" * 1200
        for _ in range(500):
            sender.sendto(payload, ("127.0.0.1", port))
        eventually(lambda: receiver.listeners["link"].counters.received == 500)


def test_a_taken_port_is_said_and_leaves_nothing_open() -> None:
    with receiving() as (_, port):
        second = Receiver(Ports(link_port=port))
        with pytest.raises(PortUnavailable, match="choose another port"):
            second.start()
        second.stop()


def test_a_sender_that_is_not_known_is_said() -> None:
    with pytest.raises(PortUnavailable, match="not known"):
        Receiver(Ports(link_port=0, sender="no-such-host.invalid")).start()


class Feed:
    """A decoder without a socket and a sender whose datagrams can be left out."""

    def __init__(self) -> None:
        self.inbox, self.counters = Inbox(), Counters()
        self.stream = LinkStream(self.inbox, self.counters)
        self.now_ns = 1_000_000_000
        self.hash = 0

    def static(self, session: int, sequence: int = 0, subject: str = "Ann") -> int:
        body = link.encode_static(
            link.Static((30, 1), True, (link.Joint("hips", None, (0.0, 1.0, 0.0)),), ("jawOpen",))
        )
        for part in link.split_static(body):
            self.feed(link.encode(link.Header(session, sequence, subject), part))
        return link.static_hash(body)

    def frame(self, session: int, sequence: int, frame_id: int, subject: str = "Ann") -> bytes:
        return link.encode(
            link.Header(session, sequence, subject),
            link.Frame(
                static_hash=self.hash,
                frame_id=frame_id,
                capture_time_ns=0,
                unix_time_ns=0,
                timecode=None,
                states=link.PartStates(*(link.State.TRACKED,) * 4),
                pose_confidence=1.0,
                face_confidence=1.0,
                root_position_in_world_m=(0.0, 1.0, 0.0),
                head_rotation_wxyz=(1.0, 0.0, 0.0, 0.0),
                head_position_in_world_m=(0.0, 1.5, 0.0),
                gaze_rad=(0.0, 0.0, 0.0, 0.0),
                rotations_wxyz=[(1.0, 0.0, 0.0, 0.0)],
                joint_states=[3],
                joint_confidences=[1.0],
                blendshapes=[0.5],
                gestures=("", ""),
            ),
        )

    def feed(self, datagram: bytes, after_ns: int = 10_000_000) -> None:
        self.now_ns += after_ns
        self.stream.feed(datagram, HERE, self.now_ns)

    def frames(self, subject: str = "Ann") -> list[Motion]:
        return self.inbox.take(subject, 0)[0]


@pytest.fixture
def feed() -> Feed:
    feed = Feed()
    feed.hash = feed.static(session=1)
    return feed


def test_gaps_in_the_sequence_are_losses_and_late_frames_are_not_shown(feed: Feed) -> None:
    for sequence, frame_id in ((1, 0), (2, 1), (5, 4), (4, 3), (6, 5), (6, 5)):
        feed.feed(feed.frame(1, sequence, frame_id))
    assert [frame.frame_id for frame in feed.frames()] == [0, 1, 4, 5]
    assert feed.counters.late == 2
    assert feed.stream.loss()[0] == 1  # 3 and 4 were missing, 4 came late, 6 came twice


def test_the_sequence_wraps_around() -> None:
    last = link.SEQUENCE_COUNT - 1
    stream = Feed()
    stream.hash = stream.static(session=1, sequence=last - 1)
    for number, sequence in enumerate((last, 0, 1)):
        stream.feed(stream.frame(1, sequence, number))
    assert stream.stream.loss()[0] == 0
    assert len(stream.frames()) == 3


def test_a_restarted_sender_is_followed_once_the_old_one_is_silent(feed: Feed) -> None:
    feed.feed(feed.frame(1, 1, 1000))
    feed.static(session=2)
    feed.feed(feed.frame(2, 1, 0))
    assert feed.counters.rival == 1
    feed.feed(feed.frame(2, 2, 1), after_ns=2_000_000_000)
    feed.feed(feed.frame(1, 2, 1001))
    assert [frame.frame_id for frame in feed.frames()] == [1000, 1]
    assert feed.counters.rival == 2


def test_frames_wait_for_their_description() -> None:
    feed = Feed()
    feed.hash = 1234
    feed.feed(feed.frame(1, 0, 0))
    assert feed.counters.undescribed == 1
    assert feed.frames() == []


def test_what_is_wrong_is_counted_by_what_to_do_about_it(feed: Feed) -> None:
    good = feed.frame(1, 1, 0)
    newer = bytearray(good)
    newer[4] = 9
    for datagram in (b"#bundle\0", good[:50], bytes(newer), b""):
        feed.feed(datagram)
    counters = feed.counters
    assert (counters.other_protocol, counters.malformed, counters.other_version) == (1, 2, 1)
    assert counters.last_problem


def test_memory_is_bounded_whoever_sends(feed: Feed) -> None:
    for number in range(3 * MAX_SUBJECTS):
        feed.static(session=9, subject=f"S{number}")
        feed.feed(feed.frame(9, number, 0, subject=f"S{number}"))
    assert len(feed.inbox.subjects(feed.now_ns)) <= MAX_SUBJECTS
    for number in range(KEPT_FRAMES + 50):
        feed.feed(feed.frame(1, number, number))
    taken, cursor = feed.inbox.take("Ann", 0)
    assert len(taken) <= KEPT_FRAMES
    assert feed.inbox.take("Ann", cursor) == ([], cursor)


def test_twenty_thousand_damaged_datagrams_harm_nothing(feed: Feed) -> None:
    generator = random.Random(20)
    good = feed.frame(1, 1, 0)
    for number in range(20_000):
        damaged = bytearray(good)
        for _ in range(generator.randrange(1, 6)):
            damaged[generator.randrange(len(damaged))] = generator.randrange(256)
        cut = generator.randrange(len(damaged) + 1) if number % 3 == 0 else len(damaged)
        feed.feed(bytes(damaged[:cut]))
    for frame in feed.frames(""):
        assert all(abs(part) < 1e5 for part in frame.root_position_m)
    assert feed.counters.malformed > 5000
    feed.hash = feed.static(session=77, subject="Eve")
    feed.feed(feed.frame(77, 2, 0, subject="Eve"), after_ns=5_000_000_000)
    assert [frame.frame_id for frame in feed.frames("Eve")] == [0]
