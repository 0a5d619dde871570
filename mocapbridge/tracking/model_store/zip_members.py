"""Reading chosen members of a ZIP that came from elsewhere, without believing what it says.

Nothing is ever extracted to disk; members are read into memory up to a limit. An archive with
names that would leave a folder is refused all the same: no honest wheel or bundle has them.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from mocapbridge.errors import ModelCorrupt

MAX_MEMBER_BYTES: Final = 200_000_000
"""No network of ours is larger than 31 MB."""
MAX_RATIO: Final = 100
"""Unpacked over packed size; deflated networks reach 1.5."""
_ENCRYPTED_FLAG: Final = 0x1
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
)
"""What Python's reader raises for damaged files: OSError comes from offsets outside of the file."""


def member_names(archive_path: Path) -> frozenset[str]:
    """The names inside an archive.

    Raises:
        ModelCorrupt: it is not a ZIP, or a hostile one.
    """
    try:
        with zipfile.ZipFile(archive_path) as archive:
            _refuse_hostile_names(archive, archive_path)
            return frozenset(archive.namelist())
    except _DAMAGE as error:
        raise ModelCorrupt(f"not a readable ZIP ({error}): {archive_path}") from error


def read_members(archive_path: Path, sizes: Mapping[str, int]) -> dict[str, bytes]:
    """The content of chosen members.

    Args:
        archive_path: a ZIP file.
        sizes: member name -> the size it must have [bytes].

    Raises:
        ModelCorrupt: no ZIP, a hostile one, or a member is missing or of another size.
    """
    try:
        with zipfile.ZipFile(archive_path) as archive:
            _refuse_hostile_names(archive, archive_path)
            return {
                name: _read_member(archive, name, size_bytes, archive_path)
                for name, size_bytes in sizes.items()
            }
    except _DAMAGE as error:
        raise ModelCorrupt(f"not a readable ZIP ({error}): {archive_path}") from error


def _read_member(archive: zipfile.ZipFile, name: str, size_bytes: int, archive_path: Path) -> bytes:
    try:
        info = archive.getinfo(name)
    except KeyError as error:
        raise ModelCorrupt(f"{name} is missing from the archive: {archive_path}") from error
    _refuse_hostile_member(info, archive_path)
    with archive.open(info) as member:
        # One byte more than allowed, so that a header which lies about the size is noticed.
        content = member.read(size_bytes + 1)
    if len(content) != size_bytes:
        raise ModelCorrupt(f"{name} does not have {size_bytes} bytes in: {archive_path}")
    return content


def _refuse_hostile_names(archive: zipfile.ZipFile, archive_path: Path) -> None:
    hostile = first_hostile_name(archive.namelist())
    if hostile is not None:
        raise ModelCorrupt(f"the archive holds a file outside itself, {hostile!r}: {archive_path}")


def first_hostile_name(names: Iterable[str]) -> str | None:
    """The first name that is absolute or climbs out of the folder it would be unpacked in."""
    for name in names:
        path = PurePosixPath(name.replace("\\", "/"))
        drive = len(name) > 1 and name[1] == ":"
        if path.is_absolute() or drive or ".." in path.parts:
            return name
    return None


def _refuse_hostile_member(info: zipfile.ZipInfo, archive_path: Path) -> None:
    reasons = {
        "is a link": stat.S_ISLNK(info.external_attr >> 16),
        "is encrypted": bool(info.flag_bits & _ENCRYPTED_FLAG),
        "is packed in an unusual way": info.compress_type not in _METHODS,
        "is too large": info.file_size > MAX_MEMBER_BYTES,
        "is packed too tightly": info.file_size > MAX_RATIO * max(info.compress_size, 1),
    }
    for reason, applies in reasons.items():
        if applies:
            raise ModelCorrupt(f"{info.filename} {reason} in: {archive_path}")
