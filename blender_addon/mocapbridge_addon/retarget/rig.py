# SPDX-License-Identifier: GPL-3.0-or-later
"""An armature as plain data: what ``scene.snapshot`` reads off Blender."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..motion.quaternion import Quaternion, Vector


@dataclass(frozen=True, slots=True)
class RigBone:
    """One bone in its rest pose, in the armature's own space and units."""

    name: str
    parent: str | None
    head: Vector
    tail: Vector
    rotation_wxyz: Quaternion
    """armature_from_bone at rest."""
    inherits_rotation: bool = True
    """Blender's ``use_inherit_rotation``: off, the bone ignores its parent's turning."""
    local_location: bool = True
    """Blender's ``use_local_location``: off, its location is along the armature's axes."""


@dataclass(frozen=True, slots=True)
class IkChain:
    """An inverse kinematics constraint whose target is a bone of the same armature."""

    bone: str
    """The last bone that it moves: the one that has it."""
    name: str
    """The constraint's own."""
    length: int
    """How many bones it moves, from ``bone`` up; 0 for all."""
    target: str
    pole: str | None = None


@dataclass(frozen=True, slots=True)
class Rig:
    """An armature."""

    bones: dict[str, RigBone]
    """By name, parents before their children."""
    followed: dict[str, str | None] = field(default_factory=dict[str, "str | None"])
    """Where constraints, not parenting, say which bone another turns with: as it was measured."""
    ik_chains: tuple[IkChain, ...] = ()
    aims: dict[str, str] = field(default_factory=dict[str, str])
    """Bones that another one tracks, and that other one."""
    up: Vector = (0.0, 0.0, 1.0)
    """Blender's up in the armature's own space, for rigs that do not say where up is."""

    def ancestors(self, name: str) -> list[str]:
        """Parent, grandparent and so on."""
        found: list[str] = []
        parent = self.bones[name].parent
        while parent is not None:
            found.append(parent)
            parent = self.bones[parent].parent
        return found
