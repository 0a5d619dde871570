"""The manifest: every bundle, where it comes from and which bytes are the right ones."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

import msgspec
import msgspec.yaml
from msgspec import Meta, Struct

from mocapbridge.bundled import bundled_path

BundleName: TypeAlias = Literal[
    "face_landmarker",
    "hand_landmarker",
    "pose_landmarker_lite",
    "pose_landmarker_full",
    "pose_landmarker_heavy",
    "gesture_recognizer",
    "holistic_landmarker",
]
"""The bundles, by the names of their official files."""

DEFAULT_BUNDLES: Final[tuple[BundleName, ...]] = (
    "pose_landmarker_full",
    "face_landmarker",
    "hand_landmarker",
)
"""What a run with the default configuration loads."""

Change: TypeAlias = Literal["none", "add_normalization", "merge_face_mesh", "zero_blendshapes"]
"""What is done to a network of the wheel before it becomes a member of a bundle."""

Sha256: TypeAlias = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Wheel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The wheel on the Python package index that holds the networks."""

    project: str
    version: str
    licence: str
    python_version: str
    abi: str
    platforms: tuple[str, ...]
    """Platform tags it exists for."""

    @property
    def requirement(self) -> str:
        """What pip is asked for."""
        return f"{self.project}=={self.version}"


class Network(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One TFLite file inside the wheel."""

    path: str
    size_bytes: Annotated[int, Meta(gt=0)]
    sha256: Sha256


class Member(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file inside a rebuilt bundle."""

    member: str
    network: str | None = None
    """Key of `Manifest.networks`; None for a network that is written from nothing."""
    change: Change = "none"


class Bundle(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `.task` file."""

    path: str
    """Below the official base URL."""
    size_bytes: Annotated[int, Meta(gt=0)]
    sha256: tuple[Sha256, ...]
    """Every accepted official build."""
    licence: str
    used_for: str
    instead: str | None = None
    """What a user can do without this bundle."""
    rebuild: tuple[Member, ...] = ()
    """Members of the bundle made from the wheel; empty when it cannot be made."""

    @property
    def file_name(self) -> str:
        """Name of the file in every folder."""
        return self.path.rpartition("/")[2]


class Manifest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that `models/manifest.yaml` says."""

    official_base_url: str
    wheel: Wheel
    networks: dict[str, Network]
    bundles: dict[BundleName, Bundle]

    def sources_of(self, name: BundleName) -> dict[str, str]:
        """The networks a rebuilt bundle is made of: name -> sha256."""
        members = self.bundles[name].rebuild
        keys = sorted({member.network for member in members if member.network is not None})
        return {key: self.networks[key].sha256 for key in keys}


def load_manifest() -> Manifest:
    """The manifest that travels with this version of mocapbridge."""
    return msgspec.yaml.decode(bundled_path("models/manifest.yaml").read_bytes(), type=Manifest)
