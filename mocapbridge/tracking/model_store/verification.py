"""Whether a file on disk is a bundle we may load, told by its content alone.

An official bundle has a sha256 that the manifest pins. A rebuilt one has not, because its bytes
depend on the release of the flatbuffers library that packed it; a record beside it says what was
written and from which pinned networks.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Final, Literal, TypeAlias

import msgspec
from msgspec import Struct

from mocapbridge.errors import ModelCorrupt
from mocapbridge.tracking.model_store.atomic_file import writing_atomically
from mocapbridge.tracking.model_store.manifest import BundleName, Manifest

RECIPE: Final = 1
"""Counts changes to what a rebuild does: bundles of another recipe are built anew."""

Origin: TypeAlias = Literal["official", "rebuilt"]
"""Who made the bytes."""


class BuildRecord(Struct, frozen=True, kw_only=True):
    """What lies beside a rebuilt bundle as `<file>.json`."""

    recipe: int
    sources: dict[str, str]
    """Networks it was made of: name -> sha256."""
    sha256: str
    """Of the built file."""


def record_path(bundle_path: Path) -> Path:
    """Where the record of a rebuilt bundle lies."""
    return bundle_path.with_name(f"{bundle_path.name}.json")


def write_record(bundle_path: Path, name: BundleName, manifest: Manifest, digest: str) -> None:
    """Say of a bundle that is about to be written how it was built.

    Raises:
        OSError: the folder cannot be written.
    """
    record = BuildRecord(recipe=RECIPE, sources=manifest.sources_of(name), sha256=digest)
    with writing_atomically(record_path(bundle_path)) as file:
        file.write(msgspec.json.format(msgspec.json.encode(record)) + b"\n")


def verify(bundle_path: Path, name: BundleName, manifest: Manifest) -> Origin:
    """Tell who made a bundle by its content.

    Raises:
        ModelCorrupt: nobody we know.
        OSError: it cannot be read.
    """
    digest = file_sha256(bundle_path)
    if digest in manifest.bundles[name].sha256:
        return "official"
    record = _read_record(bundle_path)
    if record is None:
        reason = f"is neither the official bundle nor one of ours (sha256 {digest[:12]}...)"
    elif record.sha256 != digest:
        reason = f"is not as it was built (sha256 {digest[:12]}...)"
    elif record.recipe != RECIPE or record.sources != manifest.sources_of(name):
        reason = "was rebuilt by another version of mocapbridge"
    else:
        return "rebuilt"
    raise ModelCorrupt(
        f"{name} {reason}; delete it and run `mocapbridge models pull {name}`: {bundle_path}"
    )


def file_sha256(path: Path) -> str:
    """The sha256 of a file, in hexadecimal.

    Raises:
        OSError: it cannot be read.
    """
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _read_record(bundle_path: Path) -> BuildRecord | None:
    try:
        content = record_path(bundle_path).read_bytes()
    except FileNotFoundError:
        return None
    try:
        return msgspec.json.decode(content, type=BuildRecord)
    except msgspec.DecodeError as error:
        raise ModelCorrupt(
            f"the record of a rebuilt bundle is damaged; delete it and the bundle, then run"
            f" `mocapbridge models pull`: {record_path(bundle_path)}"
        ) from error
