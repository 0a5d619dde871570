"""Readers of the protocols that carry a face: Live Link Face, iFacialMocap, OpenSeeFace."""

from __future__ import annotations

from itertools import chain

from mocapbridge.listen.readings import (
    Reading,
    names_missing,
    number_problems,
    rotation_problems,
    shown,
    weight_problems,
)
from mocapbridge.wire import ifacialmocap, live_link_face, openseeface

_SHAPE_COUNT = 52


class LiveLinkFaceReader:
    """Live Link Face, version 6."""

    def __init__(self) -> None:
        self._face_seen = False

    def read(self, packet: bytes) -> Reading:
        """What a packet says.

        Raises:
            ValueError: it is none.
        """
        decoded = live_link_face.decode(packet)
        reading = Reading("no face" if decoded.face is None else "face")
        reading.values = {"subject": decoded.subject, "device": decoded.device_id}
        if decoded.face is None:
            return reading
        self._face_seen = True
        face = decoded.face
        numerator, denominator = face.frame_rate
        reading.values["frame"] = f"{face.frame_number} + {face.sub_frame:.3f}"
        reading.values["rate"] = f"{numerator}/{denominator}"
        named = list(zip(live_link_face.VALUE_NAMES, face.values, strict=True))
        reading.values |= {name: shown([value]) for name, value in named}
        reading.problems += weight_problems(named[:_SHAPE_COUNT])
        return reading

    def missing(self) -> list[str]:
        """A face."""
        return [] if self._face_seen else ["no packet had a face: the sender sees none"]


class IFacialMocapReader:
    """iFacialMocap, both versions."""

    def __init__(self) -> None:
        self._shapes: set[str] = set()

    def read(self, packet: bytes) -> Reading:
        """What a packet says.

        Raises:
            ValueError: it is none.
        """
        if ifacialmocap.version_called_for(packet) is not None:
            return Reading("call", {"call": packet.decode()})
        frame = ifacialmocap.decode(packet)
        self._shapes |= frame.shapes.keys()
        reading = Reading("frame")
        reading.values = {
            "head": shown((*frame.head_deg, *frame.head_position_m)),
            "rightEye": shown(frame.right_eye_deg),
            "leftEye": shown(frame.left_eye_deg),
            **{name: str(percent) for name, percent in frame.shapes.items()},
        }
        reading.problems += weight_problems(
            ((name, float(percent)) for name, percent in frame.shapes.items()), 100.0
        )
        return reading

    def missing(self) -> list[str]:
        """Shapes of ARKit."""
        absent = [name for name in ifacialmocap.SHAPE_NAMES if name not in self._shapes]
        return names_missing("shapes", absent)


class OpenSeeFaceReader:
    """OpenSeeFace."""

    def read(self, packet: bytes) -> Reading:
        """What a packet says.

        Raises:
            ValueError: it is none.
        """
        reading = Reading("faces")
        for face in openseeface.decode(packet):
            start = f"face {face.face_id} "
            reading.values |= {
                start + "eyes open": shown((face.left_eye_open, face.right_eye_open)),
                start + "euler": shown(face.euler_deg),
                start + "translation": shown(face.translation),
            }
            named = zip(openseeface.FEATURE_NAMES, face.features, strict=True)
            reading.values |= {start + name: shown([value]) for name, value in named}
            reading.problems += rotation_problems("the head", face.rotation_xyzw)
            reading.problems += number_problems("points", list(chain(*face.points_px)))
            if not face.got_3d_points:
                reading.problems.append("without 3D points: receivers ignore the pose")
            if face.fit_error > openseeface.MAX_FIT_ERROR:
                reading.problems.append("fit error above 100: receivers drop the face")
        return reading

    def missing(self) -> list[str]:
        """Every packet is complete."""
        return []
