"""The algebra of rotations, on random rotations; scipy is the independent judge."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial.transform import Rotation

from mocapbridge.geometry import matrix, quaternion
from mocapbridge.types import Float64Array

finite = st.floats(-10.0, 10.0, allow_subnormal=False)
vectors = hnp.arrays(np.float64, (4, 3), elements=finite)


@st.composite
def rotations(draw: st.DrawFn) -> Float64Array:
    """(4, 4) unit quaternions, half turns and tiny turns included."""
    raw = draw(hnp.arrays(np.float64, (4, 4), elements=st.floats(-1.0, 1.0)))
    return quaternion.normalise(raw)


def scipy_of(q: Float64Array) -> Rotation:
    return Rotation.from_quat(q, scalar_first=True)


@given(rotations(), rotations(), rotations())
def test_multiplication_is_associative_and_keeps_unit_length(
    a: Float64Array, b: Float64Array, c: Float64Array
) -> None:
    left = quaternion.multiply(quaternion.multiply(a, b), c)
    right = quaternion.multiply(a, quaternion.multiply(b, c))
    np.testing.assert_allclose(left, right, atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(left, axis=-1), 1.0, atol=1e-12)


@given(rotations())
def test_conjugate_is_the_inverse(q: Float64Array) -> None:
    product = quaternion.multiply(q, quaternion.conjugate(q))
    np.testing.assert_allclose(product, np.tile([1.0, 0, 0, 0], (4, 1)), atol=1e-12)


@given(rotations(), rotations(), vectors)
def test_product_and_rotation_agree_with_scipy(
    a: Float64Array, b: Float64Array, v: Float64Array
) -> None:
    ours = quaternion.rotate(quaternion.multiply(a, b), v)
    np.testing.assert_allclose(ours, (scipy_of(a) * scipy_of(b)).apply(v), atol=1e-9)


@given(rotations())
def test_matrices_agree_with_scipy_and_come_back(q: Float64Array) -> None:
    rotation = quaternion.to_matrix(q)
    np.testing.assert_allclose(rotation, scipy_of(q).as_matrix(), atol=1e-12)
    back = quaternion.from_matrix(rotation)
    np.testing.assert_allclose(quaternion.angle_rad(back, q), 0.0, atol=1e-7)


@given(rotations())
def test_log_agrees_with_scipy_and_exp_undoes_it(q: Float64Array) -> None:
    vector = quaternion.log(q)
    assert np.all(np.linalg.norm(vector, axis=-1) <= np.pi + 1e-9)
    judged = scipy_of(q).magnitude()
    np.testing.assert_allclose(np.linalg.norm(vector, axis=-1), judged, atol=1e-7)
    np.testing.assert_allclose(quaternion.angle_rad(quaternion.exp(vector), q), 0.0, atol=1e-7)


@given(rotations(), rotations(), st.floats(0.0, 1.0))
def test_slerp_covers_the_fraction_of_the_way(
    a: Float64Array, b: Float64Array, fraction: float
) -> None:
    between = quaternion.slerp(a, b, fraction)
    whole = quaternion.angle_rad(a, b)
    np.testing.assert_allclose(quaternion.angle_rad(a, between), fraction * whole, atol=1e-6)
    np.testing.assert_allclose(
        quaternion.angle_rad(between, b), (1.0 - fraction) * whole, atol=1e-6
    )


@given(vectors, vectors)
def test_from_two_vectors_takes_one_direction_to_the_other(
    start: Float64Array, end: Float64Array
) -> None:
    long_enough = (np.linalg.norm(start, axis=-1) > 1e-6) & (np.linalg.norm(end, axis=-1) > 1e-6)
    q = quaternion.from_two_vectors(start, end)
    np.testing.assert_allclose(np.linalg.norm(q, axis=-1), 1.0, atol=1e-9)
    turned = quaternion.rotate(q, quaternion.unit(start))
    np.testing.assert_allclose(turned[long_enough], quaternion.unit(end)[long_enough], atol=2e-4)


@given(vectors)
def test_from_two_vectors_survives_opposite_directions(v: Float64Array) -> None:
    start = quaternion.unit(v + np.array((11.0, 0.0, 0.0)))
    q = quaternion.from_two_vectors(start, -start)
    np.testing.assert_allclose(quaternion.rotate(q, start), -start, atol=1e-9)


@given(rotations(), vectors)
def test_swing_and_twist_make_the_whole(q: Float64Array, v: Float64Array) -> None:
    axis = quaternion.unit(v + np.array((11.0, 0.0, 0.0)))
    swing, twist = quaternion.swing_twist(q, axis)
    whole = quaternion.multiply(swing, twist)
    np.testing.assert_allclose(quaternion.angle_rad(whole, q), 0.0, atol=1e-6)
    np.testing.assert_allclose(np.cross(twist[..., 1:], axis), 0.0, atol=1e-9)
    # A twist about the axis leaves the axis where it is; the swing's own axis is across it.
    defined = np.abs(np.sum(q[..., 1:] * axis, -1)) + np.abs(q[..., 0]) > 1e-3
    along = np.sum(swing[..., 1:] * axis, axis=-1)
    np.testing.assert_allclose(along[defined], 0.0, atol=1e-6)


@given(vectors, vectors)
def test_frames_from_any_directions_are_rotations(a: Float64Array, b: Float64Array) -> None:
    frame = matrix.from_directions(a, b)
    identity = np.broadcast_to(np.eye(3), (4, 3, 3))
    np.testing.assert_allclose(frame @ matrix.transpose(frame), identity, atol=1e-6)
    np.testing.assert_allclose(np.linalg.det(frame), 1.0, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_kept(dtype: type[np.floating]) -> None:  # pyright: ignore[reportMissingTypeArgument,reportUnknownParameterType]
    q = quaternion.normalise(np.array([[1.0, 2.0, 3.0, 4.0]], dtype=dtype))
    v = np.array([[1.0, 2.0, 3.0]], dtype=dtype)
    made = (
        quaternion.multiply(q, q),
        quaternion.rotate(q, v),
        quaternion.from_two_vectors(v, v),
        quaternion.from_matrix(quaternion.to_matrix(q)),
        quaternion.slerp(q, q, 0.5),
        quaternion.log(q),
        quaternion.exp(v),
        *quaternion.swing_twist(q, quaternion.unit(v)),
    )
    assert {array.dtype for array in made} == {np.dtype(dtype)}


def test_nothing_to_normalise_becomes_the_identity() -> None:
    broken = np.array([[0.0, 0, 0, 0], [np.nan, 0, 0, 0], [np.inf, 0, 0, 0]])
    np.testing.assert_array_equal(
        quaternion.normalise(broken), np.tile([1.0, 0.0, 0.0, 0.0], (3, 1))
    )


def test_sign_follows_the_reference() -> None:
    rng = np.random.default_rng(3)
    reference = quaternion.normalise(rng.normal(size=(50, 4)))
    flipped = reference * np.where(rng.random(50) < 0.5, -1.0, 1.0)[:, None]
    np.testing.assert_array_equal(quaternion.same_hemisphere(flipped, reference), reference)
