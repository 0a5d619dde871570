"""VRMA: motion for VRM avatars (`VRMC_vrm_animation` 1.0).

Joints but the eyes, whose gaze is the look-at; hips move. Expressions are the preset ones of VRM
1.0 and, as custom ones, the 52 of ARKit; a weight is the X of its node's position.
Format: vrm-c/vrm-specification, `VRMC_vrm_animation-1.0`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from mocapbridge.export.clip import Clip
from mocapbridge.export.glb import add_channel, asset, joint_nodes, rotations_xyzw, times
from mocapbridge.export.gltf_buffer import GltfBuffer, Json
from mocapbridge.export.options import ExportOptions, Progress
from mocapbridge.geometry import quaternion
from mocapbridge.outputs.vmc_expressions import expressions
from mocapbridge.skeleton import JOINT_INDEX, JOINT_NAMES
from mocapbridge.types import Float32Array

EXTENSION: Final = "VRMC_vrm_animation"

_EYES: Final = ("leftEye", "rightEye")


def write_vrma(clip: Clip, path: Path, _options: ExportOptions, progress: Progress) -> None:
    """Write the file."""
    buffer = GltfBuffer()
    animation: Json = {"name": clip.subject or "performer", "channels": [], "samplers": []}
    time = times(buffer, clip)
    nodes = joint_nodes(clip.rest_positions_m)
    for joint, name in enumerate(JOINT_NAMES):
        if name not in _EYES:
            add_channel(animation, joint, "rotation", time, buffer.add(rotations_xyzw(clip, joint)))
    add_channel(animation, 0, "translation", time, buffer.add(clip.root_in_world_m))
    roots = [0]
    extension: Json = {
        "specVersion": "1.0",
        "humanoid": {
            "humanBones": {
                name: {"node": joint} for joint, name in enumerate(JOINT_NAMES) if name not in _EYES
            }
        },
        "expressions": _expressions(buffer, clip, animation, nodes, roots),
        "lookAt": _look_at(buffer, clip, animation, nodes, roots),
    }
    document: Json = {
        "asset": asset(),
        "extensionsUsed": [EXTENSION],
        "extensions": {EXTENSION: extension},
        "scene": 0,
        "scenes": [{"nodes": roots}],
        "nodes": nodes,
        "animations": [animation],
    }
    progress(0.5)
    buffer.write(document, path)
    progress(1.0)


def gaze_xyzw(gaze_rad: Float32Array) -> Float32Array:
    """`(n, 4)` the mean gaze of both eyes as a turn from +Z: first yaw about Y, then pitch about X.

    Args:
        gaze_rad: `(n, 2, 2)` left and right eye: yaw to the performer's left, pitch up.
    """
    half_yaw, half_pitch = (0.5 * gaze_rad.mean(axis=1)).T
    zero = np.zeros_like(half_yaw)
    yaw = np.stack((np.cos(half_yaw), zero, np.sin(half_yaw), zero), axis=1)
    # About +X the gaze turns down.
    pitch = np.stack((np.cos(half_pitch), -np.sin(half_pitch), zero, zero), axis=1)
    return np.roll(quaternion.multiply(yaw, pitch), -1, axis=1).astype(np.float32)


def _look_at(
    buffer: GltfBuffer, clip: Clip, animation: Json, nodes: list[Json], roots: list[int]
) -> Json:
    head = JOINT_INDEX["head"]
    eyes = clip.rest_positions_m[[JOINT_INDEX[name] for name in _EYES]].mean(axis=0)
    node = len(nodes)
    nodes.append({"name": "lookAt"})
    roots.append(node)
    add_channel(
        animation, node, "rotation", time_of(animation), buffer.add(gaze_xyzw(clip.gaze_rad))
    )
    offset = (eyes - clip.rest_positions_m[head]).tolist()
    return {"node": node, "offsetFromHeadBone": offset}


def _expressions(
    buffer: GltfBuffer, clip: Clip, animation: Json, nodes: list[Json], roots: list[int]
) -> Json:
    groups: Json = {}
    for group, mixes in (
        ("preset", expressions("vrm1")),
        ("custom", expressions("arkit_camel")),
    ):
        weights = np.clip(clip.blendshapes @ mixes.from_arkit.T, 0.0, 1.0)
        groups[group] = {}
        for column, name in enumerate(mixes.names):
            positions = np.zeros((clip.frames, 3), dtype=np.float32)
            positions[:, 0] = weights[:, column]
            node = len(nodes)
            nodes.append({"name": name})
            roots.append(node)
            add_channel(animation, node, "translation", time_of(animation), buffer.add(positions))
            groups[group][name] = {"node": node}
    return groups


def time_of(animation: Json) -> int:
    """The accessor of times that all of the animation's channels share."""
    return animation["samplers"][0]["input"]
