from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from mocapbridge.config.load import checked, load_config, parse_config
from mocapbridge.config.schema import RunConfig
from mocapbridge.errors import ConfigError
from mocapbridge.outputs.options import LinkOptions, OscOptions, VrchatOptions, ZmqOptions
from mocapbridge.sources.options import CameraOptions, ImagesOptions, VideoOptions


def _load(text: str) -> RunConfig:
    return parse_config(text.encode(), "x.yaml", Path("/base"))


def _lines(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        _load(text)
    return str(caught.value).splitlines()


def test_nothing_means_every_default() -> None:
    assert _load("") == RunConfig()
    assert _load("# nothing\n") == RunConfig()


def test_keys_replace_defaults_and_leave_the_others() -> None:
    config = _load(
        "subject: Anna\nsource: {type: camera, device: 2, crop: [0, 0, 640, 480]}\n"
        "filters: {preset: crisp, body: {beta: 0}}\noutputs: [{type: link, port: 7000}]\n"
    )
    assert config.subject == "Anna"
    assert config.source == CameraOptions(device=2, crop=(0, 0, 640, 480))
    assert config.filters.body.beta == 0
    assert config.filters.loss == RunConfig().filters.loss
    assert config.outputs == (LinkOptions(port=7000),)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("subjekt: x", "subjekt: unknown key; did you mean 'subject'? valid: control, .* (1:1)"),
        ("xyz: 1", "xyz: unknown key; valid: control, .* (1:1)"),
        ("preset: smooth", "preset: unknown key here; did you mean filters.preset? .* (1:1)"),
        ("source: {type: camera, fps: fast}", "source.fps: expected a number > 0 or null, got"),
        ("source: {type: camera, fps: 0}", "source.fps: expected a number > 0 or null, got 0 (1:2"),
        ("source: {type: camera, fps: '30'}", "source.fps: expected a number .* got '30' (1:29)"),
        ("source: {type: camera, path: a}", "source.path: not for type camera, only for video, im"),
        ("source: {device: 0}", "source.type: missing, it says of what kind: camera, images, .*"),
        ("source: {type: vidio}", "source.type: expected one of camera, .*; did you mean 'video'?"),
        ("source: {type: [camera]}", "source.type: expected one of .*, got a list (1:16)"),
        ("source: {type: 3}", "source.type: expected one of .*, got 3 (1:16)"),
        ("source: {type: video}", "source.path: missing, it must be given: text (1:9)"),
        ("source: clip.mp4", "source: expected a section with type: camera, .*, got 'clip.mp4'"),
        ("source:", "source: expected a section .*, got nothing; give a value or remove the line"),
        ("source: {type: camera, rotate: 45}", "source.rotate: expected one of 0, 90, 180, 270, g"),
        ("source: {type: camera, mirror: on}", ".*expected true or false, got 'on'; yes, no, on"),
        ("source: {type: camera, mirror: 1}", "source.mirror: expected true or false, got 1 "),
        ("source: {type: camera, width: 640.0}", "source.width: expected a whole number >= 1 or "),
        ("source: {type: camera, crop: [0, 0, 9]}", "source.crop: expected a list of 4, got 3 "),
        ("source: {type: camera, crop: [0, 0, a, 9]}", "source.crop[2]: expected a whole number"),
        ("source: {type: camera, crop: 5}", "source.crop: expected a list of 4 or null, got 5 "),
        ("subject: 007", "subject: expected text of 1 to 64 characters, got 007; put it in quotes"),
        ("subject: ''", "subject: expected text of 1 to 64 characters, got '' (1:10)"),
        ("subject: {a: 1}", "subject: expected text of 1 to 64 characters, got a section (1:10)"),
        ("filters: {preset: smoth}", "filters.preset: expected one of crisp, .*mean 'smooth'? (1:"),
        ("filters: []", "filters: expected a section with keys of its own, got a list (1:10)"),
        ("outputs: {type: osc}", "outputs: expected a list, each item .*, got a section (1:10)"),
        ("outputs: [{type: osc, port: 70000}]", "outputs[0].port: expected a whole number from 1"),
        ("outputs: [{type: osc, prefix: x y}]", "outputs[0].prefix: expected text of the form "),
        ("version: 2", "version: expected one of 1, got 2 (1:10)"),
        ("version: true", "version: expected one of 1, got true (1:10)"),
        ("- 1", "a configuration consists of keys, for example `subject: Anna` (1)"),
    ],
)
def test_a_wrong_key_or_type_is_explained(text: str, line: str) -> None:
    (told,) = _lines(text)
    pattern = re.escape(line).replace(r"\.\*", ".*").replace(r"\(1", r"\(x\.yaml:1")
    assert re.match(pattern, told), told
    assert re.search(r"\(x\.yaml:1(:\d+)?\)$", told)


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    told = _lines("filters:\n  presett: x\nsource: {type: camera, fps: x}\nsubjct: 1\n")
    assert [line.partition(":")[0] for line in told] == [
        "filters.presett",
        "source.fps",
        "subjct",
    ]


def test_a_flood_of_problems_is_cut() -> None:
    told = _lines("\n".join(f"k{number}: 1" for number in range(500)))
    assert len(told) == 21
    assert told[-1] == "and 480 more"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "source: {type: video, path: a, start_s: 5, end_s: 5}",
            r"source\.end_s: the end \(5 s\) must lie after start_s \(5 s\) \(x\.yaml:1:44\)",
        ),
        ("source: {type: video, path: ' '}", r"source\.path: expected the name of a file"),
        ('source: {type: images, path: "a\\new"}', r"source\.path: .*single quotes"),
        ("record: {folder: ''}", r"record\.folder: expected the name of a file or folder"),
        ("record: {slate: ../x}", r"record\.slate: '\.\./x' cannot name a take; valid: "),
        ("record: {slate: con}", r"record\.slate: 'con' cannot name a take; Windows"),
        ("subject: 'a\tb'", r"subject: expected printable characters"),
        ("subject: ' a'", r"subject: expected printable characters"),
        ("tracking: {body: false, face: false, hands: false}", r"tracking: body, face and hands"),
        ("tracking: {hands: false, gestures: true}", r"tracking\.gestures: gestures need hands"),
        ("tracking: {body: false, segmentation_mask: true}", r"tracking\.segmentation_mask: "),
        ("tracking: {synthetic_delay_s: 1}", r"tracking\.synthetic_delay_s: only for"),
        ("source: {type: synthetic}", r"tracking\.backend: a synthetic source has no pictures"),
        (
            "{source: {type: synthetic, live: true, pace: fast}, tracking: {backend: synthetic}}",
            r"source\.pace: a live source needs pace native",
        ),
        ("solve: {occlusion: {hidden_below: 0.9}}", r"solve\.occlusion\.hidden_below: expected at"),
        (
            "solve: {joint_limits: [{joint: leftUperArm}]}",
            r"solve\.joint_limits\[0\]\.joint: .*do you mean leftUpperArm\?",
        ),
        (
            "solve: {joint_limits: [{joint: head, y_deg: [40, -40]}]}",
            r"solve\.joint_limits\[0\]\.y_deg: expected the lowest angle first",
        ),
        ("outputs: [{type: zmq, bind: 'tcp://127.0.0.1'}]", r"outputs\[0\]\.bind: expected tcp:"),
        (
            "outputs: [{type: osc, port: 9}, {type: link, port: 9}]",
            r"outputs\[1\]\.port: outputs\[0\] has this address, too",
        ),
        (
            "outputs: [{type: osc}, {type: vrchat}, {type: vrchat}]",
            r"outputs\[2\]\.port: outputs\[1\] has this address, too",
        ),
        (
            "outputs: [{type: vrchat}, {type: vmc, port: 9000}]",
            r"outputs\[1\]\.port: outputs\[0\] has this address, too",
        ),
        ("outputs: [{type: zmq}, {type: zmq}]", r"outputs\[1\]\.bind: outputs\[0\] has this"),
        (
            "outputs: [{type: osc, name: a}, {type: link, name: a}]",
            r"outputs\[1\]\.name: outputs\[0\] is called 'a', too",
        ),
    ],
)
def test_settings_that_exclude_each_other_are_explained(text: str, line: str) -> None:
    (told,) = _lines(text)
    assert re.match(line, told), told
    assert re.search(r"\(x\.yaml:1:\d+\)$", told)


def test_two_problems_of_sense_are_told_together() -> None:
    assert len(_lines("subject: ' a'\nrecord: {slate: a b}\n")) == 2


def test_an_output_that_is_off_may_share_an_address() -> None:
    config = _load("outputs: [{type: zmq}, {type: zmq, enabled: false}]")
    assert config.outputs == (ZmqOptions(), ZmqOptions(enabled=False))


def test_osc_and_vrchat_may_send_to_one_port() -> None:
    config = _load("outputs: [{type: vrchat}, {type: osc}]")
    assert config.outputs == (VrchatOptions(), OscOptions())


def test_a_changed_configuration_is_checked_without_a_file() -> None:
    config = msgspec.structs.replace(RunConfig(), subject=" ")
    with pytest.raises(ConfigError, match=r"subject: expected printable .* got ' '$"):
        checked(config)
    assert checked(RunConfig()) == RunConfig()


def test_relative_paths_start_at_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "a [1]"
    folder.mkdir()
    file = folder / "run.yaml"
    file.write_text(
        "source: {type: video, path: clips/a.mp4}\nrecord: {folder: takes}\n"
        "tracking: {models_folder: ../models}\n"
    )
    config = load_config(file)
    assert isinstance(config.source, VideoOptions)
    assert config.source.path == str(folder / "clips" / "a.mp4")
    assert config.record.folder == str(folder / "takes")
    assert config.tracking.models_folder == str(folder / ".." / "models")


def test_wildcards_of_the_folder_itself_are_escaped(tmp_path: Path) -> None:
    folder = tmp_path / "a [1]"
    folder.mkdir()
    (folder / "p1.png").touch()
    file = folder / "run.yaml"
    file.write_text("source: {type: images, path: 'p*.png'}\n")
    source = load_config(file).source
    assert isinstance(source, ImagesOptions)
    pattern = Path(source.path)
    assert [
        path.name for path in Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor)))
    ] == ["p1.png"]


def test_the_home_folder_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    config = _load("record: {folder: ~/takes}")
    assert config.record.folder == str(tmp_path / "takes")
    assert _load("record: {folder: ~nobody-of-that-name/takes}").record.folder is not None


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.yaml", tmp_path):
        with pytest.raises(ConfigError, match="cannot be read"):
            load_config(path)
