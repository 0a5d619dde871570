"""Laws of mappings, for any frame."""

from __future__ import annotations

import itertools
import json
import tempfile
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocapbridge.errors import ConfigError
from mocapbridge.retarget.load import Freedom, load_mapping
from mocapbridge.retarget.mapping import Retarget
from mocapbridge.retarget.mirror import mirrored, mirrored_positions
from mocapbridge.retarget.sources import parse_source
from mocapbridge.retarget.values import ValueProgram, ValueRule
from mocapbridge.skeleton import PARENTS, rest_positions_m
from mocapbridge.types import MocapFrame
from tests.mapping_files import SEEN
from tests.motion_frames import random_frame, stream_info
from tests.skeleton_poses import positions_m

frames = st.integers(0, 2**31).map(random_frame)
FREEDOMS = [Freedom(shapes, joints) for shapes in (False, True) for joints in (False, True)]
SOURCE = parse_source("jawOpen")
finite = st.floats(-3, 3)


def plain(frame: MocapFrame) -> object:
    return msgspec.to_builtins(frame, enc_hook=lambda array: array.tolist())


@given(frames)
def test_mirrored_twice_is_what_it_was(frame: MocapFrame) -> None:
    assert plain(mirrored(mirrored(frame))) == plain(frame)


@settings(max_examples=30)
@given(frames)
def test_the_mirrored_skeleton_stands_where_its_mirror_image_does(frame: MocapFrame) -> None:
    rest = rest_positions_m()
    pose = frame.pose
    stands = positions_m(pose.rotations_wxyz, PARENTS, rest, pose.root_position_in_world_m)
    other = mirrored(frame).pose
    got = positions_m(
        other.rotations_wxyz, PARENTS, mirrored_positions(rest), other.root_position_in_world_m
    )
    assert got == pytest.approx(mirrored_positions(stands.astype(np.float32)), abs=1e-4)


@pytest.mark.parametrize("freedom", FREEDOMS, ids=str)
def test_the_identity_changes_nothing(freedom: Freedom, tmp_path: Path) -> None:
    from mocapbridge.skeleton import JOINT_NAMES

    path = tmp_path / "identity.yaml"
    joints = "".join(f"  {name}: {name}\n" for name in JOINT_NAMES)
    path.write_text(f"extends: arkit\njoints:\n{joints}angles:\n  'head.*': {{}}\n", "utf-8")
    retarget = Retarget(load_mapping(str(path), tmp_path, freedom), stream_info())
    assert retarget.info.names is None

    @given(frames)
    def check(frame: MocapFrame) -> None:
        motion, _ = retarget.map(SEEN, frame)
        assert np.array_equal(motion.face.blendshapes, frame.face.blendshapes)
        assert np.array_equal(motion.pose.rotations_wxyz, frame.pose.rotations_wxyz)
        assert np.array_equal(motion.pose.positions_in_world_m, frame.pose.positions_in_world_m)
        assert motion.face.world_from_head == pytest.approx(frame.face.world_from_head, abs=1e-5)

    check()


@given(
    st.lists(st.tuples(finite, finite), min_size=2, max_size=8),
    st.floats(0.1, 5.0),
    st.floats(0.0, 0.9),
    st.tuples(finite, finite).map(sorted),
    st.lists(finite, min_size=2, max_size=20).map(sorted),
)
def test_rising_curves_keep_the_order_of_their_inputs(
    points: list[tuple[float, float]],
    power: float,
    dead_zone: float,
    bounds: list[float],
    inputs: list[float],
) -> None:
    places = sorted({round(x, 3) for x, _ in points} | {-3.5, 3.5})
    heights = sorted(y for _, y in points)
    rising = tuple(zip(places, np.linspace(heights[0], heights[-1], len(places)), strict=True))
    low, high = bounds
    rule = ValueRule(
        ((SOURCE, 1.0),), power=power, dead_zone=dead_zone, points=rising, clamp=(low, high)
    )
    program = ValueProgram([rule], {SOURCE: 0})
    results = [program.run(np.array((x,)), 0.0)[0] for x in inputs]
    assert all(a <= b + 1e-9 for a, b in itertools.pairwise(results))
    assert all(low <= value <= high for value in results)


_words = st.sampled_from(
    [
        *("extends", "shapes", "joints", "angles", "mirror", "scale", "version", "from", "gain"),
        *("turn", "curve", "when", "arkit", "mixamo", "humanoid", "jawOpen", "hips", "head.yaw"),
        *("mouth*", "distance.nose.left_wrist", "confidence.face > 0.5", "hold", "x", "parent"),
    ]
)
_leaves = st.none() | st.booleans() | st.integers(-9, 999) | st.floats(-9, 9) | _words | st.text()
_trees = st.recursive(
    _leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_words, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=300)
@given(st.dictionaries(_words, _trees, max_size=5).map(json.dumps) | st.text())
def test_any_file_is_a_mapping_that_runs_or_an_error_that_says_where(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.yaml"
        path.write_text(text, encoding="utf-8", errors="replace")
        told = str(path)
        try:
            mapping = load_mapping(str(path), Path(folder))
        except ConfigError as error:
            mapping, told = None, str(error)
    assert str(path) in told
    if mapping is None:
        return
    motion, info = Retarget(mapping, stream_info()).map(SEEN, random_frame(1))
    assert np.isfinite(motion.face.blendshapes).all()
    assert len(motion.pose.rotations_wxyz) == len(info.rest_positions_m)
