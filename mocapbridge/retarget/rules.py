"""From what a mapping file says of one number to a rule that can be computed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal, cast

import msgspec

from mocapbridge.document.tree import nearest
from mocapbridge.retarget.files import Draft, Where
from mocapbridge.retarget.options import Rule
from mocapbridge.retarget.sources import Channel, UnknownSource, mirrored_source, parse_source
from mocapbridge.retarget.values import UNBOUNDED, Bounds, Condition, ValueRule

_CONDITION: Final = re.compile(
    r"\s*(?P<source>\S+)\s*(?P<sign>>=|<=|>|<)\s*(?P<number>[-+]?(\d+(\.\d*)?|\.\d+))\s*"
)
_FEWEST_POINTS: Final = 2

SHAPE_CLAMP: Final[Bounds] = (0.0, 1.0)


class RuleMaker:
    """Makes rules, and collects what is wrong with them."""

    def __init__(self, problems: list[str], *, mirror: bool) -> None:
        self._problems = problems
        self._mirror = mirror

    def make(
        self, draft: Draft, clamp: Bounds = UNBOUNDED, others: Iterable[str] = ()
    ) -> ValueRule | None:
        """The rule of a draft; None, and a problem, when it makes no sense.

        Args:
            draft: what the files say.
            clamp: bounds when they say none.
            others: further targets there are, for finding what a misspelt one means.
        """
        rule = msgspec.convert({key: given.value for key, given in draft.given.items()}, Rule)
        found = len(self._problems)
        sources, combine = self._sources(draft, rule, others)
        power, points = self._curve(draft, rule)
        condition = self._condition(draft, rule)
        if "clamp" in draft.given:
            clamp = rule.clamp
            if clamp[0] > clamp[1]:
                self._note(draft, "clamp", f"the lowest comes first, got {list(clamp)}")
        if len(self._problems) > found:
            return None
        return ValueRule(
            sources=sources,
            combine=combine,
            dead_zone=rule.dead_zone,
            power=power,
            points=points,
            invert=rule.invert,
            gain=rule.gain,
            offset=rule.offset,
            clamp=clamp,
            condition=condition,
            otherwise=None if rule.otherwise == "hold" else float(rule.otherwise),
            smoothing_s=rule.smoothing_s,
        )

    def _sources(
        self, draft: Draft, rule: Rule, others: Iterable[str]
    ) -> tuple[tuple[tuple[Channel, float], ...], Literal["sum", "min", "max"]]:
        if not rule.from_:
            channel = self._own_source(draft, others)
            return ((channel, 1.0),), "sum"
        where = draft.given["from"].where
        if isinstance(rule.from_, str):
            weighted = {rule.from_: 1.0}
        elif isinstance(rule.from_, dict):
            weighted = rule.from_
        else:
            weighted = dict.fromkeys(rule.from_, 1.0)
        combine = rule.combine
        if "combine" not in draft.given and not isinstance(rule.from_, dict):
            combine = "mean"
        share = 1.0 / len(weighted) if combine == "mean" else 1.0
        sources = tuple(
            (self._source(name, where), weight * share) for name, weight in weighted.items()
        )
        return sources, "sum" if combine == "mean" else combine

    def _own_source(self, draft: Draft, others: Iterable[str]) -> Channel:
        try:
            return self._seen(parse_source(draft.target))
        except UnknownSource as error:
            near = nearest(draft.target, [name for name in others if name != draft.target])
            meant = (
                f"; did you mean {near!r}?" if near else str(error).partition(repr(draft.target))[2]
            )
            text = f"nothing says what this is made of: give `from`{meant}"
            self._problems.append(draft.where.problem(text))
            return Channel("shape", (0,))

    def _source(self, name: str, where: Where) -> Channel:
        try:
            return self._seen(parse_source(name))
        except UnknownSource as error:
            self._problems.append(where.problem(str(error)))
            return Channel("shape", (0,))

    def _seen(self, channel: Channel) -> Channel:
        return mirrored_source(channel) if self._mirror else channel

    def _curve(self, draft: Draft, rule: Rule) -> tuple[float, tuple[tuple[float, float], ...]]:
        if isinstance(rule.curve, (int, float)):
            return float(rule.curve), ()
        rising = all(a[0] < b[0] for a, b in zip(rule.curve, rule.curve[1:], strict=False))
        if len(rule.curve) < _FEWEST_POINTS or not rising:
            text = "a curve has at least two points [in, out], each further right than the last"
            self._note(draft, "curve", text)
        return 1.0, rule.curve

    def _condition(self, draft: Draft, rule: Rule) -> Condition | None:
        if "when" not in draft.given:
            if "otherwise" in draft.given:
                self._note(draft, "otherwise", "without a condition it is never used: give `when`")
            return None
        match = _CONDITION.fullmatch(rule.when)
        if match is None:
            text = f"expected SOURCE > NUMBER (or <, >=, <=), got {rule.when[:80]!r}"
            self._note(draft, "when", text)
            return None
        channel = self._source(match["source"], draft.given["when"].where)
        sign = cast("str", match["sign"])
        return Condition(channel, ">" in sign, float(match["number"]), "=" in sign)

    def _note(self, draft: Draft, key: str, text: str) -> None:
        self._problems.append(draft.given[key].where.problem(text))
