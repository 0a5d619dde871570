# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds out which family a rig is of and which of its bones follow which joints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ..motion.joints import JOINTS, REQUIRED, SPINE
from .families import FAMILIES, VRM, Family
from .mapping import Mapping
from .plain_names import joint_of
from .rig import Rig

PLAIN: Final = "PLAIN"
_PLAIN_PENALTY: Final = 0.02
"""A known family wins over plain names that fit as well."""
_REQUIRED_SHARE: Final = 0.85
"""How much of the score the joints make up that every humanoid has."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a rig may be."""

    key: str
    title: str
    score: float
    """0..1: 1 when every joint of a humanoid has its bone."""
    mapping: Mapping


def detect(rig: Rig) -> list[Guess]:
    """All families that fit, the best first; empty when no bone of the rig is known."""
    spellings = {_plain(name): name for name in reversed(rig.bones)}
    guesses = [_guess(rig, family, spellings) for family in FAMILIES]
    guesses.append(_plain_guess(rig))
    found = [guess for guess in guesses if guess.score > 0.0]
    return sorted(found, key=lambda guess: -guess.score)


def mapping_of(rig: Rig, key: str) -> Mapping | None:
    """The bone list of one family for this rig; None when the family does not fit at all."""
    return next((guess.mapping for guess in detect(rig) if guess.key == key), None)


def assigned(rig: Rig, joints: dict[str, tuple[str, ...]]) -> Guess:
    """What somebody assigned, as a guess; its score is 0 when the rig has none of the bones."""
    present = {
        joint: own
        for joint in JOINTS
        if (own := tuple(bone for bone in joints.get(joint, ()) if bone in rig.bones))
    }
    title = "VRM (its own assignment)"
    return Guess(VRM.key, title, _score(rig, present), Mapping(title, present))


def _guess(rig: Rig, family: Family, spellings: dict[str, str]) -> Guess:
    """How well a family fits."""
    joints = {
        joint: found
        for joint, names in family.joints().items()
        if (found := _present(names, spellings))
    }
    foreign = any(_plain(name) in spellings for name in family.strangers)
    marked = not family.marks or any(_plain(name) in spellings for name in family.marks)
    joints = _without_doubles(joints)
    score = 0.0 if foreign or not marked else _score(rig, joints)
    return Guess(family.key, family.title, score, Mapping(family.title, joints))


def _plain_guess(rig: Rig) -> Guess:
    joints: dict[str, tuple[str, ...]] = {}
    for bone in rig.bones:
        joint = joint_of(bone)
        if joint is not None and joint not in joints:
            joints[joint] = (bone,)
    ordered = {joint: joints[joint] for joint in JOINTS if joint in joints}
    score = max(0.0, _score(rig, ordered) - _PLAIN_PENALTY)
    return Guess(PLAIN, "Plain names", score, Mapping("Plain names", ordered))


def _present(names: Iterable[str], spellings: dict[str, str]) -> tuple[str, ...]:
    """The rig's own spelling of the bones it has."""
    found: list[str] = []
    for name in names:
        for spelling in name.split("|"):
            if (own := spellings.get(_plain(spelling))) is not None:
                found.append(own)
                break
    return tuple(found)


def _without_doubles(joints: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Each bone at the first joint that asks for it."""
    taken: set[str] = set()
    kept: dict[str, tuple[str, ...]] = {}
    for joint in JOINTS:
        own = tuple(bone for bone in joints.get(joint, ()) if bone not in taken)
        taken.update(own)
        if own:
            kept[joint] = own
    return kept


def _score(rig: Rig, joints: dict[str, tuple[str, ...]]) -> float:
    """The share of joints that have a bone, less those whose bones hang the wrong way round."""
    has_spine = any(joint in joints for joint in SPINE)
    found = {*joints, *(("spine",) if has_spine else ())}
    required = len(found & REQUIRED) / len(REQUIRED)
    others = len(found - REQUIRED) / (len(JOINTS) - len(REQUIRED))
    return (_REQUIRED_SHARE * required + (1.0 - _REQUIRED_SHARE) * others) * _order(rig, joints)


def _order(rig: Rig, joints: dict[str, tuple[str, ...]]) -> float:
    """1 when no bone hangs on one that should hang on it."""
    wrong = pairs = 0
    for side in ("left", "right"):
        for upper, lower in (("UpperArm", "LowerArm"), ("UpperLeg", "LowerLeg")):
            above, below = joints.get(side + upper), joints.get(side + lower)
            if above is None or below is None:
                continue
            pairs += 1
            wrong += below[0] in rig.ancestors(above[0])
    return 1.0 - wrong / pairs if pairs else 1.0


def _plain(name: str) -> str:
    """A bone's name without a namespace such as ``mixamorig:`` and in one case."""
    return name.rpartition(":")[2].lower()
