"""A built wheel, installed without the clone, carries all it needs and runs the demo."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.wheel,
    pytest.mark.thorough,
    pytest.mark.models,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not (_ROOT / "pyproject.toml").is_file(), reason="no clone to build from"),
]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the built package and nothing of the clone."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "-w", folder, _ROOT], check=True, timeout=200)
    (wheel,) = folder.glob("mocapbridge-*.whl")
    target = folder / "installed"
    subprocess.run(
        [*pip, "install", "--no-deps", "--target", target, wheel], check=True, timeout=100
    )
    return target


def _run(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "PYTHONPATH": str(installed),
        "PYTHONIOENCODING": "utf-8",
        "XDG_DOCUMENTS_DIR": str(installed.parent),  # where takes go by default, on Linux
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=installed.parent,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=150,
        check=False,
    )


def test_it_is_the_installed_package_that_runs(installed: Path) -> None:
    done = _run(installed, "-c", "import mocapbridge; print(mocapbridge.__file__)")
    assert Path(done.stdout.strip()).is_relative_to(installed)


def test_ready_configurations_travel_with_it(installed: Path) -> None:
    for name in ("default", "face-webcam", "full-body"):
        done = _run(installed, "-m", "mocapbridge", "config", "show", name)
        assert done.returncode == 0, done.stderr
        assert "source:" in done.stdout


def test_mappings_travel_with_it(installed: Path) -> None:
    done = _run(installed, "-m", "mocapbridge", "map", "check", "metahuman")
    assert done.returncode == 0, done.stderr
    assert "good, 52 shapes and 58 joints" in done.stdout


def test_the_demo_runs_from_it(installed: Path, tmp_path: Path) -> None:
    stats_path = tmp_path / "stats.json"
    done = _run(
        installed,
        *("-m", "mocapbridge", "demo", "--headless", "--for", "3s"),
        *("--stats-json", str(stats_path)),
    )
    assert done.returncode == 0, done.stderr
    stats = json.loads(stats_path.read_text(encoding="utf-8"))
    assert stats["processed"] > 0
    assert stats["captured"] == stats["processed"] + stats["skipped"]
    Path(stats["take"]["path"]).unlink()
