"""From the joints of the humanoid to those of a rig: chosen, joined, turned, named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_COUNT, PARENTS
from mocapbridge.types import Float32Array, Float64Array, PoseMotion

NOTHING: Final = -1
"""Source of a joint that stays at rest."""
_AXES: Final = 3
_TINY: Final = 1e-12


@dataclass(frozen=True, slots=True)
class TargetJoint:
    """One joint of the target."""

    name: str
    source: int
    """Which joint of the humanoid it follows; ``NOTHING`` for none."""
    place: int
    """Where it is: the humanoid's joint whose position it has."""
    parent: int
    """Which target joint it hangs on, -1 for none; parents come before their children."""
    above: int
    """Up to which joint of the humanoid the rotations between are taken in: the one that the
    parent follows; -1: all up to the world."""
    gain: float = 1.0
    turn_rows: tuple[int, int, int] = (NOTHING, NOTHING, NOTHING)
    """Which results of the value program turn it about x, y and z; ``NOTHING`` for none."""
    axes_wxyz: tuple[float, float, float, float] = quaternion.IDENTITY_WXYZ
    """The rig's own axes in the T-pose: world_from_joint."""


class JointProgram:
    """Rotations, positions and states of all target joints at once."""

    def __init__(self, joints: Sequence[TargetJoint], scale: float) -> None:
        self._scale = np.float32(scale)
        self._places = np.array([joint.place for joint in joints], dtype=np.intp)
        self._chains = _chains(joints)
        gains = np.array([joint.gain for joint in joints])
        self._gained = np.flatnonzero(gains != 1.0)
        self._gains = gains[self._gained]
        turn_rows = np.array([joint.turn_rows for joint in joints], dtype=np.intp)
        turn_rows = turn_rows.reshape(-1, _AXES)
        self._turned = np.flatnonzero((turn_rows > NOTHING).any(axis=-1))
        self._turn_rows = turn_rows[self._turned]
        self._turns_about = self._turn_rows.reshape(-1, _AXES) > NOTHING
        self._into_axes = _into_axes(joints)

    def run(self, pose: PoseMotion, values: Float64Array) -> PoseMotion:
        """The pose of the target.

        Args:
            pose: of the humanoid.
            values: results of the value program: angles of the turns [degrees].
        """
        positions_m = self.positions(pose.positions_in_world_m)
        # Receivers put the first joint where the root is: the hips, unless the rig has none.
        rooted = self._places[0] == 0
        return replace(
            pose,
            root_position_in_world_m=(
                pose.root_position_in_world_m * self._scale if rooted else positions_m[0]
            ),
            rotations_wxyz=self._rotations(pose.rotations_wxyz, values),
            positions_in_world_m=positions_m,
            joint_state=pose.joint_state[self._places],
            joint_confidence=pose.joint_confidence[self._places],
        )

    def positions(self, positions_m: Float32Array) -> Float32Array:
        """Positions of the target's joints, of those of the humanoid ``(55, 3)`` [m]."""
        return positions_m[self._places] * self._scale

    def _rotations(self, rotations_wxyz: Float32Array, values: Float64Array) -> Float32Array:
        if not rotations_wxyz.any():  # never seen: stays zero, which outputs know
            return np.zeros((len(self._places), 4), dtype=np.float32)
        source = np.empty((JOINT_COUNT + 1, 4), dtype=rotations_wxyz.dtype)
        source[:-1] = rotations_wxyz
        source[-1] = quaternion.IDENTITY_WXYZ
        rotations = source[self._chains[0]]
        for link in self._chains[1:]:
            rotations = quaternion.multiply(rotations, source[link])
        if self._gained.size:
            rotations[self._gained] = self._scaled(rotations[self._gained])
        if self._turned.size:
            turns_deg = np.where(self._turns_about, values[self._turn_rows], 0.0)
            turns = quaternion.exp(np.radians(turns_deg).astype(rotations.dtype))
            rotations[self._turned] = quaternion.multiply(rotations[self._turned], turns)
        if self._into_axes is not None:
            rotations = np.einsum("nij,nj->ni", self._into_axes, rotations)
        return rotations.astype(np.float32)

    def _scaled(self, rotations_wxyz: Float32Array) -> Float64Array:
        """The same axes, the angles multiplied: as ``exp(gain log(q))``, in a third of the time."""
        cosine, vector = rotations_wxyz[:, 0], rotations_wxyz[:, 1:]
        sine = np.sqrt(np.einsum("ij,ij->i", vector, vector))
        half_rad = np.arctan2(sine, np.abs(cosine)) * self._gains
        lengthened = np.copysign(1.0, cosine) * np.sin(half_rad) / np.maximum(sine, _TINY)
        return np.concatenate((np.cos(half_rad)[:, None], vector * lengthened[:, None]), axis=-1)


def _into_axes(joints: Sequence[TargetJoint]) -> Float64Array | None:
    """For each joint the matrix that takes q to conj(parent's axes) q (own axes); None for none.

    A product of quaternions is linear in each of them, so both products are one matrix.
    """
    axes = np.array([joint.axes_wxyz for joint in joints]).reshape(-1, 4)
    if (axes == quaternion.IDENTITY_WXYZ).all():
        return None
    identity = [quaternion.IDENTITY_WXYZ]
    of_parents = np.concatenate((axes, identity))[[joint.parent for joint in joints]]
    basis = np.eye(4)
    turned = quaternion.multiply(basis, axes[:, None])
    return np.swapaxes(quaternion.multiply(quaternion.conjugate(of_parents)[:, None], turned), 1, 2)


def _chains(joints: Sequence[TargetJoint]) -> list[npt.NDArray[np.intp]]:
    """Which joints' rotations make up that of each target joint, from the outermost inwards.

    A target without some joints of the humanoid bends where it has one: the rotations of those
    left out are taken over by the next one below. Shorter chains are filled up with the identity.
    """
    rows: list[list[int]] = []
    for joint in joints:
        row: list[int] = []
        at = joint.source
        while at not in (NOTHING, joint.above):
            row.insert(0, at)
            at = PARENTS[at]
        rows.append(row)
    longest = max((len(row) for row in rows), default=0)
    padded = [[*row, *[JOINT_COUNT] * (max(longest, 1) - len(row))] for row in rows]
    return list(np.array(padded, dtype=np.intp).T)
