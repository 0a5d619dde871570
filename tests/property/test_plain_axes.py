"""Axes of plain floats do what scipy's rotations do."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from mocapbridge.geometry import plain
from mocapbridge.geometry.plain import Axes, Vector

number = st.floats(-10.0, 10.0, allow_subnormal=False)
vectors = st.tuples(number, number, number)
angles = st.floats(-3.1, 3.1)


@st.composite
def rotations(draw: st.DrawFn) -> Rotation:
    """Half turns and tiny turns included."""
    part = st.floats(-1.0, 1.0)
    quaternion = draw(st.tuples(part, part, part, part).filter(lambda q: math.hypot(*q) > 1e-3))
    return Rotation.from_quat(quaternion)


def axes_of(rotation: Rotation) -> Axes:
    return plain.axes(rotation.as_matrix())


def rotation_of(frame: Axes) -> Rotation:
    return Rotation.from_matrix(plain.matrices([frame])[0])


def apart(a: Rotation, b: Rotation) -> float:
    return float((a.inv() * b).magnitude())


@given(rotations(), rotations(), vectors)
def test_products_agree_with_scipy(a: Rotation, b: Rotation, v: Vector) -> None:
    product = plain.product(axes_of(a), plain.inverse(axes_of(b)))
    assert apart(rotation_of(product), a * b.inv()) < 1e-7
    np.testing.assert_allclose(plain.carried(axes_of(a), v), a.apply(v), atol=1e-9)


@given(rotations(), st.floats(0.0, 1.0))
def test_share_turns_about_the_same_axis(rotation: Rotation, fraction: float) -> None:
    part = rotation_of(plain.share(axes_of(rotation), fraction))
    # A half turn may go either way round.
    judged = Rotation.from_rotvec(rotation.as_rotvec() * fraction)
    assert apart(part, judged) < 1e-5 or rotation.magnitude() > math.pi - 1e-5


@given(rotations(), angles)
def test_turns_about_own_axes_agree_with_scipy(rotation: Rotation, angle_rad: float) -> None:
    frame = axes_of(rotation)
    for axis, turned in (
        ("x", plain.about_x(frame, angle_rad)),
        ("y", plain.about_y(frame, angle_rad)),
        ("z", plain.about_z(frame, angle_rad)),
    ):
        assert apart(rotation_of(turned), rotation * Rotation.from_euler(axis, angle_rad)) < 1e-7


@given(vectors, vectors)
def test_axes_from_any_directions_are_a_rotation(a: Vector, b: Vector) -> None:
    matrix = plain.matrices([plain.from_directions(a, b)])[0]
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-6)
    assert abs(np.linalg.det(matrix) - 1.0) < 1e-6


@given(rotations(), vectors)
def test_swung_is_the_shortest_turn(rotation: Rotation, along: Vector) -> None:
    start = plain.unit((along[0] + 11.0, along[1], along[2]))
    end = plain.vector(rotation.apply(start).tolist())
    if plain.dot(start, end) < -0.99:
        return
    shortest = Rotation.align_vectors([end], [start])[0]
    np.testing.assert_allclose(plain.swung(start, end, along), shortest.apply(along), atol=1e-6)


@given(rotations())
def test_mirrored_is_what_a_mirror_shows(rotation: Rotation) -> None:
    mirror = np.diag((-1.0, 1.0, 1.0))
    expected = mirror @ rotation.as_matrix() @ mirror
    np.testing.assert_allclose(
        plain.matrices([plain.mirrored(axes_of(rotation))])[0], expected, atol=1e-12
    )


@given(rotations())
def test_quaternion_of_a_matrix_is_scipys(rotation: Rotation) -> None:
    w, x, y, z = plain.quaternion_wxyz(rotation.as_matrix())
    assert w >= 0.0
    assert math.isclose(math.hypot(w, x, y, z), 1.0)
    assert apart(Rotation.from_quat((x, y, z, w)), rotation) < 1e-7
