"""Packets of the OpenSeeFace tracker (github.com/emilianavt/OpenSeeFace).

Standard library alone. A datagram is one record of 1785 bytes for each face, little-endian,
without gaps:

=======  =============  ===============================================================
offset   type           field
=======  =============  ===============================================================
0        f64            time [s]
8        i32            id of the face
12       2 x f32        width and height of the picture [px]
20       2 x f32        how open the right and the left eye are, 0..1
28       u8             whether the 3D points were found
29       f32            error of their fit
33       4 x f32        rotation x, y, z, w, in the axes of the tracker's camera
49       3 x f32        the same as angles [deg]
61       3 x f32        translation, in the same axes
73       68 x f32       confidence of each point
345      68 x 2 x f32   points x, y in the picture [px], from its upper left
889      70 x 3 x f32   3D points, written as x, -y, -z
1729     14 x f32       features
=======  =============  ===============================================================
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, TypeAlias

PORT: Final = 11573
POINT_COUNT: Final = 68
POINT_3D_COUNT: Final = 70
FEATURE_NAMES: Final[tuple[str, ...]] = (
    "eye_l",
    "eye_r",
    "eyebrow_steepness_l",
    "eyebrow_updown_l",
    "eyebrow_quirk_l",
    "eyebrow_steepness_r",
    "eyebrow_updown_r",
    "eyebrow_quirk_r",
    "mouth_corner_updown_l",
    "mouth_corner_inout_l",
    "mouth_corner_updown_r",
    "mouth_corner_inout_r",
    "mouth_open",
    "mouth_wide",
)
MAX_FIT_ERROR: Final = 100.0
"""Receivers drop faces whose points fit worse."""

_RECORD: Final = struct.Struct(
    f"<di2f2fBf4f3f3f{POINT_COUNT}f{2 * POINT_COUNT}f{3 * POINT_3D_COUNT}f{len(FEATURE_NAMES)}f"
)
RECORD_BYTES: Final = _RECORD.size

Point: TypeAlias = tuple[float, float]
Point3d: TypeAlias = tuple[float, float, float]


class OpenSeeFaceError(ValueError):
    """Base of everything this codec raises."""


class Malformed(OpenSeeFaceError):
    """The datagram is none of OpenSeeFace, or holds what cannot be."""


class Unencodable(OpenSeeFaceError):
    """The values do not fit the format."""


@dataclass(frozen=True, slots=True)
class Face:
    """One face at one instant."""

    time_s: float
    face_id: int
    picture_size_px: tuple[float, float]
    right_eye_open: float
    left_eye_open: float
    got_3d_points: bool
    fit_error: float
    rotation_xyzw: tuple[float, ...]
    euler_deg: tuple[float, ...]
    translation: tuple[float, ...]
    confidences: tuple[float, ...]
    """(68)."""
    points_px: tuple[Point, ...]
    """(68)."""
    points_3d: tuple[Point3d, ...]
    """(70); the wire carries their y and z negated."""
    features: tuple[float, ...]
    """(14), in the order of ``FEATURE_NAMES``."""


def encode(faces: Iterable[Face]) -> bytes:
    """The bytes of a datagram.

    Raises:
        Unencodable: a number is not finite, out of range, or missing.
    """
    return b"".join(map(_record, faces))


def decode(datagram: bytes) -> list[Face]:
    """The faces in a datagram.

    Raises:
        Malformed: it has no whole number of records, or a number that cannot be.
    """
    if not datagram or len(datagram) % RECORD_BYTES:
        raise Malformed(
            f"OpenSeeFace packet of {len(datagram)} bytes; valid: multiples of {RECORD_BYTES}"
        )
    return [_face(fields) for fields in _RECORD.iter_unpack(datagram)]


def _record(face: Face) -> bytes:
    # Taken from 0.0, zero stays what it is and does not become -0.0.
    turned = ((x, 0.0 - y, 0.0 - z) for x, y, z in face.points_3d)
    numbers = (
        face.fit_error,
        *face.rotation_xyzw,
        *face.euler_deg,
        *face.translation,
        *face.confidences,
        *chain.from_iterable(face.points_px),
        *chain.from_iterable(turned),
        *face.features,
    )
    first = (*face.picture_size_px, face.right_eye_open, face.left_eye_open)
    if not all(map(math.isfinite, (face.time_s, *first, *numbers))):
        raise Unencodable("OpenSeeFace cannot carry a number that is not finite")
    try:
        return _RECORD.pack(face.time_s, face.face_id, *first, int(face.got_3d_points), *numbers)
    except (struct.error, OverflowError) as error:
        raise Unencodable(f"the face does not fit an OpenSeeFace record: {error}") from error


def _face(fields: tuple[float, ...]) -> Face:
    if not all(map(math.isfinite, fields)):
        raise Malformed("OpenSeeFace packet holds a number that is not finite")
    points_at, points_3d_at = 18 + POINT_COUNT, 18 + 3 * POINT_COUNT
    features_at = points_3d_at + 3 * POINT_3D_COUNT
    pairs: Sequence[float] = fields[points_at:points_3d_at]
    triples: Sequence[float] = fields[points_3d_at:features_at]
    return Face(
        time_s=fields[0],
        face_id=int(fields[1]),
        picture_size_px=(fields[2], fields[3]),
        right_eye_open=fields[4],
        left_eye_open=fields[5],
        got_3d_points=bool(fields[6]),
        fit_error=fields[7],
        rotation_xyzw=fields[8:12],
        euler_deg=fields[12:15],
        translation=fields[15:18],
        confidences=fields[18:points_at],
        points_px=tuple(zip(pairs[::2], pairs[1::2], strict=True)),
        points_3d=tuple(
            (x, 0.0 - y, 0.0 - z)
            for x, y, z in zip(triples[::3], triples[1::3], triples[2::3], strict=True)
        ),
        features=fields[features_at:],
    )
