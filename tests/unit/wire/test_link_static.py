"""Descriptions: split, mixed, lost, damaged, put together."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from mocapbridge.wire import link

JOINTS = tuple(
    link.Joint(f"joint number {index}", index - 1 if index else None, (0.0, 0.125, 0.0))
    for index in range(200)
)
STATIC = link.Static((60, 1), False, JOINTS, tuple(f"shape number {n}" for n in range(200)))
PARTS = link.split_static(link.encode_static(STATIC))


def test_long_description_takes_several_parts_in_any_order() -> None:
    assert len(PARTS) >= 4
    assembler = link.StaticAssembler()
    results = [assembler.add(1, "Ann", part) for part in (*PARTS[2:], *PARTS[1::-1])]
    assert results[:-1] == [None] * (len(PARTS) - 1)
    assert results[-1] == STATIC


def test_doubled_parts_and_other_streams_do_not_disturb() -> None:
    other = replace(STATIC, frame_rate=(25, 1))
    others = link.split_static(link.encode_static(other))
    assembler = link.StaticAssembler()
    for mine, theirs in zip(PARTS[:-1], others[:-1], strict=True):
        assert assembler.add(1, "Ann", mine) is None
        assert assembler.add(1, "Ann", mine) is None
        assert assembler.add(2, "Bob", theirs) is None
        assert assembler.add(1, "Ann", theirs) is None
    assert assembler.add(1, "Ann", PARTS[-1]) == STATIC
    assert assembler.add(2, "Bob", others[-1]) == other
    assert assembler.add(1, "Ann", others[-1]) == other


def test_damage_is_noticed_and_the_next_round_succeeds() -> None:
    damaged = replace(PARTS[1], chunk=b"\0" + PARTS[1].chunk[1:])
    assembler = link.StaticAssembler()
    for part in (damaged, PARTS[0], *PARTS[2:-1]):
        assert assembler.add(1, "Ann", part) is None
    with pytest.raises(link.Malformed, match="does not match its hash"):
        assembler.add(1, "Ann", PARTS[-1])
    assert [assembler.add(1, "Ann", part) for part in PARTS][-1] == STATIC


def test_memory_stays_bounded_when_parts_never_complete() -> None:
    assembler = link.StaticAssembler()
    for session_id in range(100):
        assembler.add(session_id, "Ann", PARTS[0])
    newest = [assembler.add(99, "Ann", part) for part in PARTS[1:]]
    oldest = [assembler.add(0, "Ann", part) for part in PARTS[1:]]
    assert newest[-1] == STATIC
    assert oldest[-1] is None


@pytest.mark.parametrize(
    "static",
    [
        replace(STATIC, frame_rate=(0, 1)),
        replace(STATIC, frame_rate=(30, 0)),
        replace(STATIC, frame_rate=(1 << 32, 1)),
        replace(STATIC, joints=(link.Joint("a", 0, (0.0, 0.0, 0.0)),)),
        replace(STATIC, joints=(link.Joint("a", None, (math.nan, 0.0, 0.0)),)),
        replace(STATIC, joints=JOINTS + JOINTS),
        replace(STATIC, blendshapes=("x" * 256,)),
        replace(STATIC, blendshapes=("x" * 255,) * 255),
    ],
)
def test_what_cannot_be_described_is_refused(static: link.Static) -> None:
    with pytest.raises(link.Unencodable):
        link.encode_static(static)


def assemble(body: bytes) -> link.Static | None:
    (part,) = link.split_static(body)
    return link.StaticAssembler().add(1, "Ann", part)


def test_descriptions_that_cannot_be_are_refused() -> None:
    body = link.encode_static(
        link.Static((30, 1), True, (link.Joint("a", None, (0.0, 1.0, 0.0)),), ("b",))
    )
    with pytest.raises(link.Malformed, match="frame rate"):
        assemble(body[:4] + bytes(4) + body[8:])
    with pytest.raises(link.Malformed, match="does not precede"):
        assemble(body[:11] + bytes([7]) + body[12:])
    with pytest.raises(link.Malformed, match="not finite"):
        assemble(body[:12] + b"\0\0\xc0\x7f" + body[16:])
    with pytest.raises(link.Malformed, match="not UTF-8"):
        assemble(body[:-1] + b"\xff")
    with pytest.raises(link.Truncated):
        assemble(body[:-1])


def test_later_minor_versions_may_append_to_a_description() -> None:
    body = link.encode_static(STATIC)
    parts = link.split_static(body + b"more")
    assembler = link.StaticAssembler()
    assert [assembler.add(1, "Ann", part) for part in parts][-1] == STATIC
