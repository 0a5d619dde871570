"""The publisher's bytes on the wire: read by the rules of ZMTP 3, and by tshark's dissector.

No ZeroMQ library takes part on this side: a plain TCP socket greets and subscribes as the
specification (rfc.zeromq.org/spec/23) has it.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mocapbridge.outputs.options import ZmqOptions
from mocapbridge.outputs.zmq_pub import ZmqOutput
from tests.motion_frames import seen_frame, stream_info

GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
READY = b"\x04\x19\x05READY\x0bSocket-Type\x00\x00\x00\x03SUB"
SUBSCRIBE = b"\x00\x0b\x01performer/"
MORE, LONG, COMMAND = 1, 2, 4
FRAMES = [seen_frame(seed) for seed in range(3)]
_PCAP_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)  # 101: raw IP
_SEGMENT = 1400


def published() -> bytes:
    """All bytes that a subscriber gets from greeting to the third frame."""
    output = ZmqOutput(ZmqOptions(bind="tcp://127.0.0.1:*"), stream_info())
    output.open()
    try:
        address = ("127.0.0.1", int(output.target.rpartition(":")[2]))
        with socket.create_connection(address, timeout=5.0) as client:
            client.sendall(GREETING)
            stream = b""
            while len(stream) < len(GREETING) + len(READY):
                stream += client.recv(65536)
            client.sendall(READY)
            client.settimeout(0.2)
            arrived(client)  # it has taken that in
            client.sendall(SUBSCRIBE)
            while len(frame_parts(stream)) < 3 * 2:
                stream += arrived(client)
                for frame in FRAMES:
                    output.send(frame)
    finally:
        output.close()
    return stream


def arrived(client: socket.socket) -> bytes:
    """What has come within a fifth of a second."""
    with contextlib.suppress(TimeoutError):
        received = client.recv(65536)
        assert received, "the publisher has closed the connection"
        return received
    return b""


def frame_parts(stream: bytes) -> list[bytes]:
    """Parts of the messages under the topic of frames."""
    parts = [body for flags, body in zmtp_frames(stream[64:]) if not flags & COMMAND]
    pairs = zip(parts[::2], parts[1::2], strict=False)
    return [part for pair in pairs if pair[0] == b"performer/frame" for part in pair]


def zmtp_frames(traffic: bytes) -> Iterator[tuple[int, bytes]]:
    """Flags and body of each whole frame."""
    at = 0
    while at + 2 <= len(traffic):
        flags = traffic[at]
        assert flags in {0, MORE, LONG, LONG | MORE, COMMAND, COMMAND | LONG}
        head = 9 if flags & LONG else 2
        length = int.from_bytes(traffic[at + 1 : at + head], "big")
        if at + head + length > len(traffic):
            return
        yield flags, traffic[at + head : at + head + length]
        at += head + length


def test_stream_is_zmtp_3() -> None:
    stream = published()
    assert stream[:1] == b"\xff"
    assert stream[9:11] == b"\x7f\x03"
    assert stream[12:32] == b"NULL".ljust(20, b"\0")
    (flags, ready), *messages = zmtp_frames(stream[64:])
    assert flags == COMMAND
    assert ready.startswith(b"\x05READY\x0bSocket-Type\x00\x00\x00\x03PUB")
    for (topic_flags, topic), (payload_flags, payload) in zip(
        messages[::2], messages[1::2], strict=False
    ):
        assert topic_flags == MORE
        assert payload_flags & MORE == 0
        message: dict[str, Any] = msgspec.msgpack.decode(payload)
        assert topic == f"performer/{message['kind']}".encode()


def test_tsharks_dissector_reads_the_messages_and_finds_nothing_malformed(tmp_path: Path) -> None:
    tshark = shutil.which("tshark")
    if tshark is None:
        pytest.skip("tshark is not installed (Debian package tshark)")
    known = subprocess.run([tshark, "-G", "protocols"], capture_output=True, check=True, text=True)
    if not re.search(r"^[^\t]*\t[^\t]*\tzmtp\b", known.stdout, re.MULTILINE):
        pytest.skip("this tshark has no dissector of ZMTP: a newer one has")
    capture = tmp_path / "capture.pcap"
    capture.write_bytes(_PCAP_HEADER + b"".join(segments(published())))
    names = ("frame.protocols", "_ws.malformed", "zmtp.metadata.value", "zmtp.data.text")
    fields = ["-T", "fields", *(part for name in names for part in ("-e", name))]
    done = subprocess.run(
        [tshark, "-r", capture, "-d", "tcp.port==5556,zmtp", *fields],
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    assert "zmtp" in done.stdout
    assert "Malformed" not in done.stdout
    assert "PUB" in done.stdout
    assert done.stdout.count("performer/frame") >= len(FRAMES)


def segments(stream: bytes) -> Iterator[bytes]:
    """The publisher's half of a TCP connection as a capture file holds it."""
    local = socket.inet_aton("127.0.0.1")
    pieces = [b"", *(stream[at : at + _SEGMENT] for at in range(0, len(stream), _SEGMENT))]
    sequence = 0
    for number, piece in enumerate(pieces):
        flags = 0x02 if number == 0 else 0x18  # SYN, then PSH and ACK
        tcp = struct.pack(">HHIIBBHHH", 5556, 40000, sequence, 1, 0x50, flags, 65535, 0, 0) + piece
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0)
        ip = head + local + local + tcp
        yield struct.pack("<IIII", 0, number, len(ip), len(ip)) + ip
        sequence += len(piece) or 1
