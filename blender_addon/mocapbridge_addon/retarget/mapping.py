# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bones of an armature follow which joints; kept as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final, cast

from ..motion.joints import JOINTS
from ..motion.quaternion import Quaternion, normalised

_FORMAT: Final = "mocapbridge bone list"
_VERSION: Final = 1


class MappingError(ValueError):
    """A file that is no bone list; says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """The bones of one kind of rig."""

    family: str
    """Name of the kind, for people."""
    joints: dict[str, tuple[str, ...]]
    """Joint name to its bones, from the root outwards. Several bones share the joint's turning."""
    t_pose: dict[str, Quaternion] = field(default_factory=dict[str, Quaternion])
    """Per bone the turn, in the armature's space, from its rest pose to the T-pose. Empty: found
    from where the limbs point."""

    def bones(self) -> list[str]:
        """All bones that are mapped, in the joints' order."""
        return [bone for joint in JOINTS for bone in self.joints.get(joint, ())]


def without_bones(mapping: Mapping, bones: set[str]) -> Mapping:
    """The bone list without these bones."""
    if not bones:
        return mapping
    joints = {
        joint: tuple(bone for bone in own if bone not in bones)
        for joint, own in mapping.joints.items()
    }
    return Mapping(mapping.family, joints, mapping.t_pose)


def to_json(mapping: Mapping) -> str:
    """The bone list as text."""
    document = {
        "format": _FORMAT,
        "version": _VERSION,
        "family": mapping.family,
        "joints": {joint: list(bones) for joint, bones in mapping.joints.items() if bones},
        "t_pose": {bone: list(turn) for bone, turn in mapping.t_pose.items()},
    }
    return json.dumps(document, indent=2) + "\n"


def from_json(text: str) -> Mapping:
    """The bone list of such text.

    Raises:
        MappingError: it is not JSON, not a bone list, or names a joint that there is not.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise MappingError(f"this file is not JSON: {error}") from error
    fields = cast("dict[str, Any]", document) if isinstance(document, dict) else {}
    if fields.get("format") != _FORMAT:
        raise MappingError(f'this file is not a bone list: "format" is not "{_FORMAT}"')
    if fields.get("version") != _VERSION:
        raise MappingError(
            f"this bone list is of version {fields.get('version')}, this add-on reads {_VERSION}"
        )
    return Mapping(
        family=str(fields.get("family", "")),
        joints=_joints(fields.get("joints")),
        t_pose=_turns(fields.get("t_pose", {})),
    )


def _joints(value: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        raise MappingError('"joints" of the bone list is missing')
    joints: dict[str, tuple[str, ...]] = {}
    for joint, bones in cast("dict[str, object]", value).items():
        if joint not in JOINTS:
            raise MappingError(f"the bone list names a joint {joint!r}; there are {JOINTS}")
        if not isinstance(bones, list) or not all(
            isinstance(bone, str) for bone in cast("list[object]", bones)
        ):
            raise MappingError(f"the bones of {joint!r} in the bone list are not a list of names")
        joints[joint] = tuple(cast("list[str]", bones))
    return joints


def _turns(value: object) -> dict[str, Quaternion]:
    if not isinstance(value, dict):
        raise MappingError('"t_pose" of the bone list is not a table')
    turns: dict[str, Quaternion] = {}
    for bone, turn in cast("dict[str, object]", value).items():
        try:
            w, x, y, z = (float(number) for number in cast("list[float]", turn))
        except (TypeError, ValueError) as error:
            raise MappingError(
                f"the T-pose of bone {bone!r} in the bone list is not four numbers"
            ) from error
        turns[bone] = normalised((w, x, y, z))
    return turns
