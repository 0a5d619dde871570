"""ZIP files that mean harm, or are just broken."""

from __future__ import annotations

import io
import stat
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from mocapbridge.errors import ModelCorrupt
from mocapbridge.tracking.model_store.zip_members import member_names, read_members

NETWORK = b"".join(sha256(bytes([n])).digest() for n in range(200))
"""Does not compress, as networks hardly do."""


def written(folder: Path, content: bytes) -> Path:
    path = folder / "wheel.whl"
    path.write_bytes(content)
    return path


def archive(info: zipfile.ZipInfo | str, content: bytes, method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        file.writestr(info, content)
    return buffer.getvalue()


def test_reads_what_is_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, archive("a/b.tflite", NETWORK, zipfile.ZIP_DEFLATED))
    assert read_members(path, {"a/b.tflite": len(NETWORK)}) == {"a/b.tflite": NETWORK}
    assert member_names(path) == {"a/b.tflite"}


@pytest.mark.parametrize(
    "name",
    ["../evil", "a/../../evil", "/etc/evil", "\\evil", "..\\evil", "C:\\evil", "C:evil"],
)
def test_refuses_archives_that_climb_out(tmp_path: Path, name: str) -> None:
    info = zipfile.ZipInfo("placeholder")
    info.filename = name  # the constructor would tidy it
    path = written(tmp_path, archive(info, NETWORK))
    with pytest.raises(ModelCorrupt, match="outside itself"):
        read_members(path, {name: len(NETWORK)})
    with pytest.raises(ModelCorrupt, match="outside itself"):
        member_names(path)


def test_refuses_links(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("a.tflite")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = written(tmp_path, archive(info, b"/etc/passwd"))
    with pytest.raises(ModelCorrupt, match="is a link"):
        read_members(path, {"a.tflite": 11})


def test_refuses_bombs(tmp_path: Path) -> None:
    content = bytes(5_000_000)
    path = written(tmp_path, archive("a.tflite", content, zipfile.ZIP_DEFLATED))
    with pytest.raises(ModelCorrupt, match="packed too tightly"):
        read_members(path, {"a.tflite": len(content)})


def test_a_lying_size_is_noticed(tmp_path: Path) -> None:
    path = written(tmp_path, archive("a.tflite", NETWORK))
    with pytest.raises(ModelCorrupt, match="does not have 70 bytes"):
        read_members(path, {"a.tflite": 70})


def test_a_missing_member_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, archive("a.tflite", NETWORK))
    with pytest.raises(ModelCorrupt, match=r"b\.tflite is missing"):
        read_members(path, {"b.tflite": 1})


def test_damage_inside_a_member_is_noticed(tmp_path: Path) -> None:
    content = bytearray(archive("a.tflite", NETWORK))
    content[100] ^= 0xFF
    path = written(tmp_path, bytes(content))
    with pytest.raises(ModelCorrupt, match="not a readable ZIP"):
        read_members(path, {"a.tflite": len(NETWORK)})


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html>blocked</html>"])
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path, content)
    with pytest.raises(ModelCorrupt, match="not a readable ZIP"):
        read_members(path, {"a.tflite": 1})
    with pytest.raises(ModelCorrupt, match="not a readable ZIP"):
        member_names(path)
