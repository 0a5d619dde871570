"""What a mapping does, in words: for people who look at what a target receives."""

from __future__ import annotations

from typing import NamedTuple

from mocapbridge.retarget.joints import NOTHING, TargetJoint
from mocapbridge.retarget.mapping import Mapping
from mocapbridge.retarget.rules import SHAPE_CLAMP
from mocapbridge.retarget.sources import ANGLE_NAMES, source_name
from mocapbridge.retarget.values import UNBOUNDED, Bounds, ValueRule
from mocapbridge.skeleton import JOINT_NAMES


class Line(NamedTuple):
    """One target."""

    target: str
    sources: str
    operations: str
    """In the order in which they happen; empty for none."""


def explain(mapping: Mapping) -> list[Line]:
    """Every target of a mapping with what it is made of."""
    lines: list[Line] = []
    if mapping.mirror:
        lines.append(Line("everything", "the other side", "mirrored"))
    if mapping.shapes is None:
        lines.append(Line("shapes", "the 52 of ARKit", ""))
    for target, rule in mapping.shapes or ():
        lines.append(Line(target, _sources(rule), _operations(rule, SHAPE_CLAMP)))
    for place, rule in mapping.angles:
        lines.append(Line(ANGLE_NAMES[place], _sources(rule), _operations(rule, UNBOUNDED)))
    if mapping.joints is None:
        lines.append(Line("joints", "the 55 of the humanoid", ""))
    first_turn = len(mapping.shapes or ())
    for joint in mapping.joints or ():
        lines += _joint(joint, mapping, first_turn)
    if mapping.scale != 1.0:
        lines.append(Line("positions", "", f"times {mapping.scale:g}"))
    return lines


def _joint(joint: TargetJoint, mapping: Mapping, first_turn: int) -> list[Line]:
    operations: list[str] = []
    if joint.gain != 1.0:
        operations.append(f"angle times {joint.gain:g}")
    if joint.axes_wxyz != (1.0, 0.0, 0.0, 0.0):
        operations.append("in axes of its own")
    follows = "stays at rest" if joint.source == NOTHING else JOINT_NAMES[joint.source]
    lines = [Line(joint.name, follows, ", ".join(operations))]
    for axis, row in zip("xyz", joint.turn_rows, strict=True):
        if row != NOTHING:
            rule = mapping.turns[row - first_turn]
            target = f"{joint.name}, turned about {axis}"
            lines.append(Line(target, _sources(rule), _operations(rule, UNBOUNDED)))
    return lines


def _sources(rule: ValueRule) -> str:
    if not rule.sources:
        return "nothing: stays 0"
    parts = [
        source_name(channel) if weight == 1.0 else f"{weight:g} {source_name(channel)}"
        for channel, weight in rule.sources
    ]
    if len(parts) == 1:
        return parts[0]
    return " + ".join(parts) if rule.combine == "sum" else f"{rule.combine} of {', '.join(parts)}"


def _operations(rule: ValueRule, usual_clamp: Bounds) -> str:
    words: list[str] = []
    if rule.dead_zone:
        words.append(f"dead zone {rule.dead_zone:g}")
    if rule.power != 1.0:
        words.append(f"power {rule.power:g}")
    if rule.points:
        points = ", ".join(f"{x:g}>{y:g}" for x, y in rule.points)
        words.append(f"curve {points}")
    if rule.invert:
        words.append("inverted")
    if rule.gain != 1.0:
        words.append(f"times {rule.gain:g}")
    if rule.offset:
        words.append(f"plus {rule.offset:g}")
    if rule.clamp != usual_clamp and rule.sources:
        words.append(f"within {rule.clamp[0]:g} to {rule.clamp[1]:g}")
    if rule.condition is not None:
        words.append(_condition(rule))
    if rule.smoothing_s:
        words.append(f"smoothed over {rule.smoothing_s:g} s")
    return ", ".join(words)


def _condition(rule: ValueRule) -> str:
    condition = rule.condition
    if condition is None:
        return ""
    sign = (">" if condition.above else "<") + ("=" if condition.inclusive else "")
    otherwise = "held" if rule.otherwise is None else f"{rule.otherwise:g}"
    return (
        f"while {source_name(condition.channel)} {sign} {condition.threshold:g}, else {otherwise}"
    )
