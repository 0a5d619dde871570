from __future__ import annotations

from pathlib import Path

import pytest

from mocapbridge.cli.main import main
from mocapbridge.retarget.files import ready_mappings
from tests.mapping_files import write_mapping


def test_list_names_and_describes_every_shipped_mapping(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["map", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(ready_mappings())
    assert all(line.endswith(".") and len(line.split()) > 3 for line in lines)


def test_check_says_good_or_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["map", "check", write_mapping(tmp_path, "extends: [arkit, mixamo]")]) == 0
    assert "good, 52 shapes and 52 joints" in capsys.readouterr().out
    assert main(["map", "check", write_mapping(tmp_path, "shapes: {A: jawOpn}")]) == 2
    assert "mine.yaml:1:10" in capsys.readouterr().err
    assert main(["map", "check", "arkitt"]) == 2
    assert "did you mean 'arkit'?" in capsys.readouterr().err


def test_show_prints_what_each_target_of_each_output_receives(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "150")
    text = """
        shapes:
          Smile: {from: [mouthSmileLeft, mouthSmileRight], combine: max, curve: 2, gain: 1.5}
          Turn: {from: head.yaw, when: confidence.face > 0.5, otherwise: hold, clamp: [-1, 1]}
        joints:
          Hip: {from: hips, turn: {x: jawOpen}}
    """
    mapping = write_mapping(tmp_path, text)
    config = tmp_path / "run.yaml"
    config.write_text(
        "outputs:\n- {type: osc, mapping: mine.yaml}\n- {type: vmc}\n"
        "- {type: link, enabled: false}",
        encoding="utf-8",
    )
    assert main(["map", "show", str(config)]) == 0
    shown = capsys.readouterr().out
    assert "max of mouthSmileLeft, mouthSmileRight" in shown
    assert "power 2, times 1.5" in shown
    assert "within -1 to 1, while confidence.face > 0.5, else held" in shown
    assert "Hip, turned about x" in shown
    assert "outputs[1], vmc: no mapping" in shown
    assert "outputs[2], link: switched off" in shown
    assert main(["map", "show", mapping]) == 0
    assert "Smile" in capsys.readouterr().out


def test_schema_is_printed(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["map", "schema"]) == 0
    assert b"MappingFile" in capsysbinary.readouterr().out
