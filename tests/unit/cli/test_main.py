from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from mocapbridge import __version__
from mocapbridge.cli import run as run_command
from mocapbridge.cli.main import main
from mocapbridge.errors import MocapBridgeError, SourceUnavailable

ROOT = Path(__file__).resolve().parents[3]
HEAVY = {"numpy", "cv2", "mediapipe", "zmq", "scipy", "pythonosc", "msgspec", "yaml", "rich"}


def test_help_and_parsing_import_nothing_heavy() -> None:
    code = (
        "import sys; from mocapbridge.cli.main import build_parser; "
        "build_parser().format_help(); "
        "build_parser().parse_args(['run', '--for', '3s']); "
        "print(*sorted(name for name in sys.modules if '.' not in name))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not HEAVY & set(done.stdout.split())


def test_alone_it_prints_help_with_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    printed = capsys.readouterr().out
    documented = {0, 1, 130} | {leaf.exit_code for leaf in _leaves(MocapBridgeError)}
    for code in documented:
        assert f"  {code} " in printed
    for command in ("run", "demo", "devices", "models", "config", "doctor"):
        assert f"    {command} " in printed


def _leaves(kind: type[MocapBridgeError]) -> list[type[MocapBridgeError]]:
    below = kind.__subclasses__()
    return [leaf for child in below for leaf in _leaves(child)] if below else [kind]


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"mocapbridge {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["fly"], "invalid choice: 'fly'"),
        (["run", "--spruce"], "--spruce"),
        (["run", "--for", "soon"], "expected a time such as 10s"),
        (["run", "--pace", "slow"], "'slow'"),
        (["run", "--sour", "0"], "--sour"),
        (["demo", "--clip", "long"], "'long'"),
    ],
)
def test_a_wrong_command_line_gets_one_line_and_exit_code_2(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    printed = capsys.readouterr().err
    assert printed.startswith("mocapbridge: error: ")
    assert printed.count("\n") == 1
    assert told in printed


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (SourceUnavailable("no camera 3"), 3, "mocapbridge: error: no camera 3\n"),
        (KeyboardInterrupt(), 130, "mocapbridge: error: interrupted\n"),
        (ValueError("odd\nthing"), 1, "unexpected ValueError: odd thing; this is a bug"),
    ],
)
@pytest.mark.parametrize("debug", [False, True])
def test_errors_become_one_line_and_a_traceback_only_with_debug(
    error: BaseException,
    code: int,
    told: str,
    debug: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_arguments: object) -> int:
        raise error

    monkeypatch.setattr(run_command, "run", fail)
    assert main(["run", "--debug"] if debug else ["run"]) == code
    printed = capsys.readouterr().err
    assert told in printed
    traced = debug and not isinstance(error, KeyboardInterrupt)
    assert ("Traceback" in printed) == traced
    if not traced:
        assert printed.count("\n") == 1


@pytest.mark.parametrize("arguments", [["--debug", "run"], ["run", "--debug"]])
def test_debug_is_understood_on_both_sides_of_the_command(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = list[bool]()

    def note(parsed: argparse.Namespace) -> int:
        seen.append(parsed.debug)
        return 0

    monkeypatch.setattr(run_command, "run", note)
    assert main(arguments) == 0
    assert seen == [True]
