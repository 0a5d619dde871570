"""From the name of a mapping to one that is ready to run, or to every reason why not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, NamedTuple

from mocapbridge.blendshapes import ARKIT_NAMES
from mocapbridge.document.tree import did_you_mean
from mocapbridge.retarget.files import Draft, Drafts, error_of, find_mapping, read_drafts
from mocapbridge.retarget.joints import TargetJoint
from mocapbridge.retarget.mapping import Mapping
from mocapbridge.retarget.rules import SHAPE_CLAMP, RuleMaker
from mocapbridge.retarget.skeletons import SkeletonMaker, identity
from mocapbridge.retarget.sources import ANGLE_NAMES
from mocapbridge.retarget.values import ValueRule
from mocapbridge.skeleton import JOINT_NAMES, PARENTS
from mocapbridge.types import StreamNames

MOST_SHAPES: Final = 255
"""What the link can describe."""

_SUFFIX: Final = re.compile(r"[._](l|r)$")


class Freedom(NamedTuple):
    """Which names the receivers of an output are told, so that a mapping may choose them."""

    shapes: bool
    """False: the output sends the 52 of ARKit, by names or numbers of its own."""
    joints: bool
    """False: the output sends the 55 of the humanoid, or some of them, by names of its own."""


FREE: Final = Freedom(shapes=True, joints=True)


def load_mapping(reference: str, folder: Path, freedom: Freedom = FREE) -> Mapping:
    """Read, merge and check a mapping.

    Args:
        reference: the name of a shipped mapping, or the path of a file.
        folder: where relative paths start.
        freedom: of the output it is for.

    Raises:
        ConfigError: there is no such mapping, or it says what cannot be meant; a line for each
            problem, with file, line, column, key and what is allowed.
    """
    drafts = read_drafts(find_mapping(reference, folder))
    problems: list[str] = []
    rules = RuleMaker(problems, mirror=drafts.mirror)
    shapes = None if drafts.shapes is None else _shapes(drafts.shapes, freedom, rules, problems)
    skeleton = SkeletonMaker(rules, len(shapes or ()), problems)
    joints = _joints(drafts, freedom, skeleton)
    angles = _angles(drafts, rules, problems)
    if drafts.joints == {}:
        text = "joints: none is left; leave the section out to keep all 55"
        problems.append(f"{text} ({drafts.files[-1]})")
    if problems:
        raise error_of(problems)
    return Mapping(
        name=reference,
        files=drafts.files,
        mirror=drafts.mirror,
        scale=drafts.scale,
        shapes=shapes,
        joints=joints,
        turns=tuple(skeleton.turns),
        angles=angles,
        names=_names(shapes, joints),
    )


def normalised(name: str) -> str:
    """A shape's name without what differs between programs: capitals, ``_L`` or ``Left``."""
    lower = name.lower()
    side = _SUFFIX.search(lower)
    if side:
        lower = lower[: side.start()] + ("left" if side[1] == "l" else "right")
    return lower.replace("_", "")


_ARKIT_PLACE: Final = {normalised(name): place for place, name in enumerate(ARKIT_NAMES)}


def _shapes(
    drafts: dict[str, Draft], freedom: Freedom, rules: RuleMaker, problems: list[str]
) -> tuple[tuple[str, ValueRule], ...]:
    made: dict[str, ValueRule] = {}
    for target, draft in drafts.items():
        rule = rules.make(draft, SHAPE_CLAMP, others=drafts)
        if rule is not None:
            made[target] = rule
    if len(drafts) > MOST_SHAPES:
        where = next(iter(drafts.values())).where
        problems.append(where.problem(f"{len(drafts)} shapes are more than {MOST_SHAPES}"))
    if not freedom.shapes:
        return _as_arkit(made, drafts, problems)
    if set(made) == set(ARKIT_NAMES):  # in ARKit's order, they need no names of their own
        return tuple((name, made[name]) for name in ARKIT_NAMES)
    return tuple(made.items())


def _as_arkit(
    made: dict[str, ValueRule], drafts: dict[str, Draft], problems: list[str]
) -> tuple[tuple[str, ValueRule], ...]:
    """The 52 of ARKit, for an output that knows no others; those not given stay 0."""
    placed: dict[int, tuple[str, ValueRule]] = {}
    for target, rule in made.items():
        place = _ARKIT_PLACE.get(normalised(target))
        where = drafts[target].where
        if place is None:
            meant = did_you_mean(target, list(ARKIT_NAMES))
            text = f"the output sends the shapes of ARKit only, and {target!r} is none{meant}"
            problems.append(where.problem(text))
        elif place in placed:
            text = f"{target!r} and {placed[place][0]!r} are the same shape to this output"
            problems.append(where.problem(text))
        else:
            placed[place] = target, rule
    nothing = ValueRule(sources=())
    return tuple(
        (name, placed[place][1] if place in placed else nothing)
        for place, name in enumerate(ARKIT_NAMES)
    )


def _joints(
    drafts: Drafts, freedom: Freedom, skeleton: SkeletonMaker
) -> tuple[TargetJoint, ...] | None:
    if drafts.joints is None:
        return None if drafts.scale == 1.0 else tuple(identity())
    if not freedom.joints:
        return tuple(skeleton.humanoid(drafts.joints))
    return tuple(skeleton.named(drafts.joints))


def _angles(
    drafts: Drafts, rules: RuleMaker, problems: list[str]
) -> tuple[tuple[int, ValueRule], ...]:
    angles: list[tuple[int, ValueRule]] = []
    for target, draft in drafts.angles.items():
        if target not in ANGLE_NAMES:
            meant = did_you_mean(target, list(ANGLE_NAMES))
            text = f"unknown angle; valid: {', '.join(ANGLE_NAMES)}{meant}"
            problems.append(draft.where.problem(text))
            continue
        rule = rules.make(draft)
        if rule is not None:
            angles.append((ANGLE_NAMES.index(target), rule))
    return tuple(angles)


def _names(
    shapes: tuple[tuple[str, ValueRule], ...] | None, joints: tuple[TargetJoint, ...] | None
) -> StreamNames | None:
    names = StreamNames(
        joints=JOINT_NAMES if joints is None else tuple(joint.name for joint in joints),
        parents=PARENTS if joints is None else tuple(joint.parent for joint in joints),
        blendshapes=ARKIT_NAMES if shapes is None else tuple(name for name, _ in shapes),
    )
    return None if names == StreamNames(JOINT_NAMES, PARENTS, ARKIT_NAMES) else names
