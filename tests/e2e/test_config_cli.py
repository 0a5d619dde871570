"""``mocapbridge config`` as a user runs it: a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import mocapbridge


def _run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    python_path = os.pathsep.join(
        [str(Path(mocapbridge.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    )
    return subprocess.run(
        [sys.executable, "-m", "mocapbridge", "config", *arguments],
        capture_output=True,
        check=False,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": python_path},
        timeout=60,
    )


def test_a_good_file_is_one_line_and_exit_code_0(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text("subject: Zoë\n", encoding="utf-8")
    result = _run("check", "my.yaml", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == [b"my.yaml:", b"good"]
    assert result.stderr == b""


def test_a_bad_file_is_a_line_for_each_problem_and_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text(
        "subject: Anna\nsource:\n  type: camera\n  fps: fast\nfilterz:\n  preset: crisp\n"
    )
    result = _run("check", "my.yaml", cwd=tmp_path)
    assert result.returncode == 2
    assert result.stdout == b""
    first, second = result.stderr.decode().splitlines()
    assert first == "source.fps: expected a number > 0 or null, got 'fast' (my.yaml:4:8)"
    assert second.startswith("filterz: unknown key; did you mean 'filters'? valid: ")
    assert second.endswith("(my.yaml:5:1)")


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\xfd", b"[" * 100_000, b"a: !!python/name:os.system ''"]
)
def test_hostile_files_are_one_line_and_exit_code_2(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_bytes(content)
    result = _run("check", "my.yaml", cwd=tmp_path)
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert b"Traceback" not in result.stderr


def test_a_missing_file_names_the_ready_ones(tmp_path: Path) -> None:
    for command in ("check", "show"):
        result = _run(command, "defualt", cwd=tmp_path)
        assert result.returncode == 2
        assert b"did you mean 'default'?" in result.stderr
        assert len(result.stderr.splitlines()) == 1


def test_what_is_shown_can_be_used_and_means_the_same(tmp_path: Path) -> None:
    shown = _run("show", "face-webcam", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    (tmp_path / "shown.yaml").write_bytes(shown.stdout)
    again = _run("show", "shown.yaml", cwd=tmp_path)
    assert again.stdout == shown.stdout
    assert b"preset: crisp" in shown.stdout
    assert b"hold_s: 0.3" in shown.stdout  # a default
    # PowerShell's `>` saves UTF-16.
    (tmp_path / "powershell.yaml").write_bytes(shown.stdout.decode().encode("utf-16"))
    assert _run("check", "powershell.yaml", cwd=tmp_path).returncode == 0


def test_all_defaults_are_shown_without_a_file(tmp_path: Path) -> None:
    result = _run("show", cwd=tmp_path)
    assert result.returncode == 0
    assert result.stdout == _run("show", "default", cwd=tmp_path).stdout


def test_the_schema_is_json(tmp_path: Path) -> None:
    result = _run("schema", cwd=tmp_path)
    assert result.returncode == 0
    assert "RunConfig" in json.loads(result.stdout)["$defs"]


def test_help_is_printed_without_a_command(tmp_path: Path) -> None:
    result = _run(cwd=tmp_path)
    assert result.returncode == 0
    assert b"check" in result.stdout
