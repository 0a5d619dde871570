"""Many rules as few array operations: what a mapping does to numbers, compiled once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from mocapbridge.retarget.sources import Channel
from mocapbridge.types import Float64Array

Bounds: TypeAlias = tuple[float, float]
UNBOUNDED: Final[Bounds] = (-np.inf, np.inf)


@dataclass(frozen=True, slots=True)
class Condition:
    """A source compared with a number."""

    channel: Channel
    above: bool
    """True: the source must be larger; False: smaller."""
    threshold: float
    inclusive: bool = False
    """Whether being equal is enough."""


@dataclass(frozen=True, slots=True)
class ValueRule:
    """One number of the target, with every default filled in; fields in the order of their use."""

    sources: tuple[tuple[Channel, float], ...]
    """With their weights."""
    combine: Literal["sum", "min", "max"] = "sum"
    dead_zone: float = 0.0
    power: float = 1.0
    points: tuple[tuple[float, float], ...] = ()
    """Of a curve, rising in their first number; empty for none."""
    invert: bool = False
    gain: float = 1.0
    offset: float = 0.0
    clamp: Bounds = UNBOUNDED
    condition: Condition | None = None
    otherwise: float | None = 0.0
    """None holds the last value."""
    smoothing_s: float = 0.0

    @property
    def shares(self) -> bool:
        """Whether all its sources run from 0 to 1."""
        return all(channel.is_share for channel, _ in self.sources)


class ValueProgram:
    """Computes all rules at once; remembers the last results for smoothing and holding."""

    def __init__(self, rules: Sequence[ValueRule], index: Mapping[Channel, int]) -> None:
        """Set up.

        Args:
            rules: what to compute, in the order of the results.
            index: where each channel stands in the vector of channels.
        """
        self._combination = _Combination(rules, index)
        self._shaping = _Shaping(rules)
        self._factor, self._offset = _affine(rules)
        low, high = np.array([rule.clamp for rule in rules]).reshape(-1, 2).T
        self._low, self._high = low, high
        self._clamps = bool(np.isfinite(low).any() or np.isfinite(high).any())
        self._gate = _Gate(rules, index)
        self._time_constants_s = np.array([rule.smoothing_s for rule in rules])
        self._smooths = bool(self._time_constants_s.any())
        self._last: Float64Array | None = None

    def run(self, channels: Float64Array, dt_s: float) -> Float64Array:
        """The results for one frame.

        Args:
            channels: the sources.
            dt_s: time since the last frame [s].
        """
        values = self._shaping.apply(self._combination.of(channels))
        values = values * self._factor + self._offset
        if self._clamps:
            values = np.minimum(np.maximum(values, self._low), self._high)
        values = self._gate.apply(values, channels, self._last)
        if self._smooths and self._last is not None:
            values = self._smoothed(values, self._last, dt_s)
        self._last = values
        return values

    def _smoothed(self, values: Float64Array, last: Float64Array, dt_s: float) -> Float64Array:
        # The answer of a first-order low pass to a step that lasts dt.
        constants_s = np.maximum(self._time_constants_s, 1e-9)
        return last + (values - last) * -np.expm1(-dt_s / constants_s)


class _Combination:
    """Weighted sums as one matrix; smallest and largest of weighted sources by segments."""

    def __init__(self, rules: Sequence[ValueRule], index: Mapping[Channel, int]) -> None:
        self._weights = np.zeros((len(rules), len(index)))
        chosen: dict[str, list[tuple[int, list[int], list[float]]]] = {"min": [], "max": []}
        for row, rule in enumerate(rules):
            if rule.combine == "sum":
                for channel, weight in rule.sources:
                    self._weights[row, index[channel]] += weight
            else:
                columns = [index[channel] for channel, _ in rule.sources]
                weights = [weight for _, weight in rule.sources]
                chosen[rule.combine].append((row, columns, weights))
        self._choices = [
            (ufunc, *_segments(rows))
            for ufunc, rows in ((np.minimum, chosen["min"]), (np.maximum, chosen["max"]))
            if rows
        ]

    def of(self, channels: Float64Array) -> Float64Array:
        values = self._weights @ channels
        for ufunc, rows, columns, weights, starts in self._choices:
            values[rows] = ufunc.reduceat(channels[columns] * weights, starts)
        return values


def _segments(
    rows: list[tuple[int, list[int], list[float]]],
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Float64Array, npt.NDArray[np.intp]]:
    lengths = [len(columns) for _, columns, _ in rows]
    return (
        np.array([row for row, _, _ in rows], dtype=np.intp),
        np.array([column for _, columns, _ in rows for column in columns], dtype=np.intp),
        np.array([weight for _, _, weights in rows for weight in weights]),
        np.cumsum([0, *lengths[:-1]]),
    )


class _Shaping:
    """Dead zones, powers and curves, each on the rows that have one."""

    def __init__(self, rules: Sequence[ValueRule]) -> None:
        dead, self._dead = _chosen(rules, [rule.dead_zone > 0.0 for rule in rules])
        self._dead_zones = np.array([rule.dead_zone for rule in dead])
        # What runs to 1 goes on doing so, beyond the dead zone that much faster.
        self._stretch = np.array(
            [
                1.0 / (1.0 - rule.dead_zone) if rule.shares and rule.dead_zone < 1.0 else 1.0
                for rule in dead
            ]
        )
        bent, self._bent = _chosen(rules, [rule.power != 1.0 for rule in rules])
        self._powers = np.array([rule.power for rule in bent])
        curved, self._curved = _chosen(rules, [bool(rule.points) for rule in rules])
        self._curves = _Curves([rule.points for rule in curved])

    def apply(self, values: Float64Array) -> Float64Array:
        if self._dead.size:
            x = values[self._dead]
            beyond = np.maximum(np.abs(x) - self._dead_zones, 0.0)
            values[self._dead] = np.copysign(beyond * self._stretch, x)
        if self._bent.size:
            x = values[self._bent]
            values[self._bent] = np.copysign(np.abs(x) ** self._powers, x)
        if self._curved.size:
            values[self._curved] = self._curves.at(values[self._curved])
        return values


class _Curves:
    """Curves of straight lines, level beyond their ends, one for each value."""

    def __init__(self, curves: Sequence[tuple[tuple[float, float], ...]]) -> None:
        most = max((len(points) for points in curves), default=1)
        # Short curves repeat their last point: nothing lies between the copies.
        padded = [(*points, *[points[-1]] * (most - len(points))) for points in curves]
        knots = np.array(padded, dtype=np.float64).reshape(len(curves), most, 2)
        self._in = knots[:, :, 0]
        self._out = knots[:, :, 1]
        self._inner = self._in[:, 1:-1]
        step = np.diff(self._in, axis=1)
        rise = np.diff(self._out, axis=1)
        self._slopes = np.divide(rise, step, out=np.zeros_like(rise), where=step > 0.0)
        self._rows = np.arange(len(curves))

    def at(self, x: Float64Array) -> Float64Array:
        x = np.minimum(np.maximum(x, self._in[:, 0]), self._in[:, -1])
        piece = (x[:, None] >= self._inner).sum(axis=1)
        start = self._in[self._rows, piece]
        return self._out[self._rows, piece] + (x - start) * self._slopes[self._rows, piece]


class _Gate:
    """Replaces what has a condition that does not hold."""

    def __init__(self, rules: Sequence[ValueRule], index: Mapping[Channel, int]) -> None:
        chosen, self._rows = _chosen(rules, [rule.condition is not None for rule in rules])
        conditions = [rule.condition for rule in chosen if rule.condition is not None]
        self._columns = np.array([index[c.channel] for c in conditions], dtype=np.intp)
        self._signs = np.array([1.0 if c.above else -1.0 for c in conditions])
        thresholds = np.array([c.threshold for c in conditions]) * self._signs
        strict = np.array([not c.inclusive for c in conditions], dtype=bool)
        # x > t is x >= the next number after t.
        self._thresholds = np.where(strict, np.nextafter(thresholds, np.inf), thresholds)
        self._otherwise = np.array([rule.otherwise or 0.0 for rule in chosen])
        self._holds = np.array([rule.otherwise is None for rule in chosen], dtype=bool)

    def apply(
        self, values: Float64Array, channels: Float64Array, last: Float64Array | None
    ) -> Float64Array:
        if not self._rows.size:
            return values
        met = channels[self._columns] * self._signs >= self._thresholds
        otherwise = self._otherwise
        if last is not None:
            otherwise = np.where(self._holds, last[self._rows], otherwise)
        values[self._rows] = np.where(met, values[self._rows], otherwise)
        return values


def _affine(rules: Sequence[ValueRule]) -> tuple[Float64Array, Float64Array]:
    """Factor and summand of inversion, gain and offset together."""
    sign = np.array([-1.0 if rule.invert else 1.0 for rule in rules])
    from_one = np.array([1.0 if rule.invert and rule.shares else 0.0 for rule in rules])
    gain = np.array([rule.gain for rule in rules])
    return sign * gain, from_one * gain + np.array([rule.offset for rule in rules])


def _chosen(
    rules: Sequence[ValueRule], wanted: Sequence[bool]
) -> tuple[list[ValueRule], npt.NDArray[np.intp]]:
    """The rules that are wanted, and their rows."""
    rows = [row for row, want in enumerate(wanted) if want]
    return [rules[row] for row in rows], np.array(rows, dtype=np.intp)
