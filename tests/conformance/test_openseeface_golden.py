"""The bytes of OpenSeeFace: a record worked out from the tracker's own packing."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from mocapbridge.wire import openseeface as wire

GOLDEN = wire.Face(
    time_s=1700000000.25,
    face_id=0,
    picture_size_px=(640.0, 480.0),
    right_eye_open=0.9,
    left_eye_open=0.8,
    got_3d_points=True,
    fit_error=1.5,
    rotation_xyzw=(0.0, 0.0, 0.0, 1.0),
    euler_deg=(10.0, 20.0, 90.0),
    translation=(1.0, 2.0, 3.0),
    confidences=(1.0,) * 68,
    points_px=tuple((float(k), k + 0.5) for k in range(68)),
    # On the wire (k/4, -k/4, -1).
    points_3d=tuple((k / 4, k / 4, 1.0) for k in range(70)),
    features=tuple(j / 16 for j in range(14)),
)
HEAD = bytes.fromhex(
    "00001040fc54d94100000000000020440000f0436666663fcdcc4c3f010000c03f"
    "0000000000000000000000000000803f000020410000a0410000b442"
    "0000803f00000040000040400000803f0000803f0000803f0000803f"
)
SHA256 = "d911f5a0bcab0f8c54964581c3cc55e0cd4408d585345814aa8cccd714d8e48a"


def test_golden_record() -> None:
    encoded = wire.encode([GOLDEN])
    assert len(encoded) == wire.RECORD_BYTES == 1785
    assert encoded.startswith(HEAD)
    assert hashlib.sha256(encoded).hexdigest() == SHA256


def test_decoding_gives_back_what_was_encoded() -> None:
    exact = replace(GOLDEN, right_eye_open=0.875, left_eye_open=0.75)
    other = replace(exact, face_id=3)
    assert wire.decode(wire.encode([exact, other])) == [exact, other]


@pytest.mark.parametrize("length", [0, 1, 1784, 1786, 3569])
def test_other_lengths_are_refused(length: int) -> None:
    with pytest.raises(wire.Malformed, match="multiples of 1785"):
        wire.decode(bytes(length))


@pytest.mark.parametrize(
    "change",
    [
        {"fit_error": float("nan")},
        {"time_s": float("inf")},
        {"translation": (1.0, 2.0)},
        {"features": (1e300,) * 14},
        {"face_id": 2**31},
    ],
)
def test_what_does_not_fit_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(wire.Unencodable):
        wire.encode([replace(GOLDEN, **change)])
