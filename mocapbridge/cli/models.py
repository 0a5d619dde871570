"""`mocapbridge models`: what models are here, fetch them, check them."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Final, Literal

from mocapbridge.errors import ModelCorrupt, ModelError

if TYPE_CHECKING:
    from mocapbridge.tracking.model_store import BundleName, Manifest, ModelStore, ResolvedBundle

_DESCRIPTION: Final = """\
MediaPipe's model bundles. A run fetches what it needs by itself; these commands do it beforehand.
Looked for in the folder named by MOCAPBRIDGE_MODELS, then in the cache, then fetched from the
official address, then rebuilt from a wheel on the Python package index."""
_MEGABYTE: Final = 1_000_000


def add_parser(
    # argparse has no public name for what add_subparsers() returns.
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Register `models list | pull | verify`."""
    parser = subparsers.add_parser(
        "models", help="list, fetch and verify the model bundles", description=_DESCRIPTION
    )
    parser.set_defaults(run=run)
    actions = parser.add_subparsers(dest="action", required=True, metavar="list | pull | verify")
    actions.add_parser("list", help="every bundle, its size and licence, and where it is")
    pull = actions.add_parser("pull", help="fetch bundles into the cache")
    pull.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="names as `models list` shows them; without any, what a default run needs",
    )
    actions.add_parser("verify", help="check every bundle that is here by its sha256")


def run(args: argparse.Namespace) -> int:
    """Carry out one of the actions; returns the exit code."""
    if args.action == "pull":
        return _pull(list(args.names))
    return _list() if args.action == "list" else _verify()


def _list() -> int:
    from rich.console import Console
    from rich.table import Table

    from mocapbridge.tracking.model_store import ModelStore

    store = ModelStore()
    table = Table("name", "used for", "size", "licence", "where", box=None, padding=(0, 1, 0, 0))
    for name, bundle in store.manifest.bundles.items():
        size = f"{bundle.size_bytes / _MEGABYTE:.1f} MB"
        table.add_row(name, bundle.used_for, size, bundle.licence, _whereabouts(store, name))
    Console().print(table)
    print(f"cache: {store.cache}")
    if store.folder is not None:
        print(f"folder: {store.folder}")
    return 0


def _whereabouts(store: ModelStore, name: BundleName) -> str:
    try:
        present = store.find(name)
    except ModelCorrupt:
        return "corrupt: models verify"
    if present is not None:
        return f"{present.provenance}, {_made_by(present)}"
    can_be_rebuilt = bool(store.manifest.bundles[name].rebuild)
    return "not here, can be pulled" if can_be_rebuilt else "not here, official only"


def _made_by(bundle: ResolvedBundle) -> str:
    return "official" if bundle.official else "rebuilt"


def _pull(given: list[str]) -> int:
    from mocapbridge.cli.progress import model_progress
    from mocapbridge.tracking.model_store import DEFAULT_BUNDLES, ModelStore

    with model_progress() as progress:
        store = ModelStore(progress=progress)
        names: list[BundleName] = [_bundle_name(store.manifest, name) for name in given]
        outcomes = [_pull_one(store, name) for name in names or DEFAULT_BUNDLES]
    for outcome in outcomes:
        if isinstance(outcome, ModelError):
            print(f"mocapbridge: error: {outcome}", file=sys.stderr)
        else:
            size_mb = outcome.path.stat().st_size / _MEGABYTE
            print(f"{outcome.name}: {_made_by(outcome)}, {size_mb:.1f} MB, {outcome.path}")
    failed = any(isinstance(outcome, ModelError) for outcome in outcomes)
    return ModelError.exit_code if failed else 0


def _pull_one(store: ModelStore, name: BundleName) -> ResolvedBundle | ModelError:
    try:
        return store.pull(name)
    except ModelError as error:
        return error  # one missing bundle is no reason to leave out the others


def _bundle_name(manifest: Manifest, given: str) -> BundleName:
    from difflib import get_close_matches

    from mocapbridge.errors import ConfigError

    for name in manifest.bundles:
        if given in (name, manifest.bundles[name].file_name):
            return name
    nearest = get_close_matches(given, manifest.bundles, n=1)
    hint = f"; did you mean {nearest[0]}?" if nearest else ""
    raise ConfigError(f"no model bundle {given!r}; valid: {', '.join(manifest.bundles)}{hint}")


def _verify() -> int:
    from mocapbridge.tracking.model_store import ModelStore

    store = ModelStore()
    states = [_verify_one(store, name) for name in store.manifest.bundles]
    if "corrupt" in states:
        return ModelCorrupt.exit_code
    if "sound" not in states:
        print("no bundle is here yet; `mocapbridge models pull` fetches what a default run needs")
    return 0


def _verify_one(store: ModelStore, name: BundleName) -> Literal["sound", "corrupt", "absent"]:
    try:
        bundle = store.find(name)
    except ModelCorrupt as error:
        print(f"{name}: CORRUPT: {error}")
        return "corrupt"
    if bundle is None:
        return "absent"
    print(f"{name}: sound, {_made_by(bundle)}{_face_abilities(bundle)}, {bundle.path}")
    return "sound"


def _face_abilities(bundle: ResolvedBundle) -> str:
    """What depends on where the face comes from."""
    if bundle.name == "holistic_landmarker":
        return f" ({'with' if bundle.has_blendshapes else 'without'} blendshape scores)"
    if bundle.name != "face_landmarker":
        return ""
    if bundle.has_blendshapes:
        return " (face source in use: official, its own blendshape scores)"
    return " (face source in use: own, our network reads blendshapes off the landmarks)"
