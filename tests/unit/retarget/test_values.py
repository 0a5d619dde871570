from __future__ import annotations

import numpy as np
import pytest

from mocapbridge.retarget.sources import Channel, parse_source
from mocapbridge.retarget.values import Condition, ValueProgram, ValueRule

A, B, ANGLE = parse_source("jawOpen"), parse_source("mouthSmileLeft"), parse_source("head.yaw")
INDEX = {A: 0, B: 1, ANGLE: 2}


def rule(source: Channel = A, **changes: object) -> ValueRule:
    return ValueRule(sources=((source, 1.0),), **changes)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def run(rules: list[ValueRule], a: float = 0.0, b: float = 0.0, angle: float = 0.0) -> list[float]:
    return ValueProgram(rules, INDEX).run(np.array((a, b, angle)), 0.0).tolist()


def test_sources_are_summed_or_the_smallest_or_largest_is_taken() -> None:
    sources = ((A, 2.0), (B, -1.0))
    rules = [ValueRule(sources), ValueRule(sources, "min"), ValueRule(sources, "max"), rule(B)]
    assert run(rules, 0.25, 0.4) == pytest.approx([0.1, -0.4, 0.5, 0.4])


def test_a_dead_zone_swallows_what_is_small_and_leaves_no_step() -> None:
    shares, angles = rule(dead_zone=0.2), rule(ANGLE, dead_zone=5.0)
    assert run([shares, angles], 0.19, angle=-4.9) == pytest.approx([0.0, 0.0])
    assert run([shares, angles], 0.2001, angle=-5.01) == pytest.approx([0.0, 0.0], abs=0.02)
    assert run([shares, angles], 1.0, angle=-30.0) == pytest.approx([1.0, -25.0])


def test_a_power_keeps_the_sign() -> None:
    assert run([rule(ANGLE, power=2.0)], angle=-3.0) == pytest.approx([-9.0])


def test_curves_are_straight_lines_between_their_points() -> None:
    curves = [((0.1, 0.0), (0.7, 1.0)), ((0.0, 1.0), (0.2, 0.5), (0.9, 0.6), (1.0, 0.0))]
    for step in range(-20, 61):
        x = step / 40
        expected = [
            float(np.interp(x, [at for at, _ in points], [to for _, to in points]))
            for points in curves
        ]
        assert run([rule(points=points) for points in curves], x) == pytest.approx(expected)


def test_operations_come_in_their_order() -> None:
    # 0.6 -> dead zone 0.2: 0.5 -> power 2: 0.25 -> inverted: 0.75 -> gain, offset -> clamp.
    made = rule(dead_zone=0.2, power=2.0, invert=True, gain=2.0, offset=-0.3, clamp=(0.0, 1.0))
    assert run([made], 0.6) == pytest.approx([1.0])
    unbounded = rule(dead_zone=0.2, power=2.0, invert=True, gain=2.0, offset=-0.3)
    assert run([unbounded], 0.6) == pytest.approx([1.2])
    assert run([rule(ANGLE, invert=True)], angle=20.0) == pytest.approx([-20.0])


@pytest.mark.parametrize(
    ("above", "inclusive", "passes"),
    [
        (True, False, [False, False, True]),
        (True, True, [False, True, True]),
        (False, False, [True, False, False]),
        (False, True, [True, True, False]),
    ],
)
def test_conditions_compare_as_they_are_written(
    above: bool, inclusive: bool, passes: list[bool]
) -> None:
    condition = Condition(B, above, 0.5, inclusive)
    made = rule(condition=condition, otherwise=-7.0)
    results = [run([made], 0.3, b)[0] for b in (0.4, 0.5, 0.6)]
    assert results == pytest.approx([0.3 if passed else -7.0 for passed in passes])


def test_hold_keeps_the_last_value_from_while_the_condition_held() -> None:
    held = rule(condition=Condition(B, above=True, threshold=0.5), otherwise=None)
    program = ValueProgram([held], INDEX)
    results = [
        program.run(np.array((a, b, 0.0)), 0.0)[0]
        for a, b in ((0.9, 0.0), (0.3, 1.0), (0.8, 0.2), (0.7, 0.2), (0.6, 1.0))
    ]
    assert results == pytest.approx([0.0, 0.3, 0.3, 0.3, 0.6])


def test_smoothing_answers_a_step_by_its_time_constant_at_any_frame_rate() -> None:
    for frames in (1, 10, 100):
        program = ValueProgram([rule(smoothing_s=0.2), rule()], INDEX)
        program.run(np.array((0.0, 0.0, 0.0)), 0.0)
        results = [program.run(np.array((1.0, 0.0, 0.0)), 0.2 / frames) for _ in range(frames)]
        assert results[-1].tolist() == pytest.approx([1.0 - np.exp(-1.0), 1.0])
