"""What the joints are called in the program that a file is for: the names of a mapping."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from mocapbridge.errors import ConfigError
from mocapbridge.retarget.load import load_mapping
from mocapbridge.skeleton import JOINT_INDEX, JOINT_NAMES

FINGER_JOINTS: Final = frozenset(JOINT_NAMES[JOINT_INDEX["leftThumbMetacarpal"] :])
"""The last thirty of the skeleton."""


def rig_names(mapping: str, *, fingers: bool = True) -> dict[str, str]:
    """The rig's name of each joint that it has, by our name, parents before their children.

    Where a rig has two joints for one of ours, the first gets all of its rotation. Gains, turns and
    axes of a mapping are for the stream; here its names alone count.

    Args:
        mapping: name of a shipped mapping, or the path of a file.
        fingers: whether to name the fingers, too.

    Raises:
        ConfigError: there is no such mapping, or it names no joints or not the hips.
    """
    joints = load_mapping(mapping, Path()).joints
    if joints is None:
        raise ConfigError(
            f"the mapping {mapping} names no joints: give one of a rig, such as mixamo, ue5_manny, "
            "bvh_cmu or rigify"
        )
    names: dict[str, str] = {}
    for joint in joints:
        if joint.source >= 0:
            names.setdefault(JOINT_NAMES[joint.source], joint.name)
    if "hips" not in names:
        raise ConfigError(f"the mapping {mapping} names no hips, the root of a BVH file")
    return {
        name: names[name]
        for name in JOINT_NAMES
        if name in names and (fingers or name not in FINGER_JOINTS)
    }
