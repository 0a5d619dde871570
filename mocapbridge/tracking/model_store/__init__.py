"""Model bundles: found, fetched, rebuilt, and verified before every use."""

from mocapbridge.tracking.model_store.fetcher import Progress
from mocapbridge.tracking.model_store.manifest import (
    DEFAULT_BUNDLES,
    Bundle,
    BundleName,
    Manifest,
    load_manifest,
)
from mocapbridge.tracking.model_store.store import ModelStore, ResolvedBundle

__all__ = [
    "DEFAULT_BUNDLES",
    "Bundle",
    "BundleName",
    "Manifest",
    "ModelStore",
    "Progress",
    "ResolvedBundle",
    "load_manifest",
]
