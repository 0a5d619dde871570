from __future__ import annotations

from pathlib import Path

import pytest

from mocapbridge.config.paths import find_config, ready_configs
from mocapbridge.errors import ConfigError


def test_a_bare_name_is_a_ready_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_config("default") == find_config("default.yaml") == ready_configs()["default"]
    assert find_config("default").is_file()


def test_a_file_comes_before_a_ready_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("default").write_text("subject: mine\n")
    assert find_config("default") == Path("default")


@pytest.mark.parametrize("name", ["", "nope.yaml", "~no-such-user/x.yaml", "a\0b", "../default"])
def test_other_names_are_refused_with_the_choices(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=r"default, face-webcam, full-body|this is a folder"):
        find_config(name)


def test_a_misspelt_name_is_guessed() -> None:
    with pytest.raises(ConfigError, match="did you mean 'full-body'"):
        find_config("ful-body.yaml")
