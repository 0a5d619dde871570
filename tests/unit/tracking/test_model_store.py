"""Where bundles come from, in which order, and that nothing unverified is ever handed out."""

from __future__ import annotations

import logging
import subprocess
import sys
import textwrap
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from mocapbridge.errors import ConfigError, ModelCorrupt, ModelMissing
from mocapbridge.tracking.model_store import ModelStore
from mocapbridge.tracking.model_store.verification import record_path
from tests.model_bundles import (
    FACE_BUNDLE,
    NETWORKS,
    Handler,
    answer_with,
    http_host,
    small_manifest,
    write_wheel,
    zip_of,
)

FACE = "face_landmarker.task"
HANDS = "hand_landmarker.task"


@pytest.fixture(autouse=True)
def no_folder_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOCAPBRIDGE_MODELS", raising=False)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "models"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place where pip looks, empty at first."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "no pip.conf"))
    return folder


def folder_with(path: Path, content: bytes = FACE_BUNDLE, name: str = FACE) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    (path / name).write_bytes(content)
    return path


def files_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {".lock"}


def blocked(cache: Path, folder: Path | None = None) -> ModelStore:
    return ModelStore(folder, cache=cache, manifest=small_manifest())


def test_the_users_folder_comes_first(tmp_path: Path, cache: Path) -> None:
    folder_with(cache)
    bundle = blocked(cache, folder_with(tmp_path / "mine")).bundle_path("face_landmarker")
    assert (bundle.provenance, bundle.official) == ("folder", True)
    assert bundle.path == tmp_path / "mine" / FACE
    assert bundle.has_blendshapes
    assert bundle.has_face_geometry


def test_the_folder_can_be_named_by_the_environment(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOCAPBRIDGE_MODELS", str(folder_with(tmp_path / "mine")))
    assert blocked(cache).bundle_path("face_landmarker").provenance == "folder"
    other = folder_with(tmp_path / "other")
    assert blocked(cache, other).bundle_path("face_landmarker").path == other / FACE


def test_a_folder_may_hold_only_some(tmp_path: Path, cache: Path) -> None:
    folder_with(cache)
    (tmp_path / "mine").mkdir()
    store = blocked(cache, tmp_path / "mine")
    assert store.bundle_path("face_landmarker").provenance == "cache"


def test_a_folder_that_is_not_there_is_said_at_once(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError, match=r"tracking\.models_folder"):
        blocked(cache, tmp_path / "nowhere")
    monkeypatch.setenv("MOCAPBRIDGE_MODELS", str(tmp_path / "nowhere"))
    with pytest.raises(ConfigError, match="MOCAPBRIDGE_MODELS"):
        blocked(cache)


def test_wrong_bytes_in_the_users_folder_are_refused(tmp_path: Path, cache: Path) -> None:
    folder_with(cache)
    folder = folder_with(tmp_path / "mine", FACE_BUNDLE + b"\0")
    with pytest.raises(ModelCorrupt, match=FACE):
        blocked(cache, folder).bundle_path("face_landmarker")
    assert (folder / FACE).read_bytes() == FACE_BUNDLE + b"\0"


def test_official_bytes_go_into_the_cache(cache: Path) -> None:
    steps: list[tuple[str, int, int | None]] = []
    with http_host(answer_with(FACE_BUNDLE)) as (url, asked):
        manifest = small_manifest(url)
        store = ModelStore(
            cache=cache,
            manifest=manifest,
            progress=lambda what, done, total: steps.append((what, done, total)),
        )
        assert store.bundle_path("face_landmarker").provenance == "official"
        assert store.bundle_path("face_landmarker").provenance == "cache"
        assert ModelStore(cache=cache, manifest=manifest).find("face_landmarker")
    assert asked == [f"/{manifest.bundles['face_landmarker'].path}"]
    assert files_in(cache) == {FACE}
    assert steps[-1] == ("face_landmarker", len(FACE_BUNDLE), len(FACE_BUNDLE))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (answer_with(FACE_BUNDLE[:-1] + b"x"), "are not the bundle"),
        (answer_with(FACE_BUNDLE, announced=len(FACE_BUNDLE) + 9), "the connection"),
        (answer_with(FACE_BUNDLE * 3), "far more bytes"),
        (answer_with(b"gone", status=404), "HTTP 404"),
    ],
)
def test_nothing_else_from_the_official_address_is_kept(
    cache: Path, answer: Handler, reason: str
) -> None:
    with http_host(answer) as (url, _):
        store = ModelStore(cache=cache, manifest=small_manifest(url))
        with pytest.raises(ModelMissing, match=reason) as caught:
            store.bundle_path("face_landmarker")
    message = str(caught.value)
    assert "\n" not in message
    for way in ("official address", "leave the face out", "MOCAPBRIDGE_MODELS", FACE):
        assert way in message
    assert files_in(cache) == set()
    assert store.find("face_landmarker") is None


def test_damage_in_the_cache_is_mended(cache: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder_with(cache, FACE_BUNDLE[:1000])
    with http_host(answer_with(FACE_BUNDLE)) as (url, _):
        store = ModelStore(cache=cache, manifest=small_manifest(url))
        with pytest.raises(ModelCorrupt, match="models pull face_landmarker"):
            store.find("face_landmarker")
        with caplog.at_level(logging.WARNING):
            assert store.bundle_path("face_landmarker").provenance == "official"
    assert len(caplog.records) == 1
    assert (cache / FACE).read_bytes() == FACE_BUNDLE


def test_damage_that_cannot_be_mended_is_never_handed_out(cache: Path) -> None:
    folder_with(cache, FACE_BUNDLE[:1000])
    with pytest.raises(ModelMissing):
        blocked(cache).bundle_path("face_landmarker")


def test_a_blocked_host_leads_to_a_rebuild(cache: Path, index: Path) -> None:
    write_wheel(index)
    bundle = blocked(cache).bundle_path("hand_landmarker")
    assert (bundle.provenance, bundle.official) == ("rebuilt", False)
    assert not bundle.has_blendshapes
    assert files_in(cache) == {HANDS, f"{HANDS}.json"}
    again = blocked(cache).bundle_path("hand_landmarker")
    assert (again.provenance, again.official) == ("cache", False)


def test_a_rebuilt_bundle_can_be_copied_to_another_machine(
    tmp_path: Path, cache: Path, index: Path
) -> None:
    write_wheel(index)
    built = blocked(cache).bundle_path("hand_landmarker").path
    folder = folder_with(tmp_path / "mine", built.read_bytes(), HANDS)
    with pytest.raises(ModelCorrupt, match="neither the official bundle nor one of ours"):
        blocked(tmp_path / "other cache", folder).bundle_path("hand_landmarker")
    record_path(folder / HANDS).write_bytes(record_path(built).read_bytes())
    store = blocked(tmp_path / "other cache", folder)
    assert store.bundle_path("hand_landmarker").provenance == "folder"


@pytest.mark.parametrize(
    "change",
    [
        "bytes",
        *(
            pytest.param(what, marks=pytest.mark.thorough)
            for what in ("sources", "recipe", "garbage")
        ),
    ],
)
def test_a_rebuilt_bundle_that_does_not_match_its_record_is_built_anew(
    cache: Path, index: Path, change: str
) -> None:
    write_wheel(index)
    built = blocked(cache).bundle_path("hand_landmarker").path
    sound = built.read_bytes()
    record = msgspec.json.decode(record_path(built).read_bytes(), type=dict[str, object])
    if change == "bytes":
        built.write_bytes(sound[:-1] + b"x")
    elif change == "garbage":
        record_path(built).write_bytes(b"\xff{")
    else:
        record[change] = {"hand_landmark_full": "0" * 64} if change == "sources" else -1
        record_path(built).write_bytes(msgspec.json.encode(record))
    with pytest.raises(ModelCorrupt):
        blocked(cache).find("hand_landmarker")
    assert blocked(cache).bundle_path("hand_landmarker").provenance == "rebuilt"
    assert built.read_bytes() == sound


@pytest.mark.parametrize(
    ("networks", "reason"),
    [
        ({**NETWORKS, "palm_detection_full": b"evil" * 500}, "not the pinned one"),
        ({**NETWORKS, "palm_detection_full": b"palm" * 501}, "does not have 2000 bytes"),
        ({"palm_detection_full": NETWORKS["palm_detection_full"]}, "is missing"),
    ],
)
def test_a_wheel_with_other_networks_is_refused(
    cache: Path, index: Path, networks: dict[str, bytes], reason: str
) -> None:
    write_wheel(index, networks)
    with pytest.raises(ModelMissing, match=reason):
        blocked(cache).bundle_path("hand_landmarker")
    assert files_in(cache) == set()


def test_no_network_at_all_names_the_ways_out(cache: Path, index: Path) -> None:
    assert not files_in(index)
    with pytest.raises(ModelMissing) as caught:
        blocked(cache).bundle_path("hand_landmarker")
    message = str(caught.value)
    assert "\n" not in message
    for part in ("mediapipe==0.10.21", "PIP_INDEX_URL", "MOCAPBRIDGE_MODELS", HANDS):
        assert part in message
    assert files_in(cache) == set()


def test_settings_for_installing_do_not_stop_the_wheel(
    tmp_path: Path, cache: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_wheel(index)
    (tmp_path / "constraints.txt").write_text("mediapipe>=1.2\n")
    monkeypatch.setenv("PIP_CONSTRAINT", str(tmp_path / "constraints.txt"))
    monkeypatch.setenv("PIP_REQUIRE_VIRTUALENV", "1")
    assert blocked(cache).bundle_path("hand_landmarker").provenance == "rebuilt"


def test_pull_prefers_the_official_bundle_once_it_can_be_had(cache: Path, index: Path) -> None:
    write_wheel(index)
    official = zip_of({"hand_detector.tflite": b"official"})
    built = blocked(cache).bundle_path("hand_landmarker").path.read_bytes()
    assert blocked(cache).pull("hand_landmarker").path.read_bytes() == built
    with http_host(answer_with(official)) as (url, _):
        manifest = small_manifest(url)
        store = ModelStore(cache=cache, manifest=manifest)
        assert store.pull("hand_landmarker").path.read_bytes() == built  # other bytes: refused
        bundle = manifest.bundles["hand_landmarker"]
        pinned = msgspec.structs.replace(bundle, sha256=(sha256(official).hexdigest(),))
        bundles = {**manifest.bundles, "hand_landmarker": pinned}
        manifest = msgspec.structs.replace(manifest, bundles=bundles)
        assert ModelStore(cache=cache, manifest=manifest).pull("hand_landmarker").official
    assert files_in(cache) == {HANDS}


def test_what_a_killed_process_left_is_cleared(cache: Path) -> None:
    folder_with(cache, b"half a bundle", f".{FACE}.abc.part")
    folder_with(cache / ".wheel.abc.part", b"half a wheel", "mediapipe.whl")
    with http_host(answer_with(FACE_BUNDLE)) as (url, _):
        ModelStore(cache=cache, manifest=small_manifest(url)).bundle_path("face_landmarker")
    assert files_in(cache) == {FACE}


def test_a_cache_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"a file where the folder should be")
    with pytest.raises(ModelMissing, match="cannot be stored"):
        blocked(tmp_path / "cache").bundle_path("face_landmarker")


def test_processes_that_start_together_fetch_once(cache: Path) -> None:
    program = textwrap.dedent("""
        import sys
        from pathlib import Path
        from mocapbridge.tracking.model_store import ModelStore
        from tests.model_bundles import small_manifest
        store = ModelStore(cache=Path(sys.argv[1]), manifest=small_manifest(sys.argv[2]))
        print(store.bundle_path("face_landmarker").provenance)
    """)
    with http_host(answer_with(FACE_BUNDLE)) as (url, asked):
        command = [sys.executable, "-c", program, str(cache), url]
        processes = [
            subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") for _ in range(3)
        ]
        outputs = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert sorted(outputs) == ["cache", "cache", "official"]
    assert len(asked) == 1
