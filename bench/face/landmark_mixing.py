"""Faces nobody has: identities and expressions of the footage mixed in landmark space.

A dozen people do not span faces. So every drawn face takes its rest shape from two or three people
(beyond them as well), a smooth random warp, and its expression from the footage, region by region,
weaker or stronger, one-sided or mirrored; eyes look elsewhere, lids close, the head turns. What the
official network says of such a face is exact, because it sees nothing but landmarks.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from bench.face.face_frame import FaceFrames, to_face, to_picture
from bench.face.tracks import FaceTrack
from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.geometry.face_canonical import load_canonical_face
from mocapbridge.types import FACE_LANDMARK_COUNT, Float32Array, Float64Array

PICTURE_PX: Final = (512, 512)
_MIRROR: Final = np.array((-1.0, 1.0, 1.0), dtype=np.float32)
_RIGHT_IRIS: Final = slice(468, 473)
_LEFT_IRIS: Final = slice(473, 478)
_UPPER_LIDS: Final = (
    (246, 161, 160, 159, 158, 157, 173),
    (466, 388, 387, 386, 385, 384, 398),
)
_LOWER_LIDS: Final = (
    (7, 163, 144, 145, 153, 154, 155),
    (249, 390, 373, 374, 380, 381, 382),
)
_ACTIVITY: Final = {
    "jawOpen": 1.0,
    "eyeBlinkLeft": 1.0,
    "eyeBlinkRight": 1.0,
    "mouthSmileLeft": 1.0,
    "mouthPucker": 1.0,
    "eyeLookDownLeft": 0.5,
    "browInnerUp": 0.5,
}
"""The less of these, the calmer the face."""


class FaceMixer:
    """Draws faces from the people of some tracks (official mesh and scores)."""

    def __init__(self, tracks: list[FaceTrack]) -> None:
        mirrored = load_canonical_face().mirrored
        rests: list[Float32Array] = []
        expressions: list[Float32Array] = []
        rotations: list[Float64Array] = []
        shares: list[Float64Array] = []
        for track in tracks:
            faces = to_face(track.image, track.image_size_px)
            rest = np.median(faces.in_face_cm[_calmest(track)], axis=0)
            rests.append(rest)
            expressions.append(faces.in_face_cm - rest)
            rotations.append(faces.rotation)
            shares.append(np.full(len(track.frame), 1.0 / len(track.frame)))
        rest_cm, expression_cm = np.array(rests), np.concatenate(expressions)
        flip = np.diag(_MIRROR).astype(np.float64)
        rotation = np.concatenate(rotations)
        share = np.concatenate(shares)
        self._rest_cm = np.concatenate([rest_cm, rest_cm[:, mirrored] * _MIRROR])
        self._mean_rest_cm = self._rest_cm.mean(axis=0)
        self._expression_cm = np.concatenate([expression_cm, expression_cm[:, mirrored] * _MIRROR])
        self._rotation = np.concatenate([rotation, flip @ rotation @ flip])
        self._share = np.concatenate([share, share]) / (2.0 * share.sum())
        self._regions, self._left_half = _soft_regions()
        self._mirrored = mirrored

    def draw(self, count: int, rng: np.random.Generator) -> Float32Array:
        """(count, 478, 3) landmarks as fractions of a picture of `PICTURE_PX`."""
        faces_cm = self._shapes(count, rng) + self._expressions(count, rng)
        _turn_eyes(faces_cm, rng)
        _move_lids(faces_cm, rng)
        jitter_cm = rng.choice((0.0, 0.01, 0.03), count)[:, None, None]
        faces_cm += jitter_cm * rng.normal(size=faces_cm.shape)
        rotation, shift_cm = self._poses(count, rng)
        return to_picture(FaceFrames(faces_cm.astype(np.float32), rotation, shift_cm), PICTURE_PX)

    def _any_expression(self, count: int, rng: np.random.Generator) -> Float32Array:
        return self._expression_cm[rng.choice(len(self._share), count, p=self._share)]

    def _any_rest(self, count: int, rng: np.random.Generator) -> Float32Array:
        return self._rest_cm[rng.integers(0, len(self._rest_cm), count)]

    def _shapes(self, count: int, rng: np.random.Generator) -> Float64Array:
        first, second = self._any_rest(count, rng), self._any_rest(count, rng)
        shape = first + _column(rng.uniform(-0.35, 1.35, count)) * (second - first)
        third = self._any_rest(count, rng) - self._mean_rest_cm
        shape += _column(rng.normal(0.0, 0.35, count)) * third
        shape *= 1.0 + rng.normal(0.0, 0.04, (count, 1, 3))
        for _ in range(3):
            shape += self._smooth_warp(count, rng)
        return shape

    def _smooth_warp(self, count: int, rng: np.random.Generator) -> Float64Array:
        points_cm = load_canonical_face().points_cm
        centre = points_cm[rng.integers(0, FACE_LANDMARK_COUNT, count)]
        square = ((points_cm[None] - centre[:, None]) ** 2).sum(axis=-1)
        width_cm = rng.uniform(1.2, 5.0, count)[:, None]
        warp = np.exp(-0.5 * square / width_cm**2)[..., None] * rng.normal(0.0, 0.16, (count, 1, 3))
        both_sides = _column(rng.random(count) < 0.7)
        return warp + both_sides * warp[:, self._mirrored] * _MIRROR

    def _expressions(self, count: int, rng: np.random.Generator) -> Float64Array:
        whole = self._any_expression(count, rng)
        of_one = _column(rng.random(count) < 0.5)
        total = np.zeros(whole.shape)
        for region in self._regions:
            source = np.where(of_one, whole, self._any_expression(count, rng))
            one_sided = _column(rng.random(count) < 0.2) * self._left_half
            source = source + one_sided * (self._any_expression(count, rng) - source)
            gain = np.clip(rng.normal(1.0, 0.45, count), -0.3, 2.2)
            total += region * source * _column(gain)
        extra = _column((rng.random(count) < 0.3) * rng.uniform(0.2, 1.0, count))
        where = self._regions[rng.integers(0, len(self._regions), count)]
        return total + extra * where * self._any_expression(count, rng)

    def _poses(self, count: int, rng: np.random.Generator) -> tuple[Float64Array, Float64Array]:
        seen = self._rotation[rng.choice(len(self._share), count, p=self._share)]
        angles_deg = rng.normal(0.0, (14.0, 8.0, 6.0), (count, 3))
        turned = Rotation.from_euler("YXZ", angles_deg, degrees=True).as_matrix() @ seen
        distance_cm = np.exp(rng.uniform(np.log(20.0), np.log(150.0), count))
        aside = rng.uniform(-0.3, 0.3, (count, 2)) * distance_cm[:, None]
        return turned, np.column_stack([aside, -distance_cm])


def _column(values: npt.NDArray[np.float64] | npt.NDArray[np.bool_]) -> Float64Array:
    return values.astype(np.float64)[:, None, None]


def _calmest(track: FaceTrack) -> npt.NDArray[np.intp]:
    activity = sum(
        (weight * track.blendshapes[:, ARKIT_INDEX[name]] for name, weight in _ACTIVITY.items()),
        start=np.zeros(len(track.frame)),
    )
    return np.argsort(activity)[: max(10, len(activity) // 5)]


def _soft_regions() -> tuple[Float64Array, Float64Array]:
    """(3, 478, 1) brows, middle and mouth, adding up to 1, and (478, 1) the left half."""
    x, y, _ = load_canonical_face().points_cm.T
    eye_line = y[[33, 263, 133, 362]].mean()
    brows = _soft_step(y - (eye_line + 1.15), 0.25)
    mouth = _soft_step(y[2] - 0.2 - y, 0.4)
    regions = np.stack([brows, 1.0 - np.maximum(brows, mouth), mouth])
    regions /= regions.sum(axis=0)
    return regions[..., None], _soft_step(x, 0.8)[:, None]


def _soft_step(distance_cm: Float64Array, width_cm: float) -> Float64Array:
    return 1.0 / (1.0 + np.exp(-distance_cm / width_cm))


def _turn_eyes(faces_cm: Float64Array, rng: np.random.Generator) -> None:
    count = len(faces_cm)
    together = rng.normal(0.0, 0.17, (count, 1, 2)) * (rng.random((count, 1, 1)) < 0.6)
    apart = rng.normal(0.0, 0.03, (2, count, 1, 2))
    faces_cm[:, _RIGHT_IRIS, :2] += together + apart[0]
    faces_cm[:, _LEFT_IRIS, :2] += together + apart[1]


def _move_lids(faces_cm: Float64Array, rng: np.random.Generator) -> None:
    count = len(faces_cm)
    closing = (rng.random((2, count)) < 0.25) * rng.uniform(-0.35, 1.0, (2, count))
    closing[1] = np.where(rng.random(count) < 0.7, closing[0], closing[1])
    for amount, upper, lower in zip(closing, _UPPER_LIDS, _LOWER_LIDS, strict=True):
        gap = faces_cm[:, upper] - faces_cm[:, lower]
        faces_cm[:, upper] -= 0.9 * _column(amount) * gap
        faces_cm[:, lower] += 0.1 * _column(amount) * gap
