"""Where packets come from, and what is said when that is no place."""

from __future__ import annotations

import socket

import pytest
import zmq

from mocapbridge.errors import OutputUnavailable
from mocapbridge.listen.arrivals import WebsocketArrivals, ZmqArrivals


def test_what_is_no_host_is_refused_with_what_to_give() -> None:
    with pytest.raises(OutputUnavailable, match="--host"):
        ZmqArrivals("no such host", 5556)


def test_a_publisher_is_heard_over_ipv6() -> None:
    with zmq.Context() as context, context.socket(zmq.PUB) as publisher:
        publisher.setsockopt(zmq.IPV6, 1)
        try:
            port = publisher.bind_to_random_port("tcp://[::1]")
        except zmq.ZMQError:
            pytest.skip("this machine has no IPv6")
        arrivals = ZmqArrivals("::1", port)
        try:
            for _ in range(100):
                publisher.send_multipart((b"topic", b"payload"))
                if arrivals.next_packet(0.05) == b"payload":
                    return
            pytest.fail("nothing arrived")
        finally:
            arrivals.close()


def test_a_server_that_is_not_there_is_said_over_ipv6_too() -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as unused:
        try:
            unused.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        with pytest.raises(OutputUnavailable, match=r"ws://\[::1\]"):
            WebsocketArrivals("::1", unused.getsockname()[1])
