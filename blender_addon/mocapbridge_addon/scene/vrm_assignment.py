# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bone is which joint, as the VRM add-on for Blender keeps it in the armature.

Models come in with bones of any name and language; their maker's own assignment is certain where
names are a guess. Properties as in the add-on's ``vrm_addon_extension``, of VRM 0 and VRM 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import bpy

from ..motion.joints import JOINTS, SIDES

_CAPITAL: Final = re.compile(r"(?=[A-Z])")
_THUMB_OF_VRM_0: Final = {
    side + old: side + new
    for side in SIDES
    for old, new in (
        ("ThumbProximal", "ThumbMetacarpal"),
        ("ThumbIntermediate", "ThumbProximal"),
    )
}
"""VRM 0 counts the thumb's bones from the metacarpal on as if they were a finger's."""


def stored_joints(armature: bpy.types.Object) -> dict[str, tuple[str, ...]]:
    """Joint to bone; empty when the VRM add-on is not there or nothing was assigned."""
    extension = getattr(armature.data, "vrm_addon_extension", None)
    if extension is None:
        return {}
    pairs = _vrm_0 if getattr(extension, "spec_version", "") == "0.0" else _vrm_1
    return {joint: (bone,) for joint, bone in pairs(extension) if bone and joint in JOINTS}


def _vrm_0(extension: Any) -> Iterator[tuple[str, str]]:
    for line in extension.vrm0.humanoid.human_bones:
        yield _THUMB_OF_VRM_0.get(line.bone, line.bone), line.node.bone_name


def _vrm_1(extension: Any) -> Iterator[tuple[str, str]]:
    human_bones = extension.vrm1.humanoid.human_bones
    for joint in JOINTS:
        line = getattr(human_bones, _CAPITAL.sub("_", joint).lower(), None)
        if line is not None:
            yield joint, line.node.bone_name
