"""UDP towards groups, over IPv6 and names, and through a change of the network."""

from __future__ import annotations

import contextlib
import logging
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from mocapbridge.errors import OutputFailed, OutputUnavailable, OutputUnheard
from mocapbridge.outputs.udp import UdpSender
from tests.motion_frames import SteppedClock

ANSWER_S = 2.0
ROOT = Path(__file__).parents[2]

NETWORK_CHANGE = """
import subprocess, sys
from mocapbridge.errors import OutputFailed
from mocapbridge.outputs.link import LinkOutput
from mocapbridge.outputs.options import LinkOptions
from mocapbridge.outputs.udp import UdpSender
from tests.motion_frames import SteppedClock, stream_info

def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)

ip("link", "set", "lo", "up")
ip("link", "add", "a0", "type", "veth", "peer", "name", "a1")
ip("link", "set", "a1", "up")
ip("addr", "add", "10.9.0.2/24", "dev", "a0")
ip("link", "set", "a0", "up")
clock = SteppedClock()
sender = UdpSender("10.9.0.9", 9999, clock)
sender.open()
sender.send(b"before")
assert not sender.recovery_due

# The network goes, and comes back with another address, as Wi-Fi does.
ip("addr", "del", "10.9.0.2/24", "dev", "a0")
for attempt in range(2):
    try:
        sender.send(b"without a network")
    except OutputFailed as error:
        print(error)
clock.sleep(1.0)
assert sender.recovery_due
try:
    sender.recover()
except OutputFailed as error:
    print("still:", error)
assert not sender.recovery_due
ip("addr", "add", "10.9.0.77/24", "dev", "a0")
try:
    sender.send(b"from the old address")
except OutputFailed as error:
    print("old socket:", error)
clock.sleep(1.0)
assert sender.recovery_due
sender.recover()
sender.send(b"after")
assert sender.socket.getsockname()[0] == "10.9.0.77"
assert not sender.recovery_due

# An output does all that by itself.
output = LinkOutput(LinkOptions(host="10.9.0.9"), stream_info(), clock)
output.open()
assert output.idle() > 0
ip("addr", "del", "10.9.0.77/24", "dev", "a0")
for attempt in range(3):
    clock.sleep(1.0)
    try:
        output.idle()
        raise SystemExit("sent without a network")
    except OutputFailed as error:
        print("output:", error)
ip("addr", "add", "10.9.0.78/24", "dev", "a0")
clock.sleep(1.0)
assert output.idle() > 0
output.close()
print("recovered")
"""


def receiver_on(family: socket.AddressFamily, address: str) -> socket.socket:
    receiver = socket.socket(family, socket.SOCK_DGRAM)
    receiver.settimeout(ANSWER_S)
    receiver.bind((address, 0))
    return receiver


@pytest.mark.parametrize(
    ("host", "warned"),
    [("127.0.0.1", False), ("localhost", False), ("192.0.2.7", True), ("239.1.2.3", True)],
)
def test_what_leaves_this_machine_is_warned_of(
    host: str, warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    sender = UdpSender(host, 9)
    with caplog.at_level(logging.WARNING), contextlib.suppress(OutputUnavailable):
        sender.open()
        texts = [record.getMessage() for record in caplog.records]
        assert any("leaves this machine" in text for text in texts) == warned
    sender.close()


def test_a_host_that_moves_is_followed_without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name leads elsewhere after a while; the name server is slow."""
    with receiver_on(socket.AF_INET, "127.0.0.1") as receiver:
        port = receiver.getsockname()[1]
        addresses = ["127.0.0.2"]
        asked, may_answer = threading.Event(), threading.Event()
        may_answer.set()

        def look_up(*_: object, **__: object) -> list[tuple[object, ...]]:
            asked.set()
            assert may_answer.wait(10.0)
            if not addresses[-1]:
                raise OSError("the name server has gone")
            return [(socket.AF_INET, socket.SOCK_DGRAM, 17, "", (addresses[-1], port))]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        clock = SteppedClock()
        sender = UdpSender("studio.example", port, clock)
        sender.open()
        may_answer.clear()
        asked.clear()
        addresses.append("127.0.0.1")
        for _ in range(20):  # nothing listens at the old address; nobody is asked again so soon
            with contextlib.suppress(OutputUnheard):
                sender.send(b"old")
        assert not asked.is_set()
        clock.sleep(6.0)
        for _ in range(5):
            with contextlib.suppress(OutputUnheard):
                sender.send(b"old")
        assert asked.wait(5.0)  # on another thread: the sends above have returned
        assert not sender.recovery_due
        may_answer.set()
        for _ in range(100):
            if sender.recovery_due:
                break
            threading.Event().wait(0.02)
        sender.mend()
        sender.send(b"new")
        assert receiver.recv(16) == b"new"
        sender.close()


def test_ipv6_addresses() -> None:
    try:
        receiver = receiver_on(socket.AF_INET6, "::1")
    except OSError:
        pytest.skip("this machine has no IPv6")
    with receiver:
        sender = UdpSender("::1", receiver.getsockname()[1])
        sender.open()
        sender.send(b"six")
        assert receiver.recv(16) == b"six"
        assert sender.target.startswith("udp://[::1]:")
        sender.close()


def test_names_that_have_both_mean_ipv4() -> None:
    with receiver_on(socket.AF_INET, "127.0.0.1") as receiver:
        sender = UdpSender("localhost", receiver.getsockname()[1])
        sender.open()
        sender.send(b"named")
        assert receiver.recv(16) == b"named"
        sender.close()


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has a broadcast address on loopback"
)
def test_broadcast_addresses() -> None:
    with receiver_on(socket.AF_INET, "127.255.255.255") as receiver:
        sender = UdpSender("127.255.255.255", receiver.getsockname()[1])
        sender.open()
        sender.send(b"to all")
        datagram, origin = receiver.recvfrom(16)
        assert datagram == b"to all"
        # Whoever hears it can answer, from an address of its own.
        assert sender.socket is not None
        receiver.sendto(b"heard", ("127.0.0.1", origin[1]))
        sender.socket.settimeout(ANSWER_S)
        assert sender.socket.recv(16) == b"heard"
        sender.close()


def test_multicast_groups() -> None:
    group = "239.255.77.77"
    with receiver_on(socket.AF_INET, "") as receiver:
        sender = UdpSender(group, receiver.getsockname()[1])
        try:
            membership = socket.inet_aton(group) + bytes(4)  # on any interface
            receiver.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
            sender.open()
            sender.send(b"to the group")
        except (OSError, OutputFailed, OutputUnavailable) as error:
            sender.close()
            pytest.skip(f"this machine has no way to multicast groups: {error}")
        assert receiver.recv(16) == b"to the group"
        sender.close()


def test_sending_never_waits_for_a_receiver_that_does_not_read() -> None:
    with receiver_on(socket.AF_INET, "127.0.0.1") as receiver:
        sender = UdpSender("127.0.0.1", receiver.getsockname()[1])
        sender.open()
        # Far more than any buffer holds; what finds no room is dropped by the machine.
        for _ in range(20_000):
            with contextlib.suppress(OutputFailed):
                sender.send(b"\0" * 1400)
        sender.close()


def test_new_address_of_this_machine_is_taken_up() -> None:
    unshare = shutil.which("unshare")
    if unshare is None or shutil.which("ip") is None:
        pytest.skip("unshare and ip (util-linux, iproute2) make a network of our own for this")
    own_network = [unshare, "--user", "--map-root-user", "--net"]
    probe = [*own_network, "ip", "link", "add", "a0", "type", "veth", "peer", "name", "a1"]
    if subprocess.run(probe, capture_output=True, check=False, timeout=20).returncode:
        pytest.skip("this machine does not let a test make a network of its own")
    done = subprocess.run(
        [*own_network, sys.executable, "-c", NETWORK_CHANGE],
        capture_output=True,
        check=False,
        cwd=ROOT,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[-1] == "recovered"
    assert all("cannot send to udp://10.9.0.9" in line for line in lines[:-1])
    assert [line for line in lines if line.startswith("old socket")]
