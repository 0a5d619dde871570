"""Everything that is shipped about configurations agrees with the types."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mocapbridge.bundled import bundled_path
from mocapbridge.config.json_schema import json_schema, schema_text
from mocapbridge.config.load import load_config
from mocapbridge.config.paths import ready_configs
from mocapbridge.config.schema import RunConfig

CONFIGS = ready_configs()


def test_the_ready_configurations_are_there() -> None:
    assert {"default", "face-webcam", "full-body"} <= set(CONFIGS)


@pytest.mark.parametrize("name", CONFIGS)
def test_every_ready_configuration_can_be_run(name: str) -> None:
    load_config(CONFIGS[name])


def test_default_yaml_is_what_no_configuration_means() -> None:
    assert load_config(CONFIGS["default"]) == RunConfig()


@pytest.mark.parametrize("name", CONFIGS)
def test_keys_that_are_commented_out_are_right_too(name: str, tmp_path: Path) -> None:
    text = CONFIGS[name].read_text(encoding="utf-8")
    switched_on = re.sub(r"^( +)# (\w+: \S)", r"\1\2", text, flags=re.MULTILINE)
    path = tmp_path / "switched_on.yaml"
    path.write_text(switched_on, encoding="utf-8")
    load_config(path)


@pytest.mark.parametrize("name", CONFIGS)
def test_editors_find_the_schema(name: str) -> None:
    first_line = CONFIGS[name].read_text(encoding="utf-8").splitlines()[0]
    assert first_line == "# yaml-language-server: $schema=schema.json"


def test_the_shipped_schema_is_current() -> None:
    shipped = bundled_path("configs/schema.json").read_text(encoding="utf-8")
    assert shipped == schema_text(), "run: mocapbridge config schema > configs/schema.json"


def test_every_key_is_documented_with_its_default() -> None:
    text = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in row.split("|")]
        for row in re.findall(r"^\| (`.*) \|$", text, re.MULTILINE)
    ]
    documented = {
        (key, row[2].strip("`")) for row in rows for key in re.findall(r"`(\w+)`", row[0])
    }
    keys = {key for key, _ in documented}
    for section, definition in json_schema()["$defs"].items():
        for key, schema in definition["properties"].items():
            if key == "type":
                continue
            assert key in keys, f"{section}.{key}"
            default = schema.get("default")
            if default is not None and default != {} and key not in ("loop", "pace"):
                text = default if isinstance(default, str) else json.dumps(default)
                assert (key, text) in documented, f"{section}.{key}: {text}"
