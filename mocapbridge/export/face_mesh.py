"""A simple face with the 52 ARKit shapes as morph targets.

The average face of `models/face_canonical.json` (CC0), triangulated, put where the skeleton's eyes
are, its mouth closed. Shapes are soft pushes of a region, plus lids that close onto each other and
a jaw that turns about its hinge; they show an expression, they do not rebuild a person's face. Left
is the performer's; the right side is the mirrored left.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.bundled import bundled_path
from mocapbridge.export.body_mesh import EYE_M, vertex_normals
from mocapbridge.export.face_lips import (
    jaw_weights,
    lip_falloff,
    lip_thinned,
    lip_weights,
    mouth_closed,
)
from mocapbridge.export.face_points import (
    EYE_CORNERS,
    IRISES,
    LEFT_CORNER,
    LOWER_LID,
    LOWER_LIP,
    MESH_POINTS,
    RIGHT_CORNER,
    UPPER_LID,
    UPPER_LIP,
)
from mocapbridge.export.face_triangles import face_triangles
from mocapbridge.skeleton import JOINT_INDEX
from mocapbridge.types import BLENDSHAPE_COUNT, Float32Array, Float64Array

_JAW_HINGE_CM: Final = (0.0, 1.0, -4.0)
_JAW_OPEN_RAD: Final = 0.3
_LID_TRAVEL: Final = 0.95
_LIDS_BEFORE_EYES: Final = 1.25
"""How far the lids lie before the middle of an eyeball, in its radii."""

_Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class _Region:
    """Points around these, softly."""

    centres: tuple[int, ...]
    radius_cm: float
    """Where the push has fallen to 0.6."""


_REGIONS: Final = {
    "upper lid": _Region(UPPER_LID, 0.2),
    "lower lid": _Region(LOWER_LID, 0.3),
    "brow": _Region((336, 296, 334, 293, 300, 285, 295, 282, 283), 0.6),
    "inner brow": _Region((336, 285, 107, 55, 9), 0.7),
    "outer brow": _Region((334, 293, 300, 283, 276), 0.6),
    "cheek": _Region((425, 280, 411), 1.1),
    "under eye": _Region((347, 348, 346, 349), 0.6),
    "nose wing": _Region((358, 327, 420), 0.6),
    "corner": _Region(LEFT_CORNER, 0.8),
    "mouth": _Region((*UPPER_LIP, *LOWER_LIP, *LEFT_CORNER, *RIGHT_CORNER), 0.9),
    "chin": _Region((152, 175, 199, 200), 0.9),
}
_LIPS: Final = {"upper lip": UPPER_LIP, "lower lip": LOWER_LIP}
"""Regions whose weights are of their own kind."""

# Pushes of regions [cm]: x to the performer's left, y up, z out of the face. A name without a side
# in ARKIT_NAMES ("eyeWide" of "eyeWideLeft") stands for both sides, each with its own half.
_PUSHES: Final[dict[str, tuple[tuple[str, _Vector], ...]]] = {
    "eyeLookUp": (("upper lid", (0.0, 0.15, 0.0)),),
    "eyeLookIn": (("upper lid", (-0.06, 0.0, 0.0)),),
    "eyeLookOut": (("upper lid", (0.06, 0.0, 0.0)),),
    "eyeSquint": (("lower lid", (0.0, 0.22, 0.0)), ("under eye", (0.0, 0.12, 0.05))),
    "eyeWide": (("upper lid", (0.0, 0.28, 0.0)), ("brow", (0.0, 0.1, 0.0))),
    "jawForward": (("chin", (0.0, 0.0, 0.6)), ("lower lip", (0.0, 0.0, 0.5))),
    "jawLeft": (
        ("chin", (0.8, 0.0, 0.0)),
        ("mouth", (0.3, 0.0, 0.0)),
        ("lower lip", (0.3, 0.0, 0.0)),
    ),
    "jawRight": (
        ("chin", (-0.8, 0.0, 0.0)),
        ("mouth", (-0.3, 0.0, 0.0)),
        ("lower lip", (-0.3, 0.0, 0.0)),
    ),
    "mouthLeft": (("mouth", (0.8, 0.0, 0.0)),),
    "mouthRight": (("mouth", (-0.8, 0.0, 0.0)),),
    "mouthSmile": (("corner", (0.55, 0.7, -0.2)), ("cheek", (0.05, 0.25, 0.15))),
    "mouthFrown": (("corner", (0.1, -0.7, -0.05)),),
    "mouthDimple": (("corner", (0.35, 0.1, -0.4)),),
    "mouthStretch": (("corner", (0.7, -0.2, -0.15)),),
    "mouthShrugLower": (
        ("lower lip", (0.0, 0.3, 0.2)),
        ("upper lip", (0.0, 0.3, 0.05)),
        ("chin", (0.0, 0.3, 0.1)),
    ),
    "mouthShrugUpper": (("upper lip", (0.0, 0.3, 0.2)), ("lower lip", (0.0, 0.25, 0.05))),
    "mouthLowerDown": (("lower lip", (0.1, -0.5, 0.0)),),
    "mouthUpperUp": (("upper lip", (0.05, 0.45, 0.0)),),
    "browDown": (("brow", (-0.1, -0.45, 0.05)),),
    "browInnerUp": (("inner brow", (0.0, 0.6, 0.0)),),
    "browOuterUp": (("outer brow", (0.0, 0.6, 0.0)),),
    "cheekSquint": (("under eye", (0.0, 0.25, 0.1)), ("cheek", (0.0, 0.2, 0.05))),
    "noseSneer": (("nose wing", (0.05, 0.35, 0.05)),),
    "tongueOut": (("lower lip", (0.0, -0.15, 0.3)),),
}
_WHOLE: Final = frozenset(
    {"mouthShrugLower", "mouthShrugUpper", "browInnerUp", "jawForward"}
    | {"jawLeft", "jawRight", "mouthLeft", "mouthRight", "tongueOut"}
)
"""Shapes of both sides at once; their regions are completed by the mirrored centres."""


@dataclass(frozen=True, slots=True)
class FaceMesh:
    """Triangles at rest, and where each shape moves them."""

    positions_m: Float32Array
    """(468, 3) world axes, from the head joint."""
    normals: Float32Array
    """(468, 3)."""
    triangles: npt.NDArray[np.uint16]
    """(t, 3) counter-clockwise seen from outside."""
    surfaces: npt.NDArray[np.uint8]
    """(t,) index of each one's in `face_triangles.SURFACES`."""
    shapes_m: Float32Array
    """(52, 468, 3) how each point moves at weight 1, in the order of `ARKIT_NAMES`."""


def face_mesh(rest_positions_m: Float32Array) -> FaceMesh:
    """The face at the eyes of that rest pose.

    Raises:
        FileNotFoundError: the average face does not travel with this installation.
    """
    data = json.loads(bundled_path("models/face_canonical.json").read_text(encoding="utf-8"))
    all_points_cm = np.array(data["points_cm"], dtype=np.float64)
    mirrored = np.array(data["mirrored"], dtype=np.intp)[:MESH_POINTS]
    points_cm = mouth_closed(all_points_cm[:MESH_POINTS])
    shapes_cm = _Shapes(points_cm, mirrored).all()
    triangles, surfaces = face_triangles(all_points_cm[:MESH_POINTS], mirrored)
    to_head_m, scale = _placed(all_points_cm, rest_positions_m.astype(np.float64))
    return FaceMesh(
        positions_m=(points_cm * scale + to_head_m).astype(np.float32),
        normals=vertex_normals(points_cm, triangles).astype(np.float32),
        triangles=triangles.astype(np.uint16),
        surfaces=surfaces,
        shapes_m=(shapes_cm * scale).astype(np.float32),
    )


def _placed(points_cm: Float64Array, rest_m: Float64Array) -> tuple[Float64Array, float]:
    """Where the face's origin lies from the head joint [m], and metres per centimetre of it."""
    eyes_m = rest_m[[JOINT_INDEX["leftEye"], JOINT_INDEX["rightEye"]]] - rest_m[JOINT_INDEX["head"]]
    irises_cm = points_cm[list(IRISES)]
    apart_m = float(np.linalg.norm(eyes_m[0] - eyes_m[1]))
    scale = apart_m / float(np.linalg.norm(irises_cm[0] - irises_cm[1])) or 0.01
    # The joints are the middles of the eyeballs; the lids lie on them.
    surface_m = eyes_m.mean(axis=0) + np.array((0.0, 0.0, _LIDS_BEFORE_EYES * EYE_M))
    return surface_m - irises_cm.mean(axis=0) * scale, scale


class _Shapes:
    """Makes the displacements of all shapes [cm]."""

    def __init__(self, points_cm: Float64Array, mirrored: npt.NDArray[np.intp]) -> None:
        self._points = points_cm
        self._mirrored = mirrored
        # 1 on the performer's left, 0 on the right, a soft seam of a centimetre between.
        self._left = np.clip(0.5 + points_cm[:, 0], 0.0, 1.0)[:, None]

    def all(self) -> Float64Array:
        """`(52, 468, 3)`."""
        shapes = np.zeros((BLENDSHAPE_COUNT, *self._points.shape))
        for name, pushes in _PUSHES.items():
            if name in _WHOLE:
                shapes[ARKIT_INDEX[name]] = sum(self._push(*p, whole=True) for p in pushes)
            else:
                left = np.asarray(sum(self._push(*p, whole=False) for p in pushes)) * self._left
                self._both(shapes, name, left)
        jaw = self._jaw_open()
        shapes[ARKIT_INDEX["jawOpen"]] = jaw
        # Takes back what the open jaw did to the lower lip.
        shapes[ARKIT_INDEX["mouthClose"]] = -jaw * lip_falloff(self._points, LOWER_LIP)[:, None]
        shapes[ARKIT_INDEX["mouthRollLower"]] = self._thinned("lower lip", 0.6, 0.35)
        shapes[ARKIT_INDEX["mouthRollUpper"]] = self._thinned("upper lip", 0.6, 0.35)
        pressed = self._thinned("lower lip", 0.3, 0.1) + self._thinned("upper lip", 0.3, 0.1)
        pressed += self._push("corner", (0.1, 0.0, -0.15), whole=False)
        self._both(shapes, "mouthPress", pressed * self._left)
        lids = self._closed_lids()
        self._both(shapes, "eyeBlink", lids * _LID_TRAVEL)
        self._both(shapes, "eyeLookDown", lids * 0.4)
        shapes[ARKIT_INDEX["mouthPucker"]] = self._narrowed(0.38, 0.7, 0.0)
        shapes[ARKIT_INDEX["mouthFunnel"]] = self._narrowed(0.22, 0.6, 0.25)
        shapes[ARKIT_INDEX["cheekPuff"]] = self._puffed()
        return shapes

    def _both(self, shapes: Float64Array, name: str, left: Float64Array) -> None:
        shapes[ARKIT_INDEX[f"{name}Left"]] = left
        shapes[ARKIT_INDEX[f"{name}Right"]] = left[self._mirrored] * (-1.0, 1.0, 1.0)

    def _push(self, region: str, push_cm: _Vector, *, whole: bool) -> Float64Array:
        return self._weights(region, whole=whole)[:, None] * np.array(push_cm)

    def _weights(self, region: str, *, whole: bool) -> Float64Array:
        """How much each point belongs to a region, 0 to 1."""
        if region in _LIPS:
            return lip_weights(self._points, _LIPS[region])
        centres = list(_REGIONS[region].centres)
        if whole:
            centres += self._mirrored[centres].tolist()
        apart = np.linalg.norm(self._points[:, None] - self._points[centres], axis=-1).min(axis=1)
        weights = np.exp(-0.5 * (apart / _REGIONS[region].radius_cm) ** 2)
        if region == "upper lid":
            weights[list(LOWER_LID)] = 0.0
        if region == "lower lid":
            weights[list(UPPER_LID)] = 0.0
        return weights

    def _jaw_open(self) -> Float64Array:
        arm = self._points - _JAW_HINGE_CM
        # A turn about the x axis, taken straight: morph targets move on lines.
        turn = np.stack(
            (np.zeros(len(arm)), -arm[:, 2] * _JAW_OPEN_RAD, arm[:, 1] * _JAW_OPEN_RAD), axis=1
        )
        return turn * jaw_weights(self._points)[:, None]

    def _closed_lids(self) -> Float64Array:
        """The left upper lid, moved onto the lower one."""
        moved = np.zeros_like(self._points)
        upper, lower = list(UPPER_LID), list(LOWER_LID)
        moved[upper] = self._points[lower] - self._points[upper]
        # The fold above follows by half.
        apart = np.linalg.norm(self._points[:, None] - self._points[upper], axis=-1)
        nearest = np.argmin(apart, axis=1)
        follow = 0.5 * np.exp(-0.5 * (apart.min(axis=1) / 0.35) ** 2)
        above = self._points[:, 1] > self._points[upper][nearest, 1]
        follow[~above] = 0.0
        follow[[*upper, *lower, *EYE_CORNERS]] = 0.0
        return moved + follow[:, None] * moved[upper][nearest]

    def _thinned(self, lip: str, thinner: float, back_cm: float) -> Float64Array:
        """A lip drawn to the line between both by that share, and back."""
        return thinner * lip_thinned(self._points, _LIPS[lip]) + self._push(
            lip, (0.0, 0.0, -back_cm), whole=True
        )

    def _narrowed(self, narrow: float, forward_cm: float, apart_cm: float) -> Float64Array:
        """Lips drawn to the middle and forward, and apart by that much."""
        weights = self._weights("mouth", whole=True)[:, None]
        moved = np.zeros_like(self._points)
        moved[:, 0] = -narrow * self._points[:, 0]
        moved[:, 2] = forward_cm
        moved *= weights
        moved[:, 1] += apart_cm * self._weights("upper lip", whole=True)
        moved[:, 1] -= apart_cm * self._weights("lower lip", whole=True)
        return moved

    def _puffed(self) -> Float64Array:
        left = self._weights("cheek", whole=False)[:, None] * np.array((0.7, -0.1, 0.6))
        return left + left[self._mirrored] * (-1.0, 1.0, 1.0)
