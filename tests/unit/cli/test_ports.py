from __future__ import annotations

import socket

from mocapbridge.cli.ports import host_and_port, next_free_bind, tcp_port_is_free, udp_port_is_free


def test_a_port_in_use_is_left_for_the_next_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not tcp_port_is_free("127.0.0.1", port)
        found = next_free_bind(f"tcp://127.0.0.1:{port}")
        host, other = host_and_port(found)
        assert host == "127.0.0.1"
        assert other > port
        assert tcp_port_is_free(host, other)
    assert tcp_port_is_free("127.0.0.1", port)


def test_a_udp_receiver_is_noticed() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        assert not udp_port_is_free("127.0.0.1", receiver.getsockname()[1])
