from __future__ import annotations

from pathlib import Path

import pytest

from mocapbridge.cli.main import build_parser
from mocapbridge.errors import ConfigError, PerformerUnseen
from mocapbridge.solve.profile import load_profile


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mocapbridge.solve.profile.profiles_folder", lambda: tmp_path)


def calibrate(*flags: str) -> int:
    arguments = build_parser().parse_args(["calibrate", *flags])
    return int(arguments.run(arguments))


def test_a_profile_is_made_and_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert calibrate("--source", "synthetic", "--name", "anna", "--height", "168cm") == 0
    assert load_profile("anna").height_m == pytest.approx(1.68, abs=1e-3)
    told = capsys.readouterr().out
    assert "height 1.68 m" in told
    assert str(tmp_path / "anna.yaml") in told
    assert "--profile anna" in told


def test_footage_without_a_still_performer_says_what_to_do(tmp_path: Path) -> None:
    config = tmp_path / "short.yaml"
    config.write_text("source: {type: synthetic, frames: 5, pace: fast}\n"
                      "tracking: {backend: synthetic}\n")  # fmt: skip
    with pytest.raises(PerformerUnseen, match="keep still"):
        calibrate("--config", str(config))
    assert not (tmp_path / "performer.yaml").exists()


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--name", "../up"], "cannot be called"),
        (["--no-body"], "add --face"),
        (["--distance", "3"], "needs --height"),
    ],
)
def test_flags_that_cannot_be_meant(flags: list[str], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        calibrate(*flags)


@pytest.mark.parametrize("height", ["9", "0.1", "tall", "nan"])
def test_heights_nobody_has_are_refused(height: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        calibrate("--height", height)
    assert ended.value.code == 2
    assert "1.75" in capsys.readouterr().err
