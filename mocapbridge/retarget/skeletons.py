"""From what a mapping file says of joints to the joints of a target."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final, cast

import msgspec
import numpy as np

from mocapbridge.document.tree import did_you_mean
from mocapbridge.geometry import quaternion
from mocapbridge.retarget.files import Draft, Given, Where
from mocapbridge.retarget.joints import NOTHING, TargetJoint
from mocapbridge.retarget.options import JointRule
from mocapbridge.retarget.rules import RuleMaker
from mocapbridge.retarget.values import ValueRule
from mocapbridge.skeleton import JOINT_INDEX, JOINT_NAMES, PARENTS

MOST_JOINTS: Final = 255
"""What the link can describe."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """One joint as it was asked for."""

    name: str
    source: int
    rule: JointRule
    draft: Draft


class SkeletonMaker:
    """Makes target joints, and collects the rules that turn them and what is wrong."""

    def __init__(self, rules: RuleMaker, first_row: int, problems: list[str]) -> None:
        """Set up.

        Args:
            rules: makes the rules of turns.
            first_row: where the first of them will stand among all rules.
            problems: what is wrong is added here.
        """
        self._rules = rules
        self._first_row = first_row
        self._problems = problems
        self.turns: list[ValueRule] = []
        """The rules of all turns, in the order of their rows."""

    def named(self, drafts: dict[str, Draft]) -> list[TargetJoint]:
        """Joints under the target's names, parents first."""
        wishes = self._wishes(drafts)
        place = {wish.name: index for index, wish in enumerate(wishes)}
        joints: list[TargetJoint] = []
        for wish in wishes:
            parent = self._parent(wish, wishes[: len(joints)], place)
            joints.append(self._joint(wish, wish.name, parent, _above(wish, parent, wishes)))
        return joints

    def humanoid(self, drafts: dict[str, Draft]) -> list[TargetJoint]:
        """The 55 joints of the humanoid, for outputs that name joints themselves.

        What the mapping does not name stays at rest, as the target has no such joint.
        """
        by_source: dict[int, list[_Wish]] = {}
        for wish in self._wishes(drafts):
            by_source.setdefault(wish.source, []).append(wish)
        joints: list[TargetJoint] = []
        for index, name in enumerate(JOINT_NAMES):
            above = PARENTS[index]
            while above >= 0 and above not in by_source:
                above = PARENTS[above]
            if index in by_source:
                followers = _row(by_source[index])
                joint = self._joint(followers[0], name, PARENTS[index], above)
                joints.append(replace(joint, gain=sum(each.rule.gain for each in followers)))
            else:
                joints.append(TargetJoint(name, NOTHING, index, PARENTS[index], above))
        return joints

    def _wishes(self, drafts: dict[str, Draft]) -> list[_Wish]:
        wishes: list[_Wish] = []
        for target, draft in drafts.items():
            rule = msgspec.convert({k: g.value for k, g in draft.given.items()}, JointRule)
            followed = rule.from_ if "from" in draft.given else target
            source = JOINT_INDEX.get(followed)
            if source is None:
                self._problems.append(_unknown_joint(followed, draft))
            else:
                wishes.append(_Wish(target, source, rule, draft))
        if len(wishes) > MOST_JOINTS:
            text = f"{len(wishes)} joints are more than {MOST_JOINTS}"
            self._problems.append(wishes[0].draft.where.problem(text))
        # A stable sort: joints that follow the same one stay in the order of the file.
        return sorted(wishes, key=lambda wish: wish.source)

    def _parent(self, wish: _Wish, before: list[_Wish], place: dict[str, int]) -> int:
        if "parent" in wish.draft.given:
            return self._given_parent(wish, before, place)
        for ancestor in _ancestors(wish.source):
            followers = [other for other in before if other.source == ancestor]
            if followers:
                return place[_row(followers)[-1].name]
        return -1

    def _given_parent(self, wish: _Wish, before: list[_Wish], place: dict[str, int]) -> int:
        line = {wish.source, *_ancestors(wish.source)}
        valid = [candidate.name for candidate in before if candidate.source in line]
        if wish.rule.parent in valid:
            return place[wish.rule.parent]
        meant = did_you_mean(wish.rule.parent, valid)
        text = f"{wish.rule.parent[:60]!r} is no joint above {wish.name!r}{meant}"
        self._problems.append(wish.draft.given["parent"].where.problem(text))
        return -1

    def _joint(self, wish: _Wish, name: str, parent: int, above: int) -> TargetJoint:
        return TargetJoint(
            name=name,
            source=wish.source,
            place=wish.source,
            parent=parent,
            above=above,
            gain=wish.rule.gain,
            turn_rows=self._turn_rows(wish),
            axes_wxyz=_axes_wxyz(wish.rule.axes_deg),
        )

    def _turn_rows(self, wish: _Wish) -> tuple[int, int, int]:
        given = wish.draft.given.get("turn")
        if given is None or not isinstance(given.value, dict):
            return (NOTHING, NOTHING, NOTHING)
        x, y, z = (self._turn_row(wish.name, given, axis) for axis in "xyz")
        return (x, y, z)

    def _turn_row(self, name: str, given: Given, axis: str) -> int:
        value = cast("dict[str, object]", given.value).get(axis)
        if value is None:
            return NOTHING
        where = given.where._replace(path=(*given.where.path, axis))
        rule = self._rules.make(Draft(name, where, _fields(value, where)))
        if rule is None:
            return NOTHING
        self.turns.append(rule)
        return self._first_row + len(self.turns) - 1


def identity() -> list[TargetJoint]:
    """The 55 joints of the humanoid, as they are."""
    return [
        TargetJoint(name, index, index, PARENTS[index], PARENTS[index])
        for index, name in enumerate(JOINT_NAMES)
    ]


def _above(wish: _Wish, parent: int, wishes: list[_Wish]) -> int:
    if parent < 0:
        return -1
    followed = wishes[parent].source
    # Two joints that share one of ours each make its own turn, one after the other.
    return PARENTS[followed] if followed == wish.source else followed


def _row(followers: list[_Wish]) -> list[_Wish]:
    """Of joints that follow the same one: the first, and those that hang on each other in a row.

    Together they make its turn. Others, such as twist bones, bear no children.
    """
    row = [followers[0]]
    for follower in followers[1:]:
        if "parent" in follower.draft.given and follower.rule.parent == row[-1].name:
            row.append(follower)
    return row


def _ancestors(joint: int) -> list[int]:
    found: list[int] = []
    while (joint := PARENTS[joint]) >= 0:
        found.append(joint)
    return found


def _fields(value: object, where: Where) -> dict[str, Given]:
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value)
        return {
            key: Given(item, where._replace(path=(*where.path, key)))
            for key, item in fields.items()
        }
    return {"from": Given(value, where)}


def _axes_wxyz(axes_deg: tuple[float, float, float]) -> tuple[float, float, float, float]:
    """Turned about the world's x, then its y, then its z."""
    total = np.array(quaternion.IDENTITY_WXYZ)
    for axis, angle_deg in enumerate(axes_deg):
        turn = np.zeros(3)
        turn[axis] = math.radians(angle_deg)
        total = quaternion.multiply(quaternion.exp(turn), total)
    w, x, y, z = total.tolist()
    return (w, x, y, z)


def _unknown_joint(name: str, draft: Draft) -> str:
    meant = did_you_mean(name, list(JOINT_NAMES))
    where = draft.given["from"].where if "from" in draft.given else draft.where
    return where.problem(
        f"unknown joint {name[:60]!r}; sources are the 55 of the humanoid, for example "
        f"leftUpperArm{meant}"
    )
