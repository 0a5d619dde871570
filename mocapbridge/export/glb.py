"""GLB: skeleton, body, face and their motion in one file that any 3D viewer shows.

Nodes are called as VRM 1.0 calls the joints; the rest pose is the T-pose. The animation turns the
joints, moves the hips and weighs the face's 52 morph targets, at the times of the clip.
Format: Khronos glTF 2.0; names of morph targets in `extras.targetNames`, as its viewers read them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from mocapbridge import __version__
from mocapbridge.blendshapes import ARKIT_NAMES
from mocapbridge.export.body_mesh import SURFACES as BODY_SURFACES
from mocapbridge.export.body_mesh import body_mesh
from mocapbridge.export.clip import Clip, rest_offsets_m
from mocapbridge.export.face_mesh import face_mesh
from mocapbridge.export.face_triangles import SURFACES as FACE_SURFACES
from mocapbridge.export.gltf_buffer import ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER, GltfBuffer, Json
from mocapbridge.export.options import ExportOptions, Progress
from mocapbridge.skeleton import JOINT_COUNT, JOINT_INDEX, JOINT_NAMES, PARENTS
from mocapbridge.types import Float32Array

_COLOURS: Final[dict[str, tuple[float, ...]]] = {
    "Skin": (0.80, 0.62, 0.50, 1.0),
    "Lips": (0.62, 0.30, 0.27, 1.0),
    "Brows": (0.13, 0.08, 0.05, 1.0),
    "Mouth": (0.08, 0.02, 0.02, 1.0),
    "Clothes": (0.23, 0.38, 0.60, 1.0),
    "Eyes": (0.85, 0.85, 0.82, 1.0),
    "Irises": (0.09, 0.05, 0.03, 1.0),
}
"""By material, linear."""
_MATERIALS: Final = (*FACE_SURFACES, *BODY_SURFACES)


def write_glb(clip: Clip, path: Path, _options: ExportOptions, progress: Progress) -> None:
    """Write the file."""
    buffer = GltfBuffer()
    face_node, body_node, figure_node = JOINT_COUNT, JOINT_COUNT + 1, JOINT_COUNT + 2
    nodes = joint_nodes(clip.rest_positions_m)
    nodes[JOINT_INDEX["head"]].setdefault("children", []).append(face_node)
    nodes += [
        {"name": "Face", "mesh": 0},
        {"name": "Body", "mesh": 1, "skin": 0},
        {"name": clip.subject or "performer", "children": [0]},
    ]
    document: Json = {
        "asset": asset(),
        "scene": 0,
        "scenes": [{"name": clip.subject or "performer", "nodes": [figure_node, body_node]}],
        "nodes": nodes,
        "meshes": [_face(buffer, clip.rest_positions_m), _body(buffer, clip.rest_positions_m)],
        "materials": [_material(name, _COLOURS[name]) for name in _MATERIALS],
        "skins": [
            {
                "name": "Skeleton",
                "skeleton": 0,
                "joints": list(range(JOINT_COUNT)),
                "inverseBindMatrices": buffer.add(_inverse_bind_matrices(clip.rest_positions_m)),
            }
        ],
        "animations": [_animation(buffer, clip, face_node)],
    }
    progress(0.5)
    buffer.write(document, path)
    progress(1.0)


def asset() -> Json:
    """Who made the file."""
    return {"version": "2.0", "generator": f"mocapbridge {__version__}"}


def joint_nodes(rest_positions_m: Float32Array) -> list[Json]:
    """A node for each joint, in the order of the skeleton, in the rest pose."""
    offsets = rest_offsets_m(rest_positions_m, PARENTS)
    nodes: list[Json] = [
        {"name": name, "translation": offset}
        for name, offset in zip(JOINT_NAMES, offsets.tolist(), strict=True)
    ]
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            nodes[parent].setdefault("children", []).append(joint)
    return nodes


def times(buffer: GltfBuffer, clip: Clip) -> int:
    """The accessor of the clip's times; in float32 they still rise from row to row."""
    return buffer.add(clip.times_s.astype(np.float32), bounds=True)


def add_channel(animation: Json, node: int, path: str, time: int, values: int) -> None:
    """Let an animation drive one property of a node."""
    animation["channels"].append(
        {"sampler": len(animation["samplers"]), "target": {"node": node, "path": path}}
    )
    animation["samplers"].append({"input": time, "output": values, "interpolation": "LINEAR"})


def rotations_xyzw(clip: Clip, joint: int) -> Float32Array:
    """`(n, 4)` rotations of a joint as glTF orders them."""
    return np.roll(clip.rotations_wxyz[:, joint], -1, axis=1)


def _animation(buffer: GltfBuffer, clip: Clip, face_node: int) -> Json:
    animation: Json = {"name": clip.subject or "performer", "channels": [], "samplers": []}
    time = times(buffer, clip)
    for joint in range(JOINT_COUNT):
        add_channel(animation, joint, "rotation", time, buffer.add(rotations_xyzw(clip, joint)))
    add_channel(animation, 0, "translation", time, buffer.add(clip.root_in_world_m))
    add_channel(animation, face_node, "weights", time, buffer.add(clip.blendshapes.reshape(-1)))
    return animation


def _inverse_bind_matrices(rest_positions_m: Float32Array) -> Float32Array:
    """`(55, 4, 4)`, column by column: from the rest pose to each joint."""
    matrices = np.tile(np.eye(4, dtype=np.float32), (JOINT_COUNT, 1, 1))
    matrices[:, 3, :3] = -rest_positions_m
    return matrices


def _face(buffer: GltfBuffer, rest_positions_m: Float32Array) -> Json:
    mesh = face_mesh(rest_positions_m)
    targets = [
        {"POSITION": buffer.add(shape, target=ARRAY_BUFFER, bounds=True)} for shape in mesh.shapes_m
    ]
    attributes = _surface(buffer, mesh.positions_m, mesh.normals)
    primitives = _primitives(buffer, mesh.triangles, mesh.surfaces, FACE_SURFACES)
    return {
        "name": "Face",
        "primitives": [
            primitive | {"attributes": attributes, "targets": targets} for primitive in primitives
        ],
        "weights": [0.0] * len(ARKIT_NAMES),
        "extras": {"targetNames": list(ARKIT_NAMES)},
    }


def _body(buffer: GltfBuffer, rest_positions_m: Float32Array) -> Json:
    mesh = body_mesh(rest_positions_m)
    joints = np.zeros((len(mesh.joints), 4), dtype=np.uint8)
    joints[:, 0] = mesh.joints
    weights = np.zeros((len(mesh.joints), 4), dtype=np.float32)
    weights[:, 0] = 1.0
    attributes = _surface(buffer, mesh.positions_m, mesh.normals) | {
        "JOINTS_0": buffer.add(joints, target=ARRAY_BUFFER),
        "WEIGHTS_0": buffer.add(weights, target=ARRAY_BUFFER),
    }
    primitives = _primitives(buffer, mesh.triangles, mesh.surfaces, BODY_SURFACES)
    return {
        "name": "Body",
        "primitives": [primitive | {"attributes": attributes} for primitive in primitives],
    }


def _primitives(
    buffer: GltfBuffer,
    triangles: npt.NDArray[np.uint16],
    surfaces: npt.NDArray[np.uint8],
    names: tuple[str, ...],
) -> list[Json]:
    """The triangles of each surface, with its material."""
    return [
        {
            "indices": buffer.add(
                triangles[surfaces == number].reshape(-1), target=ELEMENT_ARRAY_BUFFER
            ),
            "material": _MATERIALS.index(name),
        }
        for number, name in enumerate(names)
    ]


def _surface(buffer: GltfBuffer, positions_m: Float32Array, normals: Float32Array) -> Json:
    return {
        "POSITION": buffer.add(positions_m, target=ARRAY_BUFFER, bounds=True),
        "NORMAL": buffer.add(normals, target=ARRAY_BUFFER),
    }


def _material(name: str, colour: tuple[float, ...]) -> dict[str, Any]:
    return {
        "name": name,
        "doubleSided": True,
        "pbrMetallicRoughness": {
            "baseColorFactor": list(colour),
            "metallicFactor": 0.0,
            "roughnessFactor": 0.8,
        },
    }
