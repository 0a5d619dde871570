"""The CSV's columns against the packets that the Live Link Face output sends."""

from __future__ import annotations

import csv
import re
import socket
from pathlib import Path

import numpy as np

from mocapbridge.export.clip import Clip
from mocapbridge.export.live_link_csv import write_live_link_csv
from mocapbridge.export.options import ExportOptions
from mocapbridge.outputs.live_link_face import LiveLinkFaceOutput
from mocapbridge.outputs.options import LiveLinkFaceOptions
from mocapbridge.timecode import TimecodeLabel, frame_number_of
from mocapbridge.types import StreamInfo
from mocapbridge.wire.live_link_face import VALUE_NAMES, FaceValues, decode
from tests.export_clips import motion_frame, moving_clip

# Header of a file that the app recorded.
APP_ORDER_OF_THE_MOUTH = ["JawForward", "JawRight", "JawLeft", "JawOpen", "MouthClose"]


def _packets(clip: Clip) -> list[FaceValues]:
    faces: list[FaceValues] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5.0)
        output = LiveLinkFaceOutput(
            LiveLinkFaceOptions(port=receiver.getsockname()[1]),
            StreamInfo(
                subject=clip.subject,
                session_id=1,
                frame_rate=clip.frame_rate.as_integer_ratio(),
                rest_positions_m=clip.rest_positions_m,
                blendshapes_measured=True,
                anchor=clip.anchor,
            ),
        )
        output.open()
        for row in range(clip.frames):
            output.send(motion_frame(clip, row))
            face = decode(receiver.recv(2048)).face
            assert face is not None
            faces.append(face)
        output.close()
    return faces


def test_columns_hold_the_values_of_the_packets_by_name(tmp_path: Path) -> None:
    clip = moving_clip(25)
    path = tmp_path / "a.csv"
    write_live_link_csv(clip, path, ExportOptions(), lambda _done: None)
    with path.open(newline="", encoding="ascii") as file:
        rows = list(csv.DictReader(file))
    names = list(rows[0])
    assert names[:2] == ["Timecode", "BlendshapeCount"]
    assert names[16:21] == APP_ORDER_OF_THE_MOUTH
    assert sorted(names[2:]) == sorted(VALUE_NAMES)
    for row, packet in zip(rows, _packets(clip), strict=True):
        assert row["BlendshapeCount"] == "61"
        values = [float(row[name]) for name in VALUE_NAMES]
        assert np.abs(np.array(values) - packet.values).max() < 1e-6
        label = re.fullmatch(r"(\d\d):(\d\d):(\d\d):(\d\d)\.(\d\d\d)", row["Timecode"])
        assert label is not None
        hour, minute, second, frame, thousandths = map(int, label.groups())
        named = TimecodeLabel(hour, minute, second, frame, drop_frame=True)
        assert frame_number_of(named, packet.frame_rate) == packet.frame_number
        assert abs(thousandths / 1000 - packet.sub_frame) < 0.0011
