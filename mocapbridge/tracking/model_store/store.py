"""The model store: a bundle's name in, a verified file out, wherever it has to come from."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from platformdirs import user_cache_dir

from mocapbridge.errors import ConfigError, ModelCorrupt, ModelError, ModelMissing
from mocapbridge.tracking.model_store.atomic_file import UNFINISHED_SUFFIX
from mocapbridge.tracking.model_store.fetcher import BundleFetcher, Progress
from mocapbridge.tracking.model_store.folder_lock import only_process_in
from mocapbridge.tracking.model_store.manifest import BundleName, Manifest, load_manifest
from mocapbridge.tracking.model_store.verification import Origin, verify
from mocapbridge.tracking.model_store.zip_members import member_names

Provenance: TypeAlias = Literal["folder", "cache", "official", "rebuilt"]
"""Where a bundle came from this time: the user's folder, the cache, or just fetched or built."""

_BLENDSHAPES_MEMBER: Final = "face_blendshapes.tflite"
_GEOMETRY_MEMBER: Final = "geometry_pipeline_metadata_landmarks.binarypb"
_log = logging.getLogger(__name__)
FOLDER_VARIABLE: Final = "MOCAPBRIDGE_MODELS"
"""Environment variable that names a folder of bundles."""


@dataclass(frozen=True, slots=True)
class ResolvedBundle:
    """A bundle that was verified a moment ago."""

    name: BundleName
    path: Path
    provenance: Provenance
    official: bool
    """Whether these are the official bytes; else the bundle was rebuilt from the wheel."""
    has_blendshapes: bool
    """Whether it can score blendshapes. Where not, that option must be off."""
    has_face_geometry: bool
    """Whether it can give the face's transformation matrix. Where not, that option must be off."""


def no_progress(_what: str, _done_bytes: int, _total_bytes: int | None) -> None:
    """Say nothing."""


def default_cache() -> Path:
    """Where bundles are kept when nothing else is said."""
    return Path(user_cache_dir("mocapbridge", appauthor=False)) / "models"


class ModelStore:
    """Finds bundles on disk, fetches those that are missing, verifies each before it is used.

    Order: the user's folder (which may hold only some), the cache, the official address, a rebuild
    from the wheel on the package index. Several processes may use one cache. Networks read from the
    wheel (20 MB) are kept as long as the store, so that one download serves every bundle.
    """

    def __init__(
        self,
        folder: Path | None = None,
        progress: Progress = no_progress,
        *,
        cache: Path | None = None,
        manifest: Manifest | None = None,
    ) -> None:
        """Touches nothing yet but the user's folder.

        Args:
            folder: the user's own bundles; `MOCAPBRIDGE_MODELS` when left out.
            progress: called while something is being fetched.
            cache: where fetched bundles are kept; the user's cache folder when left out.
            manifest: the bundles there are; the one that travels with mocapbridge when left out.

        Raises:
            ConfigError: the user's folder does not exist.
        """
        self.manifest = manifest or load_manifest()
        self.folder = _user_folder(folder)
        self.cache = cache or default_cache()
        self.used: dict[BundleName, ResolvedBundle] = {}
        """Every bundle that was asked for and found so far."""
        self._fetcher = BundleFetcher(self.manifest, self.cache, progress)

    def bundle_path(self, name: BundleName) -> ResolvedBundle:
        """The bundle, fetched first if it has to be.

        Raises:
            ModelCorrupt: the file in the user's folder is not a bundle we know. (A damaged file in
                the cache is replaced.)
            ModelMissing: it is nowhere to be had; the message gives the ways to get it.
        """
        bundle = self._in_folder(name) or self._in_cache_or_fetched(name)
        self.used[name] = bundle
        return bundle

    def _in_cache_or_fetched(self, name: BundleName) -> ResolvedBundle:
        try:
            cached = self._in_cache(name)
        except ModelCorrupt as error:
            _log.warning("%s in the cache is damaged or outdated and is being replaced", name)
            _log.info("%s", error)
            cached = None
        return cached or self._holding_cache(name, self._fetch_unless_there)

    def find(self, name: BundleName) -> ResolvedBundle | None:
        """The bundle if it is on this machine; nothing is fetched.

        Raises:
            ModelCorrupt: there is a file, but it is not a bundle we know.
        """
        return self._in_folder(name) or self._in_cache(name)

    def pull(self, name: BundleName) -> ResolvedBundle:
        """Like `bundle_path`, but prefers the official bundle to one in the cache that was rebuilt.

        Raises:
            ModelCorrupt: as `bundle_path`.
            ModelMissing: as `bundle_path`.
        """
        present = self.bundle_path(name)
        if present.official or present.provenance != "cache":
            return present
        try:
            return self._holding_cache(name, self._fetch_official)
        except ModelError as error:
            _log.info("%s stays the rebuilt one: %s", name, error)
            return present

    def _in_folder(self, name: BundleName) -> ResolvedBundle | None:
        if self.folder is None:
            return None
        path = self.folder / self.manifest.bundles[name].file_name
        return self._verified(name, path, "folder")

    def _in_cache(self, name: BundleName) -> ResolvedBundle | None:
        return self._verified(name, self._cached_path(name), "cache")

    def _cached_path(self, name: BundleName) -> Path:
        return self.cache / self.manifest.bundles[name].file_name

    def _verified(
        self, name: BundleName, path: Path, provenance: Provenance
    ) -> ResolvedBundle | None:
        try:
            if not path.exists():
                return None
            return _resolved(name, path, provenance, verify(path, name, self.manifest))
        except OSError as error:
            raise ModelCorrupt(f"{name} cannot be read ({error.strerror}): {path}") from error

    def _fetch_unless_there(self, name: BundleName) -> ResolvedBundle:
        """Fetch a bundle, unless another process did so while this one waited for the cache."""
        try:
            fetched_meanwhile = self._in_cache(name)
        except ModelCorrupt:  # reported by `bundle_path`; the next line replaces it
            fetched_meanwhile = None
        return fetched_meanwhile or self._fetched(name, self._fetcher.fetch(name))

    def _fetch_official(self, name: BundleName) -> ResolvedBundle:
        return self._fetched(name, self._fetcher.fetch_official(name))

    def _fetched(self, name: BundleName, origin: Origin) -> ResolvedBundle:
        return _resolved(name, self._cached_path(name), origin, origin)

    def _holding_cache(
        self, name: BundleName, fetch: Callable[[BundleName], ResolvedBundle]
    ) -> ResolvedBundle:
        try:
            self.cache.mkdir(parents=True, exist_ok=True)
            with only_process_in(self.cache):
                _remove_unfinished(self.cache)
                return fetch(name)
        except OSError as error:
            raise ModelMissing(
                f"{name} cannot be stored ({error.strerror or error}); free space or make the cache"
                f" writable, or put the bundle into a folder named by tracking.models_folder or"
                f" {FOLDER_VARIABLE}: {self.cache}"
            ) from error


def _user_folder(given: Path | None) -> Path | None:
    variable = os.environ.get(FOLDER_VARIABLE)
    folder = given or (Path(variable) if variable else None)
    if folder is not None and not folder.is_dir():
        setting = "tracking.models_folder" if given else FOLDER_VARIABLE
        raise ConfigError(f"{setting} names no folder; name one with .task files: {folder}")
    return folder


def _resolved(
    name: BundleName, path: Path, provenance: Provenance, origin: Origin
) -> ResolvedBundle:
    members = member_names(path)
    official = origin == "official"
    return ResolvedBundle(
        name=name,
        path=path,
        provenance=provenance,
        official=official,
        # A rebuilt bundle may have a member of that name, which only answers zeros.
        has_blendshapes=official and _BLENDSHAPES_MEMBER in members,
        has_face_geometry=_GEOMETRY_MEMBER in members,
    )


def _remove_unfinished(cache: Path) -> None:
    """Delete what a killed process left; nobody else writes while we hold the cache."""
    for leftover in cache.glob(f".*{UNFINISHED_SUFFIX}"):
        if leftover.is_dir():
            shutil.rmtree(leftover)
        else:
            leftover.unlink()
