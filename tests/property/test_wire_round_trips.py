"""What is encoded comes back: iFacialMocap, OpenSeeFace, JSONLiveLink and Rokoko."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocapbridge.wire import ifacialmocap, json_live_link, openseeface, rokoko

F32 = st.floats(width=32, allow_nan=False, allow_infinity=False).map(lambda value: value + 0.0)
F64 = st.floats(allow_nan=False, allow_infinity=False)
SENSIBLE = st.floats(-1e4, 1e4)
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=8)


def numbers(kind: st.SearchStrategy[float], count: int) -> st.SearchStrategy[tuple[float, ...]]:
    return st.lists(kind, min_size=count, max_size=count).map(tuple)


PHONE_FRAMES = st.builds(
    ifacialmocap.Frame,
    shapes=st.dictionaries(st.sampled_from(ifacialmocap.SHAPE_NAMES), st.integers(0, 100)),
    head_deg=st.tuples(SENSIBLE, SENSIBLE, SENSIBLE),
    head_position_m=st.tuples(SENSIBLE, SENSIBLE, SENSIBLE),
    right_eye_deg=st.tuples(SENSIBLE, SENSIBLE, SENSIBLE),
    left_eye_deg=st.tuples(SENSIBLE, SENSIBLE, SENSIBLE),
)
FACES = st.builds(
    openseeface.Face,
    time_s=F64,
    face_id=st.integers(0, 39),
    picture_size_px=st.tuples(F32, F32),
    right_eye_open=F32,
    left_eye_open=F32,
    got_3d_points=st.booleans(),
    fit_error=F32,
    rotation_xyzw=numbers(F32, 4),
    euler_deg=numbers(F32, 3),
    translation=numbers(F32, 3),
    confidences=F32.map(lambda value: (value,) * 68),
    points_px=st.tuples(F32, F32).map(lambda point: (point,) * 68),
    points_3d=st.tuples(F32, F32, F32).map(lambda point: (point,) * 70),
    features=numbers(F32, 14),
)
PLACES = st.tuples(numbers(F64, 3), numbers(F64, 4), numbers(F64, 3))
ROKOKO_BONES = st.builds(rokoko.Bone, position_m=numbers(F64, 3), rotation_wxyz=numbers(F64, 4))
ACTORS = st.builds(
    rokoko.Actor,
    name=NAMES,
    total_height_m=st.floats(0.1, 3.0),
    hip_height_m=st.floats(0.1, 2.0),
    body=st.dictionaries(NAMES, ROKOKO_BONES, max_size=4),
    face=st.none() | st.dictionaries(NAMES, F64, max_size=4),
    left_glove=st.booleans(),
    right_glove=st.booleans(),
)
ROKOKO_FRAMES = st.builds(
    rokoko.Frame, timestamp_s=F64, rate_hz=F64, actors=st.lists(ACTORS, max_size=2).map(tuple)
)


@pytest.mark.parametrize("version", ["v1", "v2"])
@given(frame=PHONE_FRAMES)
def test_ifacialmocap(version: ifacialmocap.Version, frame: ifacialmocap.Frame) -> None:
    back = ifacialmocap.decode(ifacialmocap.encode(frame, version))
    assert back.shapes == frame.shapes
    for ours, theirs in (
        (back.head_deg, frame.head_deg),
        (back.head_position_m, frame.head_position_m),
        (back.right_eye_deg, frame.right_eye_deg),
        (back.left_eye_deg, frame.left_eye_deg),
    ):
        assert ours == pytest.approx(theirs, abs=0.51e-4)


@given(st.lists(FACES, min_size=1, max_size=2))
def test_openseeface(faces: list[openseeface.Face]) -> None:
    assert openseeface.decode(openseeface.encode(faces)) == faces


@given(subject=ASCII, names=st.lists(ASCII, min_size=1, max_size=5), places=PLACES, data=st.data())
def test_json_live_link(
    subject: str,
    names: list[str],
    places: tuple[tuple[float, ...], ...],
    data: st.DataObject,
) -> None:
    bones = [
        json_live_link.Bone(name, data.draw(st.integers(-1, index - 1)), *places)
        for index, name in enumerate(names)
    ]
    assert json_live_link.decode(json_live_link.encode(subject, bones)) == (subject, bones)


@given(ROKOKO_FRAMES)
def test_rokoko(frame: rokoko.Frame) -> None:
    assert rokoko.decode(rokoko.encode(frame)) == frame


@pytest.mark.parametrize("broken", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_are_not_finite_are_not_sent(broken: float) -> None:
    turned = (0.0, 0.0, 0.0, broken)
    with pytest.raises(json_live_link.Unencodable):
        json_live_link.encode("Ann", [json_live_link.Bone("root", -1, (0.0,) * 3, turned)])
    body = {"hip": rokoko.Bone((0.0,) * 3, turned)}
    with pytest.raises(rokoko.Unencodable):
        rokoko.encode(rokoko.Frame(0.0, 30.0, (rokoko.Actor("Ann", 1.7, 0.9, body, None),)))
    still = (0.0, 0.0, 0.0)
    with pytest.raises(ifacialmocap.Unencodable):
        ifacialmocap.encode(ifacialmocap.Frame({}, (0.0, 0.0, broken), still, still, still))
