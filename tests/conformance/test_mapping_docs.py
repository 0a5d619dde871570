"""What docs/mapping.md shows is what the program takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mocapbridge.config.json_schema import json_schema
from mocapbridge.config.load import load_config
from mocapbridge.retarget.files import ready_mappings
from mocapbridge.retarget.load import load_mapping
from mocapbridge.retarget.options import MappingFile

PAGE = Path(__file__).parents[2] / "docs" / "mapping.md"
pytestmark = pytest.mark.skipif(not PAGE.is_file(), reason="no documentation beside the tests")
TEXT = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
BLOCKS = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("block", [block for block in BLOCKS if "outputs:" not in block])
def test_every_example_is_a_mapping(block: str, tmp_path: Path) -> None:
    (tmp_path / "example.yaml").write_text(block, encoding="utf-8")
    load_mapping("example.yaml", tmp_path)


def test_the_example_of_a_configuration_runs_with_the_first_example(tmp_path: Path) -> None:
    (tmp_path / "my-avatar.yaml").write_text(BLOCKS[0], encoding="utf-8")
    (tmp_path / "my-run.yaml").write_text(BLOCKS[1], encoding="utf-8")
    config = load_config(tmp_path / "my-run.yaml")
    assert config.mapping == str(tmp_path / "my-avatar.yaml")


def test_every_key_and_every_shipped_mapping_is_described() -> None:
    for definition in json_schema(MappingFile)["$defs"].values():
        for key in definition["properties"]:
            assert f"`{key}`" in TEXT, key
    for name in ready_mappings():
        assert f"`{name}`" in TEXT, name
