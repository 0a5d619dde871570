"""Bringing a bundle into the cache: from the official address, else rebuilt from the wheel."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final, TypeAlias

from mocapbridge.errors import ModelCorrupt, ModelError, ModelMissing
from mocapbridge.tracking.model_store.atomic_file import UNFINISHED_SUFFIX, writing_atomically
from mocapbridge.tracking.model_store.manifest import BundleName, Manifest
from mocapbridge.tracking.model_store.official import OfficialHost
from mocapbridge.tracking.model_store.pip_wheel import fetch_wheel
from mocapbridge.tracking.model_store.verification import Origin, record_path, write_record

Progress: TypeAlias = Callable[[str, int, "int | None"], None]
"""Called with what is being fetched, bytes so far, and bytes in all (None: not known)."""

_log = logging.getLogger(__name__)
_LARGEST_RATIO: Final = 2
"""An answer larger than so many times the pinned size is not the bundle: stop reading."""


class BundleFetcher:
    """Writes bundles into a folder, each whole and verified or not at all.

    Remembers that the official host is blocked, and keeps the wheel's networks (20 MB), so that
    neither is waited for twice.
    """

    def __init__(self, manifest: Manifest, cache: Path, progress: Progress) -> None:
        self._manifest = manifest
        self._cache = cache
        self._progress = progress
        self._official = OfficialHost(manifest.official_base_url)
        self._networks: dict[str, bytes] | None = None

    def fetch(self, name: BundleName) -> Origin:
        """Put a bundle into the cache, by whatever way works.

        Raises:
            ModelMissing: no way does; the message says why and what helps.
            OSError: the cache cannot be written.
        """
        try:
            return self.fetch_official(name)
        except ModelError as error:
            official_failure = str(error)
        if not self._manifest.bundles[name].rebuild:
            raise ModelMissing(self._explain(name, official_failure, "not possible for this one"))
        _log.info("%s: official address %s; rebuilding it", name, official_failure)
        try:
            return self._rebuild(name)
        except ModelError as error:
            message = self._explain(name, official_failure, str(error))
            raise ModelMissing(message) from error

    def fetch_official(self, name: BundleName) -> Origin:
        """Put the official bundle into the cache.

        Raises:
            ModelMissing: the host is unreachable, refuses, or stops before the end.
            ModelCorrupt: what came is not the pinned bundle.
            OSError: the cache cannot be written.
        """
        bundle = self._manifest.bundles[name]
        path = self._cache / bundle.file_name
        digest, done_bytes = sha256(), 0
        with writing_atomically(path) as file:
            for chunk in self._official.chunks(bundle.path):
                file.write(chunk)
                digest.update(chunk)
                done_bytes += len(chunk)
                if done_bytes > _LARGEST_RATIO * bundle.size_bytes:
                    raise ModelCorrupt("sent far more bytes than the bundle has")
                self._progress(name, done_bytes, max(bundle.size_bytes, done_bytes))
            if digest.hexdigest() not in bundle.sha256:
                raise ModelCorrupt(
                    f"sent {done_bytes} bytes that are not the bundle"
                    f" (sha256 {digest.hexdigest()[:12]}...)"
                )
        self._progress(name, done_bytes, done_bytes)
        record_path(path).unlink(missing_ok=True)
        return "official"

    def _rebuild(self, name: BundleName) -> Origin:
        # Loads the inference library for its flatbuffer schemas: only when it is needed.
        from mocapbridge.tracking.model_store.rebuild import build_bundle

        content = build_bundle(self._manifest.bundles[name].rebuild, self._wheel_networks())
        path = self._cache / self._manifest.bundles[name].file_name
        # The record first: a bundle without one would be refused.
        write_record(path, name, self._manifest, sha256(content).hexdigest())
        with writing_atomically(path) as file:
            file.write(content)
        return "rebuilt"

    def _wheel_networks(self) -> dict[str, bytes]:
        from mocapbridge.tracking.model_store.rebuild import read_networks

        if self._networks is not None:
            return self._networks
        wheel = self._manifest.wheel
        label = f"networks of {wheel.requirement}"
        with tempfile.TemporaryDirectory(
            dir=self._cache, prefix=".wheel.", suffix=UNFINISHED_SUFFIX
        ) as folder:
            wheel_path = fetch_wheel(
                wheel, Path(folder), lambda done: self._progress(label, done, None)
            )
            size_bytes = wheel_path.stat().st_size
            self._progress(label, size_bytes, size_bytes)
            self._networks = read_networks(wheel_path, self._manifest)
        return self._networks

    def _explain(self, name: BundleName, official_failure: str, rebuild_failure: str) -> str:
        """What is missing, why, and the three ways to get it."""
        bundle, requirement = self._manifest.bundles[name], self._manifest.wheel.requirement
        second_way = bundle.instead or (
            f"let pip reach a package index that has {requirement} (PIP_INDEX_URL, PIP_PROXY)"
        )
        url = self._official.url(bundle.path)
        return (
            f"model {name} is not on this machine and cannot be fetched"
            f" (official address: {official_failure}; rebuild: {rebuild_failure})."
            f" What helps: (1) let this machine reach the official address, (2) {second_way},"
            f" or (3) copy {bundle.file_name} into a folder and name the folder in"
            f" tracking.models_folder or MOCAPBRIDGE_MODELS. Official address: {url}"
        )
