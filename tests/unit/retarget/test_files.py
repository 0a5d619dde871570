from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from mocapbridge.blendshapes import ARKIT_NAMES
from mocapbridge.errors import ConfigError
from mocapbridge.retarget.load import Freedom, load_mapping
from mocapbridge.types import BLENDSHAPE_COUNT
from tests.mapping_files import mapped, shapes_of, write_mapping
from tests.motion_frames import random_frame

ARKIT_ONLY = Freedom(shapes=False, joints=False)


def refusal(folder: Path, text: str, freedom: Freedom | None = None) -> str:
    reference = write_mapping(folder, text)
    with pytest.raises(ConfigError) as caught:
        load_mapping(reference, folder, *([freedom] if freedom else []))
    return str(caught.value).replace(str(folder), "")


def test_what_is_said_of_a_target_comes_over_what_it_extends(tmp_path: Path) -> None:
    write_mapping(tmp_path, "{extends: arkit, shapes: {jawOpen: {gain: 0.5}}}", "base.yaml")
    text = """
        extends: base.yaml
        shapes:
          jawOpen: {offset: 0.25}
          Smile: [mouthSmileLeft, mouthSmileRight]
          mouthPucker: false
    """
    frame = random_frame(4)
    got = shapes_of(mapped(tmp_path, text, frame))
    by_name = dict(zip(ARKIT_NAMES, frame.face.blendshapes.tolist(), strict=True))
    assert got["jawOpen"] == pytest.approx(0.5 * by_name["jawOpen"] + 0.25)
    smile = (by_name["mouthSmileLeft"] + by_name["mouthSmileRight"]) / 2
    assert got["Smile"] == pytest.approx(smile)
    assert set(got) == {*ARKIT_NAMES, "Smile"} - {"mouthPucker"}


def test_wildcards_speak_of_all_targets_above_them(tmp_path: Path) -> None:
    text = """
        extends: arkit
        shapes:
          "mouth*": {gain: 0.5}
          mouthLeft: {gain: 0.1}
          "*Right": false
    """
    frame = random_frame(4)
    got = shapes_of(mapped(tmp_path, text, frame))
    by_name = dict(zip(ARKIT_NAMES, frame.face.blendshapes.tolist(), strict=True))
    assert got["mouthPucker"] == pytest.approx(0.5 * by_name["mouthPucker"])
    assert got["mouthLeft"] == pytest.approx(0.1 * by_name["mouthLeft"])
    assert got["jawOpen"] == by_name["jawOpen"]
    assert not any(name.endswith("Right") for name in got)


def test_several_mappings_can_be_extended_at_once(tmp_path: Path) -> None:
    result = mapped(tmp_path, "extends: [live_link_face, mixamo]")
    assert result.info.names is not None
    assert result.info.names.blendshapes[0] == "EyeBlinkLeft"
    assert result.info.names.joints[0] == "mixamorig:Hips"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "a mapping consists of keys"),
        ("shape: {}", "shape: unknown key; did you mean 'shapes'?"),
        ("shapes: {a: {from: jawOpen, gian: 2}}", "did you mean 'gain'? valid: clamp"),
        ("shapes: {a: {from: jawOpen, gain: big}}", "shapes.a.gain: expected a number"),
        (
            "shapes: {a: jawOpn}",
            "unknown source 'jawOpn'; did you mean 'jawOpen'? (/mine.yaml:1:10)",
        ),
        ("shapes: {a: {from: [jawOpen, jawOpn]}}", "shapes.a.from: unknown source 'jawOpn'"),
        ("shapes: {a: {gain: 2}}", "nothing says what this is made of: give `from`"),
        (
            "extends: arkit\nshapes:\n  mouthSmilLeft: {gain: 2}",
            "did you mean 'mouthSmileLeft'? (/mine.yaml:3:3)",
        ),
        ("shapes: {'mout*': {gain: 2}}", "no target above has such a name"),
        ("extends: arkit\nshapes: {mouthSmilLeft: false}", "did you mean 'mouthSmileLeft'"),
        ("shapes: {jawOpen: {curve: [[0, 0]]}}", "shapes.jawOpen.curve: a curve has at least two"),
        ("shapes: {jawOpen: {curve: [[0, 0], [0, 1]]}}", "each further right than the last"),
        ("shapes: {jawOpen: {curve: -1}}", "shapes.jawOpen.curve"),
        ("shapes: {jawOpen: {clamp: [1, 0]}}", "the lowest comes first, got [1.0, 0.0]"),
        ("shapes: {jawOpen: {when: confidence.face}}", "expected SOURCE > NUMBER"),
        ("shapes: {jawOpen: {when: confidence.fce > 1}}", "did you mean 'confidence.face'?"),
        ("shapes: {jawOpen: {otherwise: 1}}", "without a condition it is never used"),
        ("joints: {}", "joints: none is left; leave the section out to keep all 55 (/mine.yaml)"),
        ("joints: {Hips: hip}", "unknown joint 'hip'"),
        ("joints: {leftHnd: {gain: 2}}", "did you mean 'leftHand'?"),
        ("joints: {a: hips, b: {from: spine, parent: c}}", "'c' is no joint above 'b'"),
        ("joints: {jaw: {turn: {x: jawOpn}}}", "joints.jaw.turn.x: unknown source 'jawOpn'"),
        ("joints: {jaw: {turn: {x: {from: jawOpen, gain: [1]}}}}", "joints.jaw.turn.x.gain"),
        ("angles: {head.yow: {gain: 2}}", "did you mean 'head.yaw'?"),
        ("extends: arkitt", "did you mean 'arkit'?"),
        ("extends: nowhere.yaml", "there is no mapping file /nowhere.yaml (/mine.yaml:1:1)"),
        ("extends: mine.yaml", "extends this mapping in turn"),
        ("shapes: {a: &a [*a]}", "stands inside the value it names"),
        ("shapes: !!python/object:os.system {}", "tags are not used"),
    ],
)
def test_mistakes_are_told_with_file_and_line(tmp_path: Path, text: str, told: str) -> None:
    message = refusal(tmp_path, text)
    assert told in message
    assert "/mine.yaml" in message


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = "shapes: {a: jawOpn, b: {from: jawOpen, clamp: [1, 0]}, c: {gain: 1}}\njoints: {d: e}"
    assert len(refusal(tmp_path, text).splitlines()) == 4


def test_a_mistake_in_a_mapping_that_is_extended_names_its_own_file(tmp_path: Path) -> None:
    write_mapping(tmp_path, "shapes:\n  a: jawOpn\n", "base.yaml")
    assert "(/base.yaml:2:3)" in refusal(tmp_path, "extends: base.yaml")


def test_a_chain_without_end_is_refused(tmp_path: Path) -> None:
    for index in range(12):
        write_mapping(tmp_path, f"extends: m{index + 1}.yaml", f"m{index}.yaml")
    assert "more than 8 mappings in a row" in refusal(tmp_path, "extends: m0.yaml")


def test_an_output_without_names_takes_those_of_arkit_in_any_spelling(tmp_path: Path) -> None:
    text = textwrap.dedent("""
        shapes:
          JawOpen: {gain: 0.5}
          eyeBlink_L: eyeBlinkRight
          MOUTHSMILELEFT: mouthSmileLeft
    """).replace("{gain", "{from: jawOpen, gain")
    mapping = load_mapping(write_mapping(tmp_path, text), tmp_path, ARKIT_ONLY)
    assert mapping.names is None
    assert mapping.shapes is not None
    assert len(mapping.shapes) == BLENDSHAPE_COUNT
    made = {name: rule for name, rule in mapping.shapes if rule.sources}
    assert set(made) == {"jawOpen", "eyeBlinkLeft", "mouthSmileLeft"}
    assert made["jawOpen"].gain == 0.5


def test_an_output_without_names_refuses_others(tmp_path: Path) -> None:
    told = refusal(tmp_path, "shapes: {JawOpn: jawOpen}", ARKIT_ONLY)
    assert "the shapes of ARKit only, and 'JawOpn' is none; did you mean 'jawOpen'?" in told
    told = refusal(tmp_path, "shapes: {JawOpen: jawOpen, jawOpen: jawOpen}", ARKIT_ONLY)
    assert "are the same shape" in told
