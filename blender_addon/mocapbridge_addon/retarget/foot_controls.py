# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the controls of a foot go: its own to the ankle, its pole in front of the knee."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..motion.quaternion import (
    IDENTITY,
    Quaternion,
    Vector,
    add,
    conjugate,
    length,
    multiply,
    rotate,
    scaled,
    subtract,
    unit,
)
from .chains import Place
from .ik_feet import IkFoot, find_ik_feet
from .leg import Bent, Stance, knee_direction
from .mapping import Mapping
from .rig import Rig, RigBone


@dataclass(frozen=True, slots=True)
class _Pole:
    bone: str
    rest_head: Vector
    location_from_world: Quaternion
    distance: float
    """From the knee, at rest."""
    forward: Vector
    """From the knee to it in the T-pose, unit length."""


@dataclass(frozen=True, slots=True)
class FootControl:
    """The controls of one foot. Vectors are along the performer's axes, in the armature's units."""

    bone: str
    toes: str | None
    rest_head: Vector
    from_ankle: Vector
    """From the ankle to the control's head in the T-pose."""
    location_from_world: Quaternion
    """Turns a way along the performer's axes into Blender's ``location`` of the control."""
    pole: _Pole | None

    @property
    def moved(self) -> tuple[str, ...]:
        """The bones that ``locations`` are of."""
        return (self.bone,) if self.pole is None else (self.bone, self.pole.bone)

    def locations(self, head: Vector, stance: Stance, bend: Bent | None) -> list[Vector]:
        """Locations in Blender's sense of the bones of ``moved``.

        Args:
            head: where the head of the bone that travels is.
            stance: the leg as the joints turn it.
            bend: how it is bent on; None when it is not.
        """
        thigh, shin, thigh_turn = stance.thigh, stance.shin, stance.turns[0]
        if bend is not None:
            thigh, shin = rotate(bend.hip_turn, thigh), rotate(bend.shin_turn, shin)
            thigh_turn = multiply(bend.hip_turn, thigh_turn)
        knee = add(add(head, stance.hip_from_head), thigh)
        place = add(add(knee, shin), rotate(stance.turns[2], self.from_ankle))
        found = [rotate(self.location_from_world, subtract(place, self.rest_head))]
        if (pole := self.pole) is not None:
            out = knee_direction(thigh, shin, rotate(thigh_turn, pole.forward))
            place = add(knee, scaled(out, pole.distance))
            found.append(rotate(pole.location_from_world, subtract(place, pole.rest_head)))
        return found


def add_foot_controls(
    rig: Rig,
    mapping: Mapping,
    mapped: dict[str, Place],
    t_pose_turns: dict[str, Quaternion],
    rig_from_world: Quaternion,
) -> tuple[Rig, dict[str, FootControl]]:
    """The controls of the feet, by ``left`` and ``right``.

    They turn as foot and toes do, without their leg: ``mapped`` and ``t_pose_turns`` get them, and
    so does ``followed`` of the rig that comes back.
    """
    controls: dict[str, FootControl] = {}
    followed = dict(rig.followed)
    for side, found in find_ik_feet(rig, mapping).items():
        names = [mapping.joints.get(side + part, ()) for part in ("UpperLeg", "LowerLeg", "Foot")]
        if any(len(bones) != 1 or bones[0] not in mapped for bones in names):
            continue
        leg = (names[0][0], names[1][0], names[2][0])
        controls[side] = _foot_control(rig, found, leg, t_pose_turns, rig_from_world)
        mapped[found.bone] = mapped[leg[2]]
        t_pose_turns[found.bone] = t_pose_turns[leg[2]]
        followed[found.bone] = None
        toes = mapping.joints.get(side + "Toes", ())
        if found.toes is not None and len(toes) == 1 and toes[0] in mapped:
            mapped[found.toes] = mapped[toes[0]]
            t_pose_turns[found.toes] = t_pose_turns[toes[0]]
            followed[found.toes] = found.bone
    return replace(rig, followed=followed), controls


def _foot_control(
    rig: Rig,
    found: IkFoot,
    leg: tuple[str, str, str],
    t_pose_turns: dict[str, Quaternion],
    rig_from_world: Quaternion,
) -> FootControl:
    """The controls of one foot, worked out.

    Args:
        rig: the rig.
        found: the controls' names.
        leg: the mapped bones of thigh, shin and foot.
        t_pose_turns: per bone its turn from rest to the T-pose, in the armature.
        rig_from_world: from the performer's axes to the armature's.
    """
    back = conjugate(rig_from_world)
    thigh, shin, foot = (rig.bones[name] for name in leg)
    control = rig.bones[found.bone]
    turn = multiply(back, t_pose_turns[foot.name])
    pole = None
    if found.pole is not None and found.pole in rig.bones:
        bone = rig.bones[found.pole]
        way = subtract(bone.head, shin.head)
        forward = rotate(multiply(back, t_pose_turns[thigh.name]), way)
        pole = _Pole(
            bone=bone.name,
            rest_head=rotate(back, bone.head),
            location_from_world=_location_axes(bone, rig_from_world),
            distance=length(way),
            forward=unit(forward) or (0.0, 0.0, 1.0),
        )
    return FootControl(
        bone=control.name,
        toes=found.toes,
        rest_head=rotate(back, control.head),
        from_ankle=rotate(turn, subtract(control.head, foot.head)),
        location_from_world=_location_axes(control, rig_from_world),
        pole=pole,
    )


def _location_axes(bone: RigBone, rig_from_world: Quaternion) -> Quaternion:
    own = conjugate(bone.rotation_wxyz) if bone.local_location else IDENTITY
    return multiply(own, rig_from_world)
