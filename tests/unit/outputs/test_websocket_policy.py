"""Which WebSocket clients may connect."""

from __future__ import annotations

import pytest

from mocapbridge.outputs.websocket_policy import ConnectionPolicy

POLICY = ConnectionPolicy(hosts=["Studio.local"], origins=["https://example.org"])


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:8765", None),
        ("127.0.0.1:8765", None),
        ("[::1]:8765", None),
        ("192.168.1.7:8765", None),  # an address cannot be rebound
        ("studio.LOCAL:8765", None),
        ("localhost:8765", "http://localhost:8000"),
        ("localhost:8765", "http://127.0.0.1"),
        ("localhost:8765", "https://[::1]:8443"),
        ("localhost:8765", "https://EXAMPLE.org"),
    ],
)
def test_clients_that_may(host: str, origin: str | None) -> None:
    assert POLICY.refusal(host, origin) is None


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example:8765",
        "a b",
        "x:y",
    ],
)
def test_hosts_that_are_not_known(host: str | None) -> None:
    reason = POLICY.refusal(host, None)
    assert reason is not None
    assert "`hosts`" in reason


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "https://evil.example",
        "http://localhost.evil.example",
        "http://example.org",
        "https://example.org:444",
        "https://192.168.1.7",
        "file://",
        "chrome-extension://localhost",
        "http://127.0.0.1.evil.example",
    ],
)
def test_pages_that_may_not(origin: str) -> None:
    reason = POLICY.refusal("localhost:8765", origin)
    assert reason is not None
    assert "`origins`" in reason
