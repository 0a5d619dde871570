"""The manifest as it travels with the program."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from mocapbridge import bundled
from mocapbridge.tracking.model_store import DEFAULT_BUNDLES, BundleName, load_manifest
from mocapbridge.tracking.model_store.face_mesh import load_attention_mesh_map, merge_table


def test_every_bundle_name_is_in_the_manifest() -> None:
    manifest = load_manifest()
    assert set(manifest.bundles) == set(get_args(BundleName))
    for name, bundle in manifest.bundles.items():
        assert bundle.file_name == f"{name}.task"
    assert manifest.official_base_url.startswith("https://")


def test_a_bundle_can_be_rebuilt_or_the_manifest_says_what_to_do_instead() -> None:
    manifest = load_manifest()
    for bundle in manifest.bundles.values():
        assert bool(bundle.rebuild) != bool(bundle.instead)
        for member in bundle.rebuild:
            assert (member.network is None) == (member.change == "zero_blendshapes")
            assert member.network is None or member.network in manifest.networks


def test_a_default_run_needs_no_official_address() -> None:
    manifest = load_manifest()
    assert all(manifest.bundles[name].rebuild for name in DEFAULT_BUNDLES)


def test_refined_points_replace_those_of_the_mesh() -> None:
    mesh_map = load_attention_mesh_map()
    assert [len(landmarks) for landmarks in mesh_map.maps] == [80, 71, 71, 5, 5]
    table = merge_table(mesh_map).reshape(478, 3)
    assert table.max() == 1404 + 160 + 142 + 142 + 10 + 10 - 1
    plain = sorted(set(range(468)) - {point for group in mesh_map.maps for point in group})
    assert np.array_equal(table[plain], np.arange(1404).reshape(468, 3)[plain])
    assert np.array_equal(table[:468, 2], np.arange(2, 1404, 3))


def test_bundled_files_come_from_the_wheel_when_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "mocapbridge"
    (package / "_bundled" / "models").mkdir(parents=True)
    (package / "_bundled" / "models" / "manifest.yaml").write_text("installed")
    (tmp_path / "configs").mkdir()
    monkeypatch.setattr(bundled, "_PACKAGE", package)
    assert bundled.bundled_path("models/manifest.yaml").read_text() == "installed"
    with pytest.raises(FileNotFoundError, match="configs"):
        bundled.bundled_path("configs")


def test_bundled_files_come_from_the_clone_otherwise() -> None:
    root = Path(bundled.__file__).parent.parent
    assert bundled.bundled_path("samples") == root / "samples"
