"""One face mesh of 478 points out of the seven outputs of the attention network.

The network gives a mesh of 468 points and refined contours beside it: lips, eyes, irises. The
table made here picks, for every coordinate of the final mesh, the value it comes from. The order of
the contours' points is that of MediaPipe's `face_landmark_with_attention` graph
(mediapipe/modules/face_landmark/tensors_to_face_landmarks_with_attention.pbtxt, Apache-2.0).
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Meta, Struct

from mocapbridge.bundled import bundled_path

MESH_POINTS: Final = 468
FACE_POINTS: Final = 478
MERGED_OUTPUTS: Final = 6
"""Mesh, lips, left eye, right eye, left iris, right iris: the first six outputs, in this order."""
_FIRST_IRIS_MAP: Final = 3
_IRIS_Z_PLACE: Final = 3
"""Which of an eye's sixteen contour points lends its depth to the iris (see `merge_table`): that
whose depth is nearest to the mean of the sixteen, by 1.6 px of a 512 px face (the others 3 to 11),
on a turning head."""

Landmark = Annotated[int, Meta(ge=0, lt=FACE_POINTS)]


class AttentionMeshMap(Struct, frozen=True, forbid_unknown_fields=True):
    """`models/attention_mesh_map.json`: which landmarks the refined outputs stand for."""

    maps: tuple[tuple[Landmark, ...], ...]
    """For lips, left eye, right eye, left iris, right iris: landmark of each (x, y) pair."""
    iris_z_from: tuple[tuple[Landmark, ...], ...]
    """For left and right iris: the contour of that eye."""


def load_attention_mesh_map() -> AttentionMeshMap:
    """The map that travels with this version of mocapbridge."""
    content = bundled_path("models/attention_mesh_map.json").read_bytes()
    return msgspec.json.decode(content, type=AttentionMeshMap)


def merge_table(mesh_map: AttentionMeshMap) -> npt.NDArray[np.int32]:
    """Where each coordinate of the final mesh lies in the six outputs laid end to end.

    x and y of a refined landmark come from the last output that has it, z always from the mesh.
    The network has no depth for the irises. MediaPipe's own graph gives them the mean depth of the
    eye's contour; a table can only pick, so they take the depth of one contour point.

    Returns:
        (1434,) indices: x, y, z of landmark 0, of landmark 1, and so on.
    """
    table = np.zeros((FACE_POINTS, 3), np.int32)
    table[:MESH_POINTS] = np.reshape(np.arange(3 * MESH_POINTS), (-1, 3))
    offset = 3 * MESH_POINTS
    for landmarks in mesh_map.maps:
        pairs = offset + np.reshape(np.arange(2 * len(landmarks)), (-1, 2))
        table[np.array(landmarks), :2] = pairs
        offset += 2 * len(landmarks)
    irises = mesh_map.maps[_FIRST_IRIS_MAP:]
    for landmarks, contour in zip(irises, mesh_map.iris_z_from, strict=True):
        table[np.array(landmarks), 2] = 3 * contour[_IRIS_Z_PLACE] + 2
    return np.ravel(table)
