"""iFacialMocap, JSONLiveLink and Rokoko: packets as their makers print them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mocapbridge.blendshapes import ARKIT_NAMES
from mocapbridge.outputs.rokoko import BONES
from mocapbridge.outputs.unreal_bones import UE5_NAMES
from mocapbridge.wire import ifacialmocap, json_live_link, rokoko

IFACIALMOCAP = (
    b"eyeBlink_L-25|jawOpen-50|=head#-21.5,-6.0,-6.6,-0.03,-0.10,-0.66|"
    b"rightEye#6.0,2.4,0.26|leftEye#6.0,-1.7,-0.18|"
)
IFACIALMOCAP_FRAME = ifacialmocap.Frame(
    shapes={"eyeBlink_L": 25, "jawOpen": 50},
    head_deg=(-21.5, -6.0, -6.6),
    head_position_m=(-0.03, -0.1, -0.66),
    right_eye_deg=(6.0, 2.4, 0.26),
    left_eye_deg=(6.0, -1.7, -0.18),
)
JSON_LIVE_LINK = (
    b'{"MocapBridge":[{"Name":"root","Parent":-1,"Location":[0.0,0.0,0.0],'
    b'"Rotation":[0.0,0.0,0.0,1.0],"Scale":[1.0,1.0,1.0]},{"Name":"pelvis","Parent":0,'
    b'"Location":[0.0,0.0,96.0],"Rotation":[0.0,0.0,0.0,1.0],"Scale":[1.0,1.0,1.0]}]}'
)
JSON_LIVE_LINK_BONES = [
    json_live_link.Bone("root", -1, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)),
    json_live_link.Bone("pelvis", 0, (0.0, 0.0, 96.0), (0.0, 0.0, 0.0, 1.0)),
]
ROKOKO = """
{"version":"3,0","fps":60.0,"scene":{"timestamp":12.345,
 "actors":[{"name":"mocapbridge","color":[255,200,0],
  "meta":{"hasGloves":true,"hasLeftGlove":true,"hasRightGlove":true,"hasBody":true,"hasFace":true},
  "dimensions":{"totalHeight":1.8,"hipHeight":1.0},
  "body":{"hip":{"position":{"x":0.0,"y":1.0,"z":0.0},
   "rotation":{"x":0.0,"y":0.0,"z":0.0,"w":-1.0}}},
  "face":{"eyeBlinkLeft":0.0,"jawOpen":50.0}}],
 "characters":[],"props":[]}}
"""
ROKOKO_ACTOR = rokoko.Actor(
    name="mocapbridge",
    total_height_m=1.8,
    hip_height_m=1.0,
    body={"hip": rokoko.Bone((0.0, 1.0, 0.0), (-1.0, 0.0, 0.0, 0.0))},
    face={"eyeBlinkLeft": 0.0, "jawOpen": 50.0},
)
ROKOKO_FRAME = rokoko.Frame(12.345, 60.0, (ROKOKO_ACTOR,))


def test_ifacialmocap_reads_the_makers_example() -> None:
    assert ifacialmocap.decode(IFACIALMOCAP) == IFACIALMOCAP_FRAME
    assert ifacialmocap.decode(IFACIALMOCAP.replace(b"L-25", b"L&25")) == IFACIALMOCAP_FRAME


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_ifacialmocap_writes_frames_of_that_form(version: ifacialmocap.Version) -> None:
    encoded = ifacialmocap.encode(IFACIALMOCAP_FRAME, version)
    mark = b"-" if version == "v1" else b"&"
    assert encoded.startswith(b"eyeBlink_L" + mark + b"25|jawOpen" + mark + b"50|=head#-21.5000,")
    assert encoded.endswith(b"|leftEye#6.0000,-1.7000,-0.1800|")
    assert ifacialmocap.decode(encoded) == IFACIALMOCAP_FRAME


def test_ifacialmocap_carries_negative_shapes_in_version_2_alone() -> None:
    negative = replace(IFACIALMOCAP_FRAME, shapes={"jawOpen": -5})
    assert ifacialmocap.decode(ifacialmocap.encode(negative, "v2")) == negative
    with pytest.raises(ifacialmocap.Unencodable):
        ifacialmocap.encode(negative, "v1")


def test_ifacialmocaps_shapes_are_arkits_in_our_order() -> None:
    def arkit_name(name: str) -> str:
        return name.replace("_L", "Left").replace("_R", "Right")

    assert tuple(map(arkit_name, ifacialmocap.SHAPE_NAMES)) == ARKIT_NAMES


def test_ifacialmocaps_calls() -> None:
    call = b"iFacialMocap_sahuasouryya9218sauhuiayeta91555dy3719"
    assert ifacialmocap.version_called_for(call) == "v1"
    assert ifacialmocap.version_called_for(call + b"|sendDataVersion=v2") == "v2"
    assert ifacialmocap.version_called_for(call + b" ") is None


def test_json_live_link_golden_packet() -> None:
    assert json_live_link.encode("MocapBridge", JSON_LIVE_LINK_BONES) == JSON_LIVE_LINK
    assert json_live_link.decode(JSON_LIVE_LINK) == ("MocapBridge", JSON_LIVE_LINK_BONES)


@pytest.mark.parametrize("subject", ["Änn", "名", "a\nb"])
def test_json_live_link_takes_ascii_alone(subject: str) -> None:
    with pytest.raises(json_live_link.Unencodable, match="ASCII"):
        json_live_link.encode(subject, JSON_LIVE_LINK_BONES)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"Parent":0', b'"Parent":1'),
        (b'"Parent":0', b'"Parent":0.0'),
        (b'"Parent":0', b'"Parent":true'),
        (b"96.0]", b"96.0,1.0]"),
        (b"96.0]", b"NaN]"),
        (b"96.0]", b"1e999]"),
        (b'"Name":"pelvis",', b""),
        (b'"Scale":[1.0,1.0,1.0]}]', b'"Scal":[1.0,1.0,1.0]}]'),
        (b"}]}", b"}]"),
    ],
)
def test_json_live_link_refuses_what_the_plugin_drops(old: bytes, new: bytes) -> None:
    assert old in JSON_LIVE_LINK
    with pytest.raises(json_live_link.Malformed):
        json_live_link.decode(JSON_LIVE_LINK.replace(old, new))


def test_rokoko_golden_packet() -> None:
    encoded = rokoko.encode(ROKOKO_FRAME)
    assert encoded == json.dumps(json.loads(ROKOKO), separators=(",", ":")).encode()
    assert rokoko.decode(encoded) == rokoko.decode(ROKOKO.encode()) == ROKOKO_FRAME


def test_rokoko_without_a_face_says_so() -> None:
    frame = replace(ROKOKO_FRAME, actors=(replace(ROKOKO_ACTOR, face=None),))
    encoded = rokoko.encode(frame)
    assert b'"hasFace":false' in encoded
    assert b'"face"' not in encoded
    assert rokoko.decode(encoded) == frame


@pytest.mark.parametrize("version", ['"2,0"', '"4,0"', "null", "[]"])
def test_rokoko_names_other_versions(version: str) -> None:
    with pytest.raises(rokoko.UnsupportedVersion, match="version"):
        rokoko.decode(ROKOKO.replace('"3,0"', version).encode())


def test_rokoko_names_compression() -> None:
    with pytest.raises(rokoko.UnsupportedVersion, match="LZ4"):
        rokoko.decode(bytes.fromhex("04224d18") + b"\x60\x40\x82")


def test_every_bone_of_rokoko_is_sent() -> None:
    assert sorted(BONES) == sorted(rokoko.BODY_NAMES)


def test_unreals_bones_hang_together() -> None:
    assert len(UE5_NAMES) == len(set(UE5_NAMES.values())) == 52
    assert UE5_NAMES["leftThumbMetacarpal"] == "thumb_01_l"
    assert UE5_NAMES["rightLittleDistal"] == "pinky_03_r"
