"""The bytes of an OpenSeeFace record, written once by the codec and patched in place.

The codec is standard library alone and packs some 450 numbers one by one; numpy lays them over the
codec's bytes as a record. A test holds the two together, byte by byte.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from mocapbridge.types import Float64Array
from mocapbridge.wire import openseeface as wire

_FIELDS: Final = np.dtype(
    [
        ("time_s", "<f8"),
        ("face_id", "<i4"),
        ("picture_size_px", "<f4", 2),
        ("eyes_open", "<f4", 2),
        ("got_3d_points", "u1"),
        ("fit_error", "<f4"),
        ("rotation_xyzw", "<f4", 4),
        ("euler_deg", "<f4", 3),
        ("translation", "<f4", 3),
        ("confidences", "<f4", wire.POINT_COUNT),
        ("points_px", "<f4", (wire.POINT_COUNT, 2)),
        ("points_3d", "<f4", (wire.POINT_3D_COUNT, 3)),
        ("features", "<f4", len(wire.FEATURE_NAMES)),
    ]
)
"""As the table in ``wire.openseeface`` has them, without gaps."""
_AXES_ON_THE_WIRE: Final = np.array((1.0, -1.0, -1.0))
_LONGEST: Final = 1e30
"""Beyond, a number does not fit 32 bits; no head is so far away."""


class RecordNumbers(NamedTuple):
    """What changes from frame to frame; see ``wire.Face``."""

    time_s: float
    """Unix time."""
    eyes_open: Float64Array
    """(2), the right eye first."""
    rotation_xyzw: tuple[float, float, float, float]
    euler_deg: tuple[float, float, float]
    translation: Float64Array
    """(3)."""
    points_px: Float64Array
    """(68, 2)."""
    points_3d: Float64Array
    """(70, 3)."""
    features: Float64Array
    """(14)."""


class OpenSeeFaceLayout:
    """The record of one face, of which all but the identity and the confidences changes."""

    def __init__(self, picture_size_px: tuple[float, float]) -> None:
        blank = wire.Face(
            time_s=0.0,
            face_id=0,
            picture_size_px=picture_size_px,
            right_eye_open=0.0,
            left_eye_open=0.0,
            got_3d_points=True,
            fit_error=0.0,
            rotation_xyzw=(0.0, 0.0, 0.0, 1.0),
            euler_deg=(0.0,) * 3,
            translation=(0.0,) * 3,
            confidences=(1.0,) * wire.POINT_COUNT,
            points_px=((0.0, 0.0),) * wire.POINT_COUNT,
            points_3d=((0.0, 0.0, 0.0),) * wire.POINT_3D_COUNT,
            features=(0.0,) * len(wire.FEATURE_NAMES),
        )
        self._buffer = bytearray(wire.encode([blank]))
        self._record = np.frombuffer(self._buffer, _FIELDS, 1)[0]

    def fill(self, numbers: RecordNumbers) -> memoryview:
        """The record, in a buffer that the next call overwrites.

        Raises:
            ValueError: a position is too far away for the format.
        """
        for positions in (numbers.translation, numbers.points_px, numbers.points_3d):
            if max(positions.max(), -positions.min()) > _LONGEST:
                raise ValueError("the head is too far away for an OpenSeeFace record")
        record = self._record
        for name, value in zip(RecordNumbers._fields, numbers, strict=True):
            record[name] = value
        # Adding zero turns -0.0 into 0.0, as the codec does.
        record["points_3d"] = numbers.points_3d * _AXES_ON_THE_WIRE + 0.0
        return memoryview(self._buffer)
