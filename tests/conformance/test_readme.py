"""What the README tells people to type is what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mocapbridge.cli.main import build_parser

_ROOT = Path(__file__).parents[2]
_README = _ROOT / "README.md"

pytestmark = pytest.mark.skipif(not _README.is_file(), reason="no README beside the tests")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", _README.read_text(encoding="utf-8"), re.DOTALL)


def test_ci_runs_the_readmes_test_command_word_for_word() -> None:
    command = next(block for block in _blocks("sh") if "pytest" in block).strip()
    assert f'test_command="{command}"' in (_ROOT / ".ci" / "run").read_text(encoding="utf-8")


def _commands() -> list[str]:
    lines = "\n".join(_blocks("sh")).splitlines()
    commands = [line.partition("#")[0].strip() for line in lines]
    return [line for line in commands if line.startswith("mocapbridge ")]


@pytest.mark.parametrize("command", _commands())
def test_every_command_is_one_that_the_command_line_takes(command: str) -> None:
    arguments = command.partition(">")[0].split()[1:]
    build_parser().parse_args(arguments)


def test_every_link_leads_somewhere() -> None:
    text = _README.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if not target.startswith("http"):
            assert (_ROOT / target).exists(), target
