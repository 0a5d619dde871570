# SPDX-License-Identifier: GPL-3.0-or-later
"""Eyes that look at a control: the control goes where the performer's eye would look.

Control rigs turn an eye by a bone in front of it that it tracks. Turning that bone does nothing; it
has to be moved about the eye's centre.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..motion.frame import Motion, Skeleton
from ..motion.joints import SIDES
from ..motion.quaternion import (
    IDENTITY,
    Quaternion,
    Vector,
    conjugate,
    multiply,
    rotate,
    subtract,
)
from .mapping import Mapping
from .rig import Rig


@dataclass(frozen=True, slots=True)
class EyeAim:
    """One eye's control.

    It is taken to hang on the head, as such controls do unless told otherwise.
    """

    bone: str
    joint: int
    from_eye: Vector
    """From the eye's centre to the control at rest, along the performer's axes."""
    location_from_world: Quaternion

    def location(self, motion: Motion) -> Vector:
        """Blender's ``location`` of the control."""
        turned = rotate(motion.rotations_wxyz[self.joint], self.from_eye)
        return rotate(self.location_from_world, subtract(turned, self.from_eye))


def find_eye_aims(
    rig: Rig, mapping: Mapping, skeleton: Skeleton, rig_from_world: Quaternion
) -> list[EyeAim]:
    """The eyes of the bone list that some bone of the rig tracks."""
    found: list[EyeAim] = []
    for joint in (side + "Eye" for side in SIDES):
        for name in mapping.joints.get(joint, ()):
            eye = rig.aims.get(name)
            if joint not in skeleton.names or name not in rig.bones or eye is None:
                continue
            bone = rig.bones[name]
            own = conjugate(bone.rotation_wxyz) if bone.local_location else IDENTITY
            way = subtract(bone.head, rig.bones[eye].head)
            found.append(
                EyeAim(
                    bone=name,
                    joint=skeleton.names.index(joint),
                    from_eye=rotate(conjugate(rig_from_world), way),
                    location_from_world=multiply(own, rig_from_world),
                )
            )
    return found
