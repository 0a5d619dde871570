"""BVH: a skeleton and its motion as text (docs/export.md).

The rest pose is the T-pose, joints' axes parallel to the world's: all rotations 0 are the T-pose,
and a joint's channels are its rotation in its parent. The root's OFFSET is 0 0 0, so that its
position channels are the hips in the world for readers that add them and for those that do not.
Rotations go from row to row without jumps of 360 degrees.
Format: M. Meredith and S. Maddock, "Motion Capture File Formats Explained" (2001).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from mocapbridge.export.clip import Clip, rest_offsets_m
from mocapbridge.export.fixed_point import text_rows
from mocapbridge.export.options import ExportOptions, Progress, RotationOrder, Unit
from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_COUNT, JOINT_INDEX, JOINT_NAMES, PARENTS
from mocapbridge.types import Float32Array, Float64Array

DECIMALS: Final = 6

_PER_METRE: Final[dict[Unit, float]] = {"cm": 100.0, "m": 1.0}
_ROWS_AT_ONCE: Final = 1024
_TIP_SHARE: Final = 0.8
"""Length of a bone without a child, in lengths of the one before it: about that of finger bones."""
_HEAD_TIP_M: Final = (0.0, 0.2, 0.0)
_SMALLEST_SINE: Final = 1.0 - 1e-12
"""Nearer to 90 degrees the first and the third angle turn about one axis: the third is then 0."""


class _Bone(NamedTuple):
    """One joint of the written skeleton."""

    joint: int
    """Index in `skeleton.JOINTS`."""
    name: str
    children: list[_Bone]
    chain: tuple[int, ...]
    """The joint and those between it and its written parent, outermost first."""


def write_bvh(clip: Clip, path: Path, options: ExportOptions, progress: Progress) -> None:
    """Write the motion; the clip's rows are evenly spaced at its rate."""
    root = _skeleton(options.joint_names)
    scale = _PER_METRE[options.unit]
    offsets = rest_offsets_m(clip.rest_positions_m, PARENTS) * scale
    frame_time_s = float(1 / clip.frame_rate)
    motion = f"MOTION\nFrames: {clip.frames}\nFrame Time: {frame_time_s!r}\n"
    bones = _depth_first(root)
    last_degrees: Float64Array | None = None
    with path.open("wb") as file:
        file.write(_hierarchy(root, offsets, scale, options.rotation_order).encode())
        file.write(motion.encode("ascii"))
        for start in range(0, clip.frames, _ROWS_AT_ONCE):
            rows = slice(start, start + _ROWS_AT_ONCE)
            degrees = _angles(clip.rotations_wxyz[rows], bones, options.rotation_order)
            degrees = _unwrapped(degrees, last_degrees)
            last_degrees = degrees[-1]
            position = clip.root_in_world_m[rows].astype(np.float64) * scale
            file.write(text_rows(np.concatenate((position, degrees), axis=1), DECIMALS))
            progress(min(1.0, (start + _ROWS_AT_ONCE) / clip.frames))


def euler_deg(rotations_wxyz: Float64Array, order: RotationOrder) -> Float64Array:
    """Angles `(..., 3)` about the axes in that order, each about the axes as then turned [deg].

    For an order i, j, k the rotation is `R = Ri(a) Rj(b) Rk(c)`. With e = +1 for the cyclic orders
    (XYZ, YZX, ZXY) and -1 for the others: `a = atan2(-e R[j, k], R[k, k])`, `sin b = e R[i, k]`
    (taken as an atan2), `c = atan2(-e R[i, j], R[i, i])`; K. Shoemake, "Euler angle conversion",
    Graphics Gems IV (1994).
    """
    i, j, k = ("XYZ".index(axis) for axis in order)
    e = 1.0 if (j - i) % 3 == 1 else -1.0
    q = rotations_wxyz
    w = q[..., 0]
    u, v, t = q[..., 1 + i], q[..., 1 + j], q[..., 1 + k]
    # Elements of the rotation matrix, its axes named in the order i, j, k.
    sine = 2.0 * (e * u * t + w * v)
    ii, kk = 1.0 - 2.0 * (v * v + t * t), 1.0 - 2.0 * (u * u + v * v)
    e_jk, e_ij = 2.0 * (e * v * t - w * u), 2.0 * (e * u * v - w * t)
    locked = np.abs(sine) > _SMALLEST_SINE
    first = np.arctan2(-e_jk, kk)
    third = np.arctan2(-e_ij, ii)
    if np.any(locked):
        # Then a + c or a - c alone counts; R[k, j] and R[j, j] hold it.
        e_kj, jj = 2.0 * (e * v * t + w * u), 1.0 - 2.0 * (u * u + t * t)
        first = np.where(locked, np.arctan2(e_kj, jj), first)
        third = np.where(locked, 0.0, third)
    second = np.arctan2(sine, np.hypot(ii, e_ij))
    return np.degrees(np.stack((first, second, third), axis=-1))


def _skeleton(names: Mapping[str, str]) -> _Bone:
    """The tree of the joints that have names."""
    bones: dict[int, _Bone] = {}
    for joint, joint_name in enumerate(JOINT_NAMES):
        if joint_name not in names:
            continue
        chain = [joint]
        parent = PARENTS[joint]
        while parent >= 0 and parent not in bones:
            chain.append(parent)
            parent = PARENTS[parent]
        bone = bones[joint] = _Bone(
            joint, "_".join(names[joint_name].split()), [], tuple(reversed(chain))
        )
        if parent >= 0:
            bones[parent].children.append(bone)
    return bones[0]


def _depth_first(bone: _Bone) -> list[_Bone]:
    return [bone, *(below for child in bone.children for below in _depth_first(child))]


def _hierarchy(root: _Bone, offsets: Float64Array, scale: float, order: RotationOrder) -> str:
    rotations = " ".join(f"{axis}rotation" for axis in order)
    lines = ["HIERARCHY"]

    def add(bone: _Bone, indent: str) -> None:
        is_root = bone is root
        offset = np.zeros(3) if is_root else sum(offsets[joint] for joint in bone.chain)
        lines.append(f"{indent}{'ROOT' if is_root else 'JOINT'} {bone.name}")
        lines.append(f"{indent}{{")
        lines.append(f"{indent}\tOFFSET {_vector(np.asarray(offset))}")
        channels = f"6 Xposition Yposition Zposition {rotations}" if is_root else f"3 {rotations}"
        lines.append(f"{indent}\tCHANNELS {channels}")
        for child in bone.children:
            add(child, indent + "\t")
        if not bone.children:
            tip = _tip(bone, offsets, scale)
            lines.append(f"{indent}\tEnd Site")
            lines.append(f"{indent}\t{{")
            lines.append(f"{indent}\t\tOFFSET {_vector(tip)}")
            lines.append(f"{indent}\t}}")
        lines.append(f"{indent}}}")

    add(root, "")
    return "\n".join(lines) + "\n"


def _vector(vector: Float64Array) -> str:
    # + 0.0 makes the minus zero a zero.
    return " ".join(f"{value:.{DECIMALS}f}" for value in np.round(vector, DECIMALS) + 0.0)


def _tip(bone: _Bone, offsets: Float64Array, scale: float) -> Float64Array:
    """Where a joint without children ends."""
    if bone.joint == JOINT_INDEX["head"]:
        return np.array(_HEAD_TIP_M) * scale
    return offsets[bone.joint] * _TIP_SHARE


def _angles(rotations_wxyz: Float32Array, bones: list[_Bone], order: RotationOrder) -> Float64Array:
    """The rotation channels of some rows `(rows, 3 bones)` [deg]."""
    local = rotations_wxyz.astype(np.float64)
    # Near 90 degrees a length that is off by 1e-7 turns by 0.03 degrees.
    local /= np.sqrt(np.einsum("...i,...i->...", local, local))[..., None]
    if len(bones) == JOINT_COUNT:
        written = local[:, [bone.joint for bone in bones]]
    else:
        written = np.stack([_chained(local, bone.chain) for bone in bones], axis=1)
    return euler_deg(written, order).reshape(len(written), -1)


def _chained(local: Float64Array, chain: tuple[int, ...]) -> Float64Array:
    rotation = local[:, chain[0]]
    for joint in chain[1:]:
        rotation = quaternion.multiply(rotation, local[:, joint])
    return rotation


def _unwrapped(degrees: Float64Array, before: Float64Array | None) -> Float64Array:
    """The same rotations without jumps of 360 degrees from row to row."""
    if before is not None:
        degrees[0] += 360.0 * np.rint((before - degrees[0]) / 360.0)
    steps = np.diff(degrees, axis=0)
    turns = np.rint(steps / -360.0)
    degrees[1:] += 360.0 * np.cumsum(turns, axis=0)
    return degrees
