"""JSONLiveLink, Rokoko and OpenSeeFace patch numbers in place: their codecs judge every byte."""

from __future__ import annotations

import json
import socket
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from mocapbridge.blendshapes import ARKIT_INDEX, ARKIT_NAMES
from mocapbridge.outputs.base import Output
from mocapbridge.outputs.options import OutputOptions
from mocapbridge.outputs.rokoko import BONES
from mocapbridge.outputs.unreal_bones import UE5_NAMES
from mocapbridge.outputs.world_rotations import world_from_joints_wxyz
from mocapbridge.registry import OUTPUTS, implementation
from mocapbridge.skeleton import JOINT_INDEX, PARENTS
from mocapbridge.types import MocapFrame, TrackState
from mocapbridge.wire import json_live_link, openseeface, rokoko
from tests.motion_frames import seen_frame, stream_info

SUBJECT = 'A"n%rn \\u0000'
"""Holds what could be taken for a place where a number goes."""
FRAMES = [seen_frame(seed) for seed in range(10)]


class Sent:
    """An output, and the socket that its datagrams arrive at."""

    def __init__(self, output: Output, receiver: socket.socket) -> None:
        self._output = output
        self._receiver = receiver

    def packet_of(self, frame: MocapFrame) -> bytes:
        assert self._output.send(frame) == 1
        return self._receiver.recv(65536)


@contextmanager
def sending(kind: str) -> Generator[Sent]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5.0)
        options = {"type": kind, "port": receiver.getsockname()[1]}
        made = implementation(OUTPUTS, "mocapbridge.output", kind)
        output: Output = made(msgspec.convert(options, OutputOptions), stream_info(SUBJECT))
        output.open()
        yield Sent(output, receiver)
        output.close()


def worlds(frame: MocapFrame) -> list[Rotation]:
    """The turn of every joint in the world, one after the other, by scipy."""
    found: list[Rotation] = []
    for joint, parent in enumerate(PARENTS):
        local = Rotation.from_quat(frame.pose.rotations_wxyz[joint], scalar_first=True)
        found.append(local if parent < 0 else found[parent] * local)
    return found


def apart_rad(xyzw: tuple[float, ...], expected: Rotation) -> float:
    return float((Rotation.from_quat(xyzw) * expected.inv()).magnitude())


@pytest.mark.parametrize("frame", FRAMES[:3])
def test_turns_in_the_world_are_the_joints_one_after_the_other(frame: MocapFrame) -> None:
    world = world_from_joints_wxyz(frame.pose.rotations_wxyz)
    for turned, expected in zip(world, worlds(frame), strict=True):
        found = Rotation.from_quat(turned, scalar_first=True)
        assert (found * expected.inv()).magnitude() < 1e-6


def test_json_live_link_is_what_its_codec_writes() -> None:
    with sending("json_live_link") as sent:
        for frame in FRAMES:
            packet = sent.packet_of(frame)
            subject, (_, hips, *others) = json_live_link.decode(packet)
            assert subject == SUBJECT
            assert json_live_link.encode(*json_live_link.decode(packet)) == packet
            x, y, z = frame.pose.root_position_in_world_m.tolist()
            assert hips.location_cm == pytest.approx((100 * x, 100 * z, 100 * y), abs=1e-4)
            for joint, bone in zip(UE5_NAMES, (hips, *others), strict=True):
                w, x, y, z = frame.pose.rotations_wxyz[JOINT_INDEX[joint]].tolist()
                # protocols: from glTF's frame to Unreal's mesh (-x, -z, -y, w).
                assert apart_rad(bone.rotation_xyzw, Rotation.from_quat((-x, -z, -y, w))) < 4e-4


@pytest.mark.parametrize("state", [TrackState.TRACKED, TrackState.LOST])
@pytest.mark.parametrize("left_hand", [TrackState.HELD, TrackState.LOST])
def test_rokoko_is_what_its_codec_writes(state: TrackState, left_hand: TrackState) -> None:
    with sending("rokoko") as sent:
        for seen in FRAMES:
            frame = replace(seen, face=replace(seen.face, state=state), left_hand_state=left_hand)
            packet = sent.packet_of(frame)
            (actor,) = rokoko.decode(packet).actors
            # Spelled as the codec spells them: 1e-05 and 0.00001 are the same number.
            respelled = json.dumps(json.loads(packet), separators=(",", ":")).encode()
            assert rokoko.encode(rokoko.decode(packet)) == respelled
            assert actor.name == SUBJECT
            assert (actor.left_glove, actor.right_glove) == (left_hand is TrackState.HELD, True)
            check_rokokos_bones(frame, actor)
            weights = np.round(frame.face.blendshapes.astype(np.float64) * 100.0, 2).tolist()
            shown = dict(zip(ARKIT_NAMES, weights, strict=True))
            assert actor.face == (shown if state is TrackState.TRACKED else None)


def check_rokokos_bones(frame: MocapFrame, actor: rokoko.Actor) -> None:
    """Their turns in Unity's axes, from the T-pose that Rokoko's sheet has."""
    turned = worlds(frame)
    for bone, (joint, rest_wxyz) in BONES.items():
        x, y, z = frame.pose.positions_in_world_m[JOINT_INDEX[joint]].tolist()
        assert actor.body[bone].position_m == pytest.approx((-x, y, z), abs=6e-6)
        x, y, z, w = turned[JOINT_INDEX[joint]].as_quat()
        rest = Rotation.from_quat(rest_wxyz, scalar_first=True)
        w_, x_, y_, z_ = actor.body[bone].rotation_wxyz
        assert apart_rad((x_, y_, z_, w_), Rotation.from_quat((x, -y, -z, w)) * rest) < 5e-5


def test_openseeface_is_what_its_codec_writes() -> None:
    with sending("openseeface") as sent:
        for frame in FRAMES:
            packet = sent.packet_of(frame)
            (face,) = openseeface.decode(packet)
            assert openseeface.encode([face]) == packet
            assert face.confidences == (1.0,) * 68
            assert face.got_3d_points
            # A camera whose picture is as wide as its focal length, upright: +x up, +y right.
            turn, place = Rotation.from_quat(face.rotation_xyzw), np.array(face.translation)
            for point, (x_px, y_px) in zip(face.points_3d[:68], face.points_px, strict=True):
                up, right, away = turn.apply(point) + place
                if away > 0.2:
                    expected = (320 - 640 * right / away, 240 - 640 * up / away)
                    assert (x_px, y_px) == pytest.approx(expected, rel=1e-3, abs=0.05)
            features = dict(zip(openseeface.FEATURE_NAMES, face.features, strict=True))
            assert features == pytest.approx(expected_features(frame), abs=1e-6)


def expected_features(frame: MocapFrame) -> dict[str, float]:
    """From the shapes that show the same."""
    weights: Any = frame.face.blendshapes

    def weight(name: str) -> float:
        return float(weights[ARKIT_INDEX[name]])

    expected: dict[str, float] = {}
    for end, side in (("l", "Left"), ("r", "Right")):
        inner, outer = weight("browInnerUp"), weight(f"browOuterUp{side}")
        down = weight(f"browDown{side}")
        expected[f"eye_{end}"] = 0.5 * weight(f"eyeWide{side}") - weight(f"eyeBlink{side}")
        expected[f"eyebrow_steepness_{end}"] = inner - down
        expected[f"eyebrow_updown_{end}"] = 0.5 * (inner + outer) - down
        expected[f"eyebrow_quirk_{end}"] = outer - inner
        smile, frown = weight(f"mouthSmile{side}"), weight(f"mouthFrown{side}")
        expected[f"mouth_corner_updown_{end}"] = smile - frown
        expected[f"mouth_corner_inout_{end}"] = weight(f"mouthDimple{side}") - weight("mouthPucker")
    stretch = 0.5 * (weight("mouthStretchLeft") + weight("mouthStretchRight"))
    expected["mouth_open"] = weight("jawOpen") - weight("mouthClose")
    expected["mouth_wide"] = stretch - weight("mouthPucker")
    return {name: min(max(value, -1.0), 1.0) for name, value in expected.items()}
