"""The rendered performer, through tracking and solving, to the readers of every protocol.

The clip has exact truth: a wave with the left arm, side steps, a smile, a turning head. What each
protocol's reader sees must rise and fall with it, with the right sign.
"""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import yaml
from scipy.spatial.transform import Rotation

from mocapbridge.bundled import bundled_path
from mocapbridge.wire import ifacialmocap, live_link_face, openseeface, osc

Series = npt.NDArray[np.float64]
Packets = list[bytes]
PROTOCOLS = (
    "vmc",
    "vrchat",
    "json_live_link",
    "rokoko",
    "live_link_face",
    "ifacialmocap",
    "openseeface",
)
AT_LEAST = 0.9
"""Correlation with the truth; a wrong sign or side gives a negative one or none."""
SMILE_AT_LEAST = 0.6
"""The same for the smile, as good as the face network is (0.75 with the one that is rebuilt
from the package index)."""


class Collector:
    """A socket that keeps all it is sent."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self.port: int = self._socket.getsockname()[1]
        self.packets: Packets = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                self.packets.append(self._socket.recv(65536))
        self._socket.close()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Packets]:
    """What every receiver got of the whole clip."""
    collectors = {protocol: Collector() for protocol in PROTOCOLS}
    source = {"type": "video", "path": str(bundled_path("samples/performer_full.mp4"))}
    outputs = [{"type": name, "port": each.port} for name, each in collectors.items()]
    path = tmp_path_factory.mktemp("footage") / "all.yaml"
    text = yaml.safe_dump({"version": 1, "source": source, "outputs": outputs})
    path.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "mocapbridge", "run", "--config", str(path), "--headless"]
    done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=170)
    for collector in collectors.values():
        collector.stop()
    assert done.returncode == 0, done.stderr
    return {name: each.packets for name, each in collectors.items()}


@pytest.fixture(scope="module")
def truth() -> dict[str, Series]:
    """Left wrist (and elbow) above the right one, hips to the left, smile, head to the left."""
    clip = json.loads(bundled_path("samples/performer_full.json").read_text(encoding="utf-8"))
    names, frames = clip["joint_names"], clip["frames_data"]
    places = np.array([frame["positions_m"] for frame in frames])
    joint = {name: places[:, index] for index, name in enumerate(names)}
    return {
        "wrist": joint["leftHand"][:, 1] - joint["rightHand"][:, 1],
        "elbow": joint["leftLowerArm"][:, 1] - joint["rightLowerArm"][:, 1],
        "step": joint["hips"][:, 0],
        "smile": np.array([frame["controls"]["smile"] for frame in frames]),
    }


def agrees(seen: Iterable[float], true: Series) -> float:
    """Correlation of what was seen with the truth of the same frames; the last ones are common."""
    series = np.array(list(seen))
    assert 0.8 * len(true) <= len(series) <= len(true)
    return float(np.corrcoef(series, true[-len(series) :])[0, 1])


def osc_frames(packets: Packets, last: Callable[[osc.Message], bool]) -> list[dict[str, Any]]:
    """Messages by frame: address, or address and first text, -> numbers."""
    frames: list[dict[str, Any]] = [{}]
    for packet in packets:
        for message in osc.decode(packet):
            arguments = message.arguments
            if message.tags.startswith("s"):
                frames[-1][f"{message.address} {arguments[0]}"] = arguments[1:]
            else:
                frames[-1][message.address] = arguments
            if last(message):
                frames.append({})
    return [frame for frame in frames[:-1] if len(frame) > 10]


@pytest.mark.thorough
@pytest.mark.models
class TestFootage:
    def test_vmc(self, sent: dict[str, Packets], truth: dict[str, Series]) -> None:
        frames = osc_frames(sent["vmc"], lambda message: message.address == "/VMC/Ext/T")
        wrists, steps, smiles = list[float](), list[float](), list[float]()
        for frame in frames:
            left, right = (avatar_hand_height(frame, side) for side in ("Left", "Right"))
            wrists.append(left - right)
            steps.append(-frame["/VMC/Ext/Bone/Pos Hips"][0])
            smiles.append(frame["/VMC/Ext/Blend/Val MouthSmileLeft"][0])
        assert agrees(wrists, truth["wrist"]) > AT_LEAST
        assert agrees(steps, truth["step"]) > AT_LEAST
        assert agrees(smiles, truth["smile"]) > SMILE_AT_LEAST

    def test_vrchat(self, sent: dict[str, Packets], truth: dict[str, Series]) -> None:
        # The first tracker's place opens every frame.
        opening = "/tracking/trackers/1/position"
        heights = osc_series(sent["vrchat"], "/tracking/trackers/7/position", 1)
        others = osc_series(sent["vrchat"], "/tracking/trackers/8/position", 1)
        assert agrees(heights - others, truth["elbow"]) > AT_LEAST
        assert agrees(-osc_series(sent["vrchat"], opening, 0), truth["step"]) > AT_LEAST
        smile = osc_series(sent["vrchat"], "/avatar/parameters/FT/v2/MouthSmileLeft", 0)
        assert agrees(smile, truth["smile"]) > SMILE_AT_LEAST

    def test_json_live_link(self, sent: dict[str, Packets], truth: dict[str, Series]) -> None:
        wrists, steps = list[float](), list[float]()
        for packet in sent["json_live_link"]:
            (bones,) = json.loads(packet).values()
            places = unreal_places(bones)
            wrists.append(places["hand_l"][2] - places["hand_r"][2])
            steps.append(places["pelvis"][0])
        assert agrees(wrists, truth["wrist"]) > AT_LEAST
        assert agrees(steps, truth["step"]) > AT_LEAST

    def test_rokoko(self, sent: dict[str, Packets], truth: dict[str, Series]) -> None:
        actors = [json.loads(packet)["scene"]["actors"][0] for packet in sent["rokoko"]]
        bodies = [actor["body"] for actor in actors]
        wrists = [
            body["leftHand"]["position"]["y"] - body["rightHand"]["position"]["y"]
            for body in bodies
        ]
        steps = [-body["hip"]["position"]["x"] for body in bodies]
        smiles = [actor["face"]["mouthSmileLeft"] for actor in actors if "face" in actor]
        assert agrees(wrists, truth["wrist"]) > AT_LEAST
        assert agrees(steps, truth["step"]) > AT_LEAST
        assert agrees(smiles, truth["smile"]) > SMILE_AT_LEAST

    def test_faces(self, sent: dict[str, Packets], truth: dict[str, Series]) -> None:
        place = live_link_face.VALUE_NAMES.index("MouthSmileLeft")
        decoded = map(live_link_face.decode, sent["live_link_face"])
        smiles = [packet.face.values[place] for packet in decoded if packet.face is not None]
        assert agrees(smiles, truth["smile"]) > SMILE_AT_LEAST
        phone = map(ifacialmocap.decode, sent["ifacialmocap"])
        percents = [frame.shapes["mouthSmile_L"] for frame in phone]
        assert agrees(percents, truth["smile"]) > SMILE_AT_LEAST
        up = openseeface.FEATURE_NAMES.index("mouth_corner_updown_l")
        faces = [openseeface.decode(packet)[0] for packet in sent["openseeface"]]
        assert agrees((face.features[up] for face in faces), truth["smile"]) > SMILE_AT_LEAST
        assert agrees((-face.translation[1] for face in faces), truth["step"]) > AT_LEAST


def osc_series(packets: Packets, address: str, place: int) -> Series:
    """One argument of one address, over time."""
    messages = (message for packet in packets for message in osc.decode(packet))
    found = [message.arguments[place] for message in messages if message.address == address]
    return np.array(found, dtype=np.float64)


def avatar_hand_height(frame: dict[str, Any], side: str) -> float:
    """Height of a hand of the avatar posed with what came [m]."""
    turn: Any = Rotation.identity()
    place = np.zeros(3)
    arm = [f"{side}{name}" for name in ("Shoulder", "UpperArm", "LowerArm", "Hand")]
    for bone in ("Hips", "Spine", "Chest", "UpperChest", *arm):
        numbers = frame[f"/VMC/Ext/Bone/Pos {bone}"]
        place = place + turn.apply(numbers[:3])
        turn = turn * Rotation.from_quat(numbers[3:])
    return float(place[1])


def unreal_places(bones: list[dict[str, Any]]) -> dict[str, Series]:
    """Where the bones are [cm]."""
    places: list[Any] = []
    turns: list[Any] = []
    for bone in bones:
        local = Rotation.from_quat(bone["Rotation"])
        parent = bone["Parent"]
        if parent < 0:
            places.append(np.array(bone["Location"]))
            turns.append(local)
        else:
            places.append(places[parent] + turns[parent].apply(bone["Location"]))
            turns.append(turns[parent] * local)
    return {bone["Name"]: place for bone, place in zip(bones, places, strict=True)}
