# SPDX-License-Identifier: GPL-3.0-or-later
"""The bone names of the rigs that people use, one table per family.

A name holds ``{side}``, which stands for the family's own left and right. Several names of a joint
are bones that share its turning, from the root outwards; a ``|`` separates spellings of one bone.
Names were read off: Rigify (Blender 3.4 to 5.0), the VRM 1.0 specification and its Blender add-on,
VRoid, Unreal's Manny and Quinn, Mixamo, Auto-Rig Pro, the CMU library's BVH conversion and
MakeHuman's default skeleton.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ..motion.joints import FINGERS, SIDES

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of rig."""

    key: str
    title: str
    sides: tuple[str, str]
    """How the family writes left and right."""
    centre: dict[str, Names]
    sided: dict[str, Names]
    marks: Names = ()
    """Bones that this family alone has; without one of them it is not this family."""
    strangers: Names = field(default=())
    """Bones that this family never has."""

    def joints(self) -> dict[str, Names]:
        """All joints with their bones' spellings."""
        found = dict(self.centre)
        for side, written in zip(SIDES, self.sides, strict=True):
            for part, names in self.sided.items():
                found[side + part] = tuple(name.replace("{side}", written) for name in names)
        return found


def _fingers(pattern: str, names: Names, numbers: Names = ("1", "2", "3")) -> dict[str, Names]:
    """Finger joints of a pattern with ``{finger}`` and ``{number}``; thumb first."""
    parts = {"Thumb": ("Metacarpal", "Proximal", "Distal")}
    return {
        finger + part: (pattern.replace("{finger}", name).replace("{number}", number),)
        for finger, name in zip(FINGERS, names, strict=True)
        for part, number in zip(
            parts.get(finger, ("Proximal", "Intermediate", "Distal")), numbers, strict=True
        )
    }


_RIGIFY_FINGERS: Final = ("thumb", "f_index", "f_middle", "f_ring", "f_pinky")
_NUMBERED: Final = ("01", "02", "03")
_ENGLISH: Final = ("Thumb", "Index", "Middle", "Ring", "Pinky")

RIGIFY: Final = Family(
    key="RIGIFY",
    title="Rigify (generated)",
    sides=(".L", ".R"),
    centre={
        # The torso carries all and turns as the lower back; spine_fk turns the hips back under it.
        "hips": ("spine_fk",),
        "spine": ("torso",),
        "chest": ("spine_fk.002",),
        "upperChest": ("spine_fk.003",),
        "neck": ("neck",),
        "head": ("head",),
        "jaw": ("jaw_master",),
    },
    sided={
        "Eye": ("eye{side}",),
        "Shoulder": ("shoulder{side}",),
        "UpperArm": ("upper_arm_fk{side}",),
        "LowerArm": ("forearm_fk{side}",),
        "Hand": ("hand_fk{side}",),
        "UpperLeg": ("thigh_fk{side}",),
        "LowerLeg": ("shin_fk{side}",),
        "Foot": ("foot_fk{side}",),
        "Toes": ("toe_fk{side}|toe{side}",),
        **_fingers("{finger}.{number}{side}", _RIGIFY_FINGERS, _NUMBERED),
    },
    marks=("upper_arm_fk.L", "thigh_fk.L"),
)
RIGIFY_METARIG: Final = Family(
    key="RIGIFY_METARIG",
    title="Rigify metarig",
    sides=(".L", ".R"),
    centre={
        "hips": ("spine",),
        "spine": ("spine.001",),
        "chest": ("spine.002",),
        "upperChest": ("spine.003",),
        "neck": ("spine.004", "spine.005"),
        "head": ("spine.006",),
        "jaw": ("jaw",),
    },
    sided={
        "Eye": ("eye{side}",),
        "Shoulder": ("shoulder{side}",),
        "UpperArm": ("upper_arm{side}",),
        "LowerArm": ("forearm{side}",),
        "Hand": ("hand{side}",),
        "UpperLeg": ("thigh{side}",),
        "LowerLeg": ("shin{side}",),
        "Foot": ("foot{side}",),
        "Toes": ("toe{side}",),
        **_fingers("{finger}.{number}{side}", _RIGIFY_FINGERS, _NUMBERED),
    },
    strangers=("upper_arm_fk.L",),
)
_MIXAMO_SIDED: Final = {
    "Eye": ("{side}Eye",),
    "Shoulder": ("{side}Shoulder",),
    "UpperArm": ("{side}Arm",),
    "LowerArm": ("{side}ForeArm",),
    "Hand": ("{side}Hand",),
    "UpperLeg": ("{side}UpLeg",),
    "LowerLeg": ("{side}Leg",),
    "Foot": ("{side}Foot",),
    "Toes": ("{side}ToeBase",),
}
MIXAMO: Final = Family(
    key="MIXAMO",
    title="Mixamo",
    sides=("Left", "Right"),
    centre={
        "hips": ("Hips",),
        "spine": ("Spine",),
        "chest": ("Spine1",),
        "upperChest": ("Spine2",),
        "neck": ("Neck",),
        "head": ("Head",),
        "jaw": ("Jaw",),
    },
    sided={**_MIXAMO_SIDED, **_fingers("{side}Hand{finger}{number}", _ENGLISH)},
    strangers=("LowerBack", "LHipJoint"),
)
CMU: Final = Family(
    key="CMU",
    title="CMU / BVH",
    sides=("Left", "Right"),
    centre={
        "hips": ("Hips",),
        "spine": ("LowerBack",),
        "chest": ("Spine",),
        "upperChest": ("Spine1",),
        "neck": ("Neck", "Neck1"),
        "head": ("Head",),
    },
    sided={**_MIXAMO_SIDED, **_fingers("{side}Hand{finger}{number}", _ENGLISH)},
    marks=("LowerBack", "LHipJoint"),
)
UNREAL: Final = Family(
    key="UNREAL",
    title="Unreal (Manny, Quinn, MetaHuman)",
    sides=("_l", "_r"),
    centre={
        "hips": ("pelvis",),
        "spine": ("spine_01", "spine_02"),
        "chest": ("spine_03", "spine_04"),
        "upperChest": ("spine_05",),
        "neck": ("neck_01", "neck_02"),
        "head": ("head",),
        "jaw": ("FACIAL_C_Jaw",),
    },
    sided={
        "Eye": ("FACIAL{side}_Eye",),
        "Shoulder": ("clavicle{side}",),
        "UpperArm": ("upperarm{side}",),
        "LowerArm": ("lowerarm{side}",),
        "Hand": ("hand{side}",),
        "UpperLeg": ("thigh{side}",),
        "LowerLeg": ("calf{side}",),
        "Foot": ("foot{side}",),
        "Toes": ("ball{side}",),
        **_fingers("{finger}_{number}{side}", ("thumb", "index", "middle", "ring", "pinky"),
                   _NUMBERED),
    },
    marks=("upperarm_l", "calf_l"),
)  # fmt: skip
VROID: Final = Family(
    key="VROID",
    title="VRM (VRoid Studio)",
    sides=("_L_", "_R_"),
    centre={
        "hips": ("J_Bip_C_Hips",),
        "spine": ("J_Bip_C_Spine",),
        "chest": ("J_Bip_C_Chest",),
        "upperChest": ("J_Bip_C_UpperChest",),
        "neck": ("J_Bip_C_Neck",),
        "head": ("J_Bip_C_Head",),
    },
    sided={
        "Eye": ("J_Adj{side}FaceEye",),
        "Shoulder": ("J_Bip{side}Shoulder",),
        "UpperArm": ("J_Bip{side}UpperArm",),
        "LowerArm": ("J_Bip{side}LowerArm",),
        "Hand": ("J_Bip{side}Hand",),
        "UpperLeg": ("J_Bip{side}UpperLeg",),
        "LowerLeg": ("J_Bip{side}LowerLeg",),
        "Foot": ("J_Bip{side}Foot",),
        "Toes": ("J_Bip{side}ToeBase",),
        **_fingers("J_Bip{side}{finger}{number}", ("Thumb", "Index", "Middle", "Ring", "Little")),
    },
    marks=("J_Bip_C_Hips",),
)
_VRM_PARTS: Final = {
    "UpperArm": ("upper_arm{side}",),
    "LowerArm": ("lower_arm{side}",),
    "UpperLeg": ("upper_leg{side}",),
    "LowerLeg": ("lower_leg{side}",),
}
VRM: Final = Family(
    key="VRM",
    title="VRM (add-on for Blender)",
    sides=(".L", ".R"),
    centre={
        "hips": ("hips",),
        "spine": ("spine",),
        "chest": ("chest",),
        "upperChest": ("upper_chest",),
        "neck": ("neck",),
        "head": ("head",),
        "jaw": ("jaw",),
    },
    sided={
        "Eye": ("eye{side}",),
        "Shoulder": ("shoulder{side}",),
        **_VRM_PARTS,
        "Hand": ("hand{side}",),
        "Foot": ("foot{side}",),
        "Toes": ("toes{side}",),
        "ThumbMetacarpal": ("thumb_metacarpal{side}|thumb_proximal{side}",),
        "ThumbProximal": ("thumb_proximal{side}|thumb_intermediate{side}",),
        "ThumbDistal": ("thumb_distal{side}",),
        **{
            finger + part: (f"{finger.lower()}_{part.lower()}{{side}}",)
            for finger in FINGERS[1:]
            for part in ("Proximal", "Intermediate", "Distal")
        },
    },
    marks=("upper_arm.L", "lower_arm.L"),
)
AUTO_RIG_PRO: Final = Family(
    key="AUTO_RIG_PRO",
    title="Auto-Rig Pro",
    sides=(".l", ".r"),
    centre={
        "hips": ("c_root_master.x",),
        "spine": ("c_spine_01.x",),
        "chest": ("c_spine_02.x",),
        "upperChest": ("c_spine_03.x",),
        "neck": ("c_neck.x",),
        "head": ("c_head.x",),
        "jaw": ("c_jawbone.x",),
    },
    sided={
        "Eye": ("c_eye{side}",),
        "Shoulder": ("c_shoulder{side}",),
        "UpperArm": ("c_arm_fk{side}",),
        "LowerArm": ("c_forearm_fk{side}",),
        "Hand": ("c_hand_fk{side}",),
        "UpperLeg": ("c_thigh_fk{side}",),
        "LowerLeg": ("c_leg_fk{side}",),
        "Foot": ("c_foot_fk{side}",),
        "Toes": ("c_toes_fk{side}",),
        **_fingers("c_{finger}{number}{side}", ("thumb", "index", "middle", "ring", "pinky")),
    },
    marks=("c_root_master.x", "c_arm_fk.l"),
)
MAKEHUMAN: Final = Family(
    key="MAKEHUMAN",
    title="MakeHuman / MPFB default",
    sides=(".L", ".R"),
    centre={
        "hips": ("root",),
        "spine": ("spine05", "spine04"),
        "chest": ("spine03", "spine02"),
        "upperChest": ("spine01",),
        "neck": ("neck01", "neck02", "neck03"),
        "head": ("head",),
        "jaw": ("jaw",),
    },
    sided={
        "Eye": ("eye{side}",),
        "Shoulder": ("clavicle{side}",),
        "UpperArm": ("upperarm01{side}",),
        "LowerArm": ("lowerarm01{side}",),
        "Hand": ("wrist{side}",),
        "UpperLeg": ("upperleg01{side}",),
        "LowerLeg": ("lowerleg01{side}",),
        "Foot": ("foot{side}",),
        **_fingers("finger{finger}-{number}{side}", ("1", "2", "3", "4", "5")),
    },
    marks=("upperarm01.L", "wrist.L"),
)

FAMILIES: Final = (
    RIGIFY, AUTO_RIG_PRO, VROID, UNREAL, MAKEHUMAN, CMU, MIXAMO, VRM, RIGIFY_METARIG,
)  # fmt: skip
