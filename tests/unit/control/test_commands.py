"""Which requests reach the handler, and what the others are told."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from mocapbridge.control.commands import MAX_RATE_HZ, MAX_REQUEST_BYTES, Gate, Result, Value
from mocapbridge.errors import CommandRefused


class Desk:
    """Notes what it is told; does not know `fail`."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, Value]]] = []

    def carry_out(self, command: str, arguments: Mapping[str, Value]) -> Result:
        if command == "fail":
            raise CommandRefused("no such command; valid: status")
        self.told.append((command, dict(arguments)))
        return {"said": command}


class Watch:
    """Time that stands still until it is moved."""

    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s


def test_a_command_reaches_the_handler_and_its_reply_carries_the_id() -> None:
    desk = Desk()
    request = b'{"command": "set", "arguments": {"parameter": "a.b", "value": 1.5}, "id": 7}'
    reply = Gate(desk.carry_out, None).answer(request)
    assert (reply.ok, reply.id, reply.result) == (True, 7, {"said": "set"})
    assert desk.told == [("set", {"parameter": "a.b", "value": 1.5})]


def test_a_refusal_says_why() -> None:
    reply = Gate(Desk().carry_out, None).answer(b'{"command": "fail", "id": "x"}')
    assert not reply.ok
    assert reply.id == "x"
    assert reply.error == "no such command; valid: status"


def test_only_the_right_token_opens() -> None:
    desk = Desk()
    gate = Gate(desk.carry_out, "correct horse")
    for token in (None, "", "correct hors", "correct horse ", "CORRECT HORSE"):
        asked = {"command": "status", "token": token}
        reply = gate.answer(msgspec.json.encode(asked))
        assert not reply.ok
        assert "token" in (reply.error or "")
        assert "correct" not in (reply.error or "")
    assert desk.told == []
    assert gate.refused == 5
    assert gate.answer(b'{"command": "status", "token": "correct horse"}').ok


def test_a_flood_is_cut_to_the_rate() -> None:
    desk, watch = Desk(), Watch()
    gate = Gate(desk.carry_out, None, watch)
    for _ in range(400):
        gate.answer(b'{"command": "status"}')
    assert len(desk.told) == MAX_RATE_HZ
    watch.s += 0.125
    for _ in range(400):
        gate.answer(b'{"command": "status"}')
    assert len(desk.told) == MAX_RATE_HZ + MAX_RATE_HZ // 8


def test_who_lacks_the_token_cannot_use_up_the_rate_of_who_has_it() -> None:
    desk = Desk()
    gate = Gate(desk.carry_out, "correct horse", Watch())
    for _ in range(400):
        assert not gate.answer(b'{"command": "status", "token": "wrong horse"}').ok
    assert gate.answer(b'{"command": "status", "token": "correct horse"}').ok
    assert gate.refused == 400


def test_long_nested_and_unknown_is_refused_with_what_is_expected() -> None:
    desk = Desk()
    for request in (
        b"",
        b"\xff\xfe",
        b"[" * 5000,
        b'{"command": ""}',
        b'{"command": "a", "arguments": {"x": [1]}}',
        b'{"command": "a", "sudo": true}',
        b'{"command": "a", "arguments": {' + b'"x": 1,' * 2000 + b'"y": 1}}',
        b'{"command": "' + b"a" * MAX_REQUEST_BYTES + b'"}',
    ):
        reply = Gate(desk.carry_out, None).answer(request)
        assert not reply.ok
        assert reply.error
    assert desk.told == []


@given(st.binary(max_size=300))
def test_any_bytes_get_a_reply(request: bytes) -> None:
    assert not Gate(Desk().carry_out, None).answer(request).ok
