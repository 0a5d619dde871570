"""The bytes of a link frame, written once by the codec and patched in place.

The codec is standard library alone and turns numbers one by one; numpy does the same to whole
arrays in a fraction of the time. What changes from frame to frame is laid over the codec's bytes
as a record; a test holds the two together, byte by byte.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.geometry import plain, quaternion
from mocapbridge.outputs.cadence import part_states
from mocapbridge.outputs.frame_vector import FloatArray, FrameVector
from mocapbridge.outputs.naming import names_of
from mocapbridge.types import Float64Array, MocapFrame, StreamInfo, StreamNames
from mocapbridge.wire import link

_ROTATION_STEPS: Final = 32767
_SEQUENCE: Final = np.dtype("<u4")
_SEQUENCE_OFFSET: Final = 16
_SUBJECT_OFFSET: Final = 20
_LONGEST_GESTURE: Final = 16
"""Of the gesture recogniser's own."""
_SQUARED_LENGTH_TOLERANCE: Final = 0.02
"""As the codec has it."""


def _body_type(names: StreamNames) -> np.dtype[np.void]:
    """docs/link-protocol.md, "Frame"; ``times`` are frame id, capture time and Unix time."""
    joints = len(names.joints)
    return np.dtype(
        [
            ("static_hash", "<u4"),
            ("times", "<u8", 3),
            ("timecode", "u1", 4),
            ("flags", "u1"),
            ("states", "u1"),
            ("part_confidences", "u1", 2),
            ("root", "<f4", 3),
            ("head_rotation", "<i2", 4),
            ("head_position", "<f4", 3),
            ("gaze", "<f4", (2, 2)),
            ("counts", "u1", 2),
            ("rotations", "<i2", (joints, 4)),
            ("joints", "u1", (joints,)),
            ("blendshapes", "<u2", (len(names.blendshapes),)),
        ]
    )


class LinkLayout:
    """The datagram of one frame of a stream."""

    def __init__(self, info: StreamInfo, static_hash: int) -> None:
        self._session_id = info.session_id
        self._subject = info.subject
        self._static_hash = static_hash
        names = names_of(info)
        self._joint_count = len(names.joints)
        self._blendshape_count = len(names.blendshapes)
        self._body_type = _body_type(names)
        self._share_steps = np.repeat(
            (255.0, 63.0, 65535.0), (2, self._joint_count, self._blendshape_count)
        )
        """How many steps there are from 0 to 1, for each of ``FrameVector.shares``."""
        self._gestures: tuple[str, str] | None = None
        self._buffer = bytearray()
        self._sequence = np.zeros(1, dtype=_SEQUENCE)
        self._body = np.zeros(1, dtype=self._body_type)

    def fill(
        self,
        frame: MocapFrame,
        vector: FrameVector,
        sequence: int,
        unix_time_ns: int,
        timecode: link.Timecode,
    ) -> memoryview:
        """The datagram of a frame, in a buffer that the next call overwrites.

        Args:
            frame: gives the identity, the states and the gestures.
            vector: the numbers of that frame.
            sequence: the datagram's place in the session.
            unix_time_ns: wall clock of the capture [ns].
            timecode: of the capture.

        Raises:
            ValueError: a rotation is not of unit length, or a gesture's name too long.
        """
        squares = np.einsum("ij,ij->i", vector.rotations_wxyz, vector.rotations_wxyz)
        if max(1.0 - squares.min(), squares.max() - 1.0) > _SQUARED_LENGTH_TOLERANCE:
            raise ValueError(f"frame {frame.frame_id} holds a rotation that is not of unit length")
        if frame.gestures != self._gestures:
            self._lay_out(frame.gestures)
        self._sequence[0] = sequence
        body = self._body[0]
        body["times"] = (frame.frame_id, frame.capture_time_ns, unix_time_ns)
        pose, face, left_hand, right_hand = part_states(frame)
        body["states"] = pose | face << 2 | left_hand << 4 | right_hand << 6
        shares = _steps(vector.shares, self._share_steps)
        of_joints, of_blendshapes = np.split(shares[2:], (self._joint_count,))
        flags, body["timecode"] = link.pack_timecode(timecode)
        body["flags"] = flags | link.pack_feet(frame.pose.feet_planted)
        body["part_confidences"] = shares[:2]
        body["joints"] = frame.pose.joint_state << 6 | of_joints
        body["blendshapes"] = of_blendshapes
        body["root"] = vector.root_position_in_world_m
        head_rotation = plain.quaternion_wxyz(vector.world_from_head[:3, :3])
        body["head_rotation"] = [round(part * _ROTATION_STEPS) for part in head_rotation]
        body["head_position"] = vector.world_from_head[:3, 3]
        body["gaze"] = vector.gaze_rad
        body["rotations"] = _rotation_steps(vector.rotations_wxyz)
        return memoryview(self._buffer)

    def check(self) -> None:
        """See that a frame fits into a datagram, with the longest gestures' names.

        Raises:
            Unencodable: there are too many joints and shapes.
        """
        self._lay_out(("x" * _LONGEST_GESTURE, "x" * _LONGEST_GESTURE))
        self._gestures = None

    def _lay_out(self, gestures: tuple[str, str]) -> None:
        """Have the codec write a frame with these texts, and lay the records over it."""
        lost = link.State.LOST
        blank = link.Frame(
            static_hash=self._static_hash,
            frame_id=0,
            capture_time_ns=0,
            unix_time_ns=0,
            timecode=None,
            states=link.PartStates(lost, lost, lost, lost),
            pose_confidence=0.0,
            face_confidence=0.0,
            root_position_in_world_m=(0.0,) * 3,
            head_rotation_wxyz=quaternion.IDENTITY_WXYZ,
            head_position_in_world_m=(0.0,) * 3,
            gaze_rad=(0.0,) * 4,
            rotations_wxyz=(quaternion.IDENTITY_WXYZ,) * self._joint_count,
            joint_states=(0,) * self._joint_count,
            joint_confidences=(0.0,) * self._joint_count,
            blendshapes=(0.0,) * self._blendshape_count,
            gestures=gestures,
        )
        header = link.Header(self._session_id, 0, self._subject)
        self._buffer = bytearray(link.encode(header, blank))
        body_offset = _SUBJECT_OFFSET + len(self._subject.encode())
        self._sequence = np.frombuffer(self._buffer, _SEQUENCE, 1, _SEQUENCE_OFFSET)
        self._body = np.frombuffer(self._buffer, self._body_type, 1, body_offset)
        self._gestures = gestures


def _steps(shares: FloatArray, steps: Float64Array) -> npt.NDArray[np.uint16]:
    """Numbers 0..1 as whole steps, rounded as the codec does."""
    clipped = np.minimum(np.maximum(shares, 0.0), 1.0)
    return (clipped * steps + 0.5).astype(np.uint16)


def _rotation_steps(rotations_wxyz: FloatArray) -> npt.NDArray[np.int16]:
    """Components -1..1 as whole steps, rounded as the codec does."""
    steps = np.rint(rotations_wxyz * np.float64(_ROTATION_STEPS))
    return np.minimum(np.maximum(steps, -_ROTATION_STEPS), _ROTATION_STEPS).astype(np.int16)
