"""Files that claim to be packed takes."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest

from mocapbridge.errors import TakeUnreadable
from mocapbridge.takes.layout import COLUMNS
from mocapbridge.takes.reader import Take, read_take
from mocapbridge.takes.records import TakeHeader
from mocapbridge.takes.writer import TakeWriter

from .conftest import MakeFrame

Members: TypeAlias = dict[str, bytes]


@pytest.fixture
def take(tmp_path: Path, header: TakeHeader, make_frame: MakeFrame) -> Path:
    """A finished take of four frames."""
    writer = TakeWriter(tmp_path, "take", header)
    for index in range(4):
        writer.write(*make_frame(index))
    writer.close()
    return writer.path


def _edit(path: Path, change: Callable[[Members], None]) -> None:
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def _everything(path: Path) -> None:
    take = read_take(path)
    take.motion()
    take.landmarks()
    list(take.frames())


def _npy(array: Any) -> bytes:  # noqa: ANN401 - whatever an attacker may put there
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def _index(**changes: object) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        index = json.loads(members["index.json"])
        members["index.json"] = json.dumps({**index, **changes}).encode()

    return change


def _column(name: str, data: bytes) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        assert f"000000/{name}.npy" in members
        members[f"000000/{name}.npy"] = data

    return change


def _repeated_block(times: int) -> Callable[[Members], None]:
    """Blocks that all say 1024 frames and hold 4."""

    def change(members: Members) -> None:
        first = {name: data for name, data in members.items() if name.startswith("000000/")}
        for number in range(1, times):
            members |= {f"{number:06d}/{name[7:]}": data for name, data in first.items()}
        _index(frames=1024 * times, blocks=[1024] * times)(members)

    return change


def _without(name: str) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        del members[name]

    return change


def _with(name: str, data: bytes) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        members[name] = data

    return change


def _planes(*shape: int, value: int = 0) -> bytes:
    return _npy(np.full(shape, value, dtype=np.uint8))


@pytest.mark.parametrize(
    "change",
    [
        _index(frames=5),
        _index(frames=2**60, blocks=[2**60]),
        _index(frames=1025, blocks=[1025]),
        _index(frames=8, blocks=[4, 4]),
        _index(frames=0, blocks=[0]),
        _index(frames=3, blocks=[3]),
        _index(blocks=[-4]),
        _index(frames=1e308),
        _index(texts=[]),
        _column("motion_root", _planes(1, 3, 5)),
        _column("motion_root", _planes(1, 4, 4)),
        _column("motion_root", _planes(5, 3, 4)),
        _column("motion_root", _planes(3, 4)),
        _column("motion_root", _npy(np.zeros((1, 3, 4)))),
        _column("motion_root", _npy(np.array(["a", None], dtype=object))),
        _column("motion_root", b""),
        _column("motion_root", b"\x93NUMPY\x01\x00\xff\xff"),
        _column("motion_root", _planes(1, 3, 4) + b"more"),
        _column("motion_root", b"\x93NUMPY\x01\x00\x10\x00" + b"(" * 10_000),
        _column("motion_state", _planes(1, 1, 4, value=8)),
        _column("pose_state", _planes(1, 1, 4, value=1)),
        _column("face_measured", _planes(1, 2, 4, value=4)),
        _column("face_mesh_scale", _planes(0, 1, 4)),
        _column("size_px", _planes(1, 2, 4, value=1)),
        _column("source", _planes(1, 1, 4, value=250)),
        _without("index.json"),
        _without("header.json"),
        _without("000000/face_mesh.npy"),
        _with("header.json", b"[" * 100_000),
        _with("header.json", b"x" * 2_000_000),
        _with("index.json", b'{"frames":NaN,"blocks":[],"texts":[]}'),
        _with("000000/pose_image.npy", bytes(200_000_000)),
    ],
)
def test_lies_are_refused(take: Path, change: Callable[[Members], None]) -> None:
    _edit(take, change)
    with pytest.raises(TakeUnreadable, match=r"take_001\.mocap"):
        _everything(take)


def test_members_that_nobody_asked_for_are_ignored(take: Path) -> None:
    for name in ("../../escape", "/etc/x", "a\\b"):
        _edit(take, _with(name, b"x"))
    before = sorted(take.parent.parent.rglob("*"))
    _everything(take)
    assert sorted(take.parent.parent.rglob("*")) == before


def _still(blocks: int) -> Callable[[Members], None]:
    """As many blocks of 1024 frames in which all is 0, and their columns hold no byte."""

    def change(members: Members) -> None:
        columns = [name[7:-4] for name in members if name.startswith("000000/")]
        for number in range(blocks):
            for name in columns:
                place = COLUMNS[name].place
                still = _planes(0, place.stop - place.start, 1024)
                if name == "face_mesh_scale":
                    still = _npy(np.array([[[2] + [0] * 1023]], dtype=np.uint8))  # 1 throughout
                members[f"{number:06d}/{name}.npy"] = still
        _index(frames=1024 * blocks, blocks=[1024] * blocks)(members)

    return change


def test_room_is_made_only_for_blocks_that_are_right(take: Path) -> None:
    """Of 50 blocks, whose motion alone would need 150 MB, the fifth is not what it says."""
    _edit(take, _still(50))
    _edit(take, _with("000004/motion_root.npy", _planes(0, 3, 1023)))
    _edit(take, _with("000004/pose_image.npy", _planes(0, 99, 1023)))
    for columns in (Take.motion, Take.landmarks):
        tracemalloc.start()
        with pytest.raises(TakeUnreadable, match="000004/"):
            columns(read_take(take))
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak_bytes < 120_000_000, "the first four blocks, and four as they are read"


@pytest.mark.thorough
def test_a_take_in_which_nothing_moves_is_read_however_small_its_file(take: Path) -> None:
    _edit(take, _still(36))
    assert take.stat().st_size < 1_500_000
    assert read_take(take).landmarks().frame_index.tolist() == [0] * 1024 * 36


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x03\x04" + bytes(1000), b"PK\x05\x06"])
def test_other_archives_are_no_takes(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.mocap"
    path.write_bytes(content)
    with pytest.raises(TakeUnreadable, match=r"x\.mocap"):
        read_take(path)


def test_an_encrypted_or_strangely_compressed_member_is_refused(take: Path) -> None:
    whole = take.read_bytes()
    for offset, value in ((8, b"\x01\x00"), (10, b"\x63\x00")):  # flags; method, in the directory
        damaged = bytearray(whole)
        place = damaged.rindex(b"PK\x01\x02", 0, damaged.rindex(b"motion_root.npy"))
        damaged[place + offset : place + offset + 2] = value
        take.write_bytes(damaged)
        with pytest.raises(TakeUnreadable, match=r"take_001\.mocap"):
            _everything(take)


def test_lying_counts_and_bombs_take_no_memory(take: Path) -> None:
    """Hundreds of megabytes of zeros in a small file, and blocks that are not there."""
    lies: list[Callable[[Members], None]] = [
        _index(frames=1024 * 100_000, blocks=[1024] * 100_000),
        _index(frames=1024 * 15, blocks=[1024] * 15),
        _index(frames=1024, blocks=[1024]),
        _repeated_block(15),
        _with("000000/face_mesh.npy", bytes(400_000_000)),
        _with("index.json", b" " * 400_000_000),
    ]
    whole = take.read_bytes()
    for lie in lies:
        take.write_bytes(whole)
        _edit(take, lie)
        tracemalloc.start()
        with pytest.raises(TakeUnreadable):
            _everything(take)
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        # An index of a megabyte, the most that is read, as text and as objects is part of it.
        assert peak_bytes < 2 * take.stat().st_size + 6_000_000
