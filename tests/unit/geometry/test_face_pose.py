from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from mocapbridge.geometry.face_canonical import load_canonical_face
from mocapbridge.geometry.face_pose import FacePoseFit
from mocapbridge.types import Float32Array, Float64Array

SIZE_PX = (1280, 720)


def camera_from_face(
    euler_deg: tuple[float, float, float], at_cm: tuple[float, ...]
) -> Float64Array:
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("YXZ", euler_deg, degrees=True).as_matrix()
    matrix[:3, 3] = at_cm
    return matrix


def picture_of(
    camera_from_face_cm: Float64Array, fov_deg: float = 63.0, size_px: tuple[int, int] = SIZE_PX
) -> Float32Array:
    """The average face seen by a pinhole camera; z as the mesh has it: the depth from the middle
    of the face in units of x at the middle of the face."""
    face = load_canonical_face()
    in_camera = face.points_cm @ camera_from_face_cm[:3, :3].T + camera_from_face_cm[:3, 3]
    depth_cm = -in_camera[:, 2]
    middle_cm = face.pose_weights @ depth_cm
    height = 2.0 * np.tan(np.radians(fov_deg) / 2.0)
    width = height * size_px[0] / size_px[1]
    image = np.empty((478, 3))
    image[:, 0] = 0.5 + in_camera[:, 0] / depth_cm / width
    image[:, 1] = 0.5 - in_camera[:, 1] / depth_cm / height
    image[:, 2] = (depth_cm - middle_cm) / middle_cm / width
    return image.astype(np.float32)


def angle_deg(a: Float64Array | Float32Array, b: Float64Array | Float32Array) -> float:
    return float(np.degrees(Rotation.from_matrix(a[:3, :3].T @ b[:3, :3]).magnitude()))


@pytest.mark.parametrize(
    ("euler_deg", "at_cm"),
    [
        ((0.0, 0.0, 0.0), (0.0, 0.0, -40.0)),
        ((50.0, -20.0, 15.0), (12.0, -6.0, -35.0)),
        ((-70.0, 30.0, -60.0), (-20.0, 10.0, -90.0)),
        ((10.0, 5.0, 179.0), (3.0, 2.0, -25.0)),
    ],
)
@pytest.mark.parametrize("fov_deg", [35.0, 63.0, 90.0])
def test_a_face_seen_by_a_pinhole_camera_is_found_where_it_is(
    euler_deg: tuple[float, float, float], at_cm: tuple[float, float, float], fov_deg: float
) -> None:
    truth = camera_from_face(euler_deg, at_cm)
    found = FacePoseFit(fov_deg).fit(picture_of(truth, fov_deg), SIZE_PX)
    assert found is not None
    assert found.shape == (4, 4)
    assert found.dtype == np.float32
    assert angle_deg(truth, found) < 0.02
    assert np.allclose(found[:3, 3], at_cm, atol=0.02)
    assert np.array_equal(found[3], (0.0, 0.0, 0.0, 1.0))


def test_the_signs_are_those_of_the_official_matrix() -> None:
    """protocols: turning to the performer's own left is a positive yaw and moves the nose tip to
    the right in the picture; a face right of and below the middle has +x and -y."""
    truth = camera_from_face((25.0, 0.0, 0.0), (5.0, -4.0, -45.0))
    image = picture_of(truth)
    eyes_middle = (image[33] + image[263]) / 2
    assert image[1, 0] > eyes_middle[0]
    found = FacePoseFit().fit(image, SIZE_PX)
    assert found is not None
    assert abs(np.degrees(np.arctan2(found[0, 2], found[2, 2])) - 25.0) < 0.05
    assert found[0, 3] > 0.0 > found[1, 3]
    assert found[2, 3] < 0.0


def test_the_picture_format_does_not_bend_the_pose() -> None:
    truth = camera_from_face((20.0, 10.0, 5.0), (2.0, 3.0, -50.0))
    for size_px in ((640, 480), (1920, 1080), (1080, 1920), (512, 512)):
        found = FacePoseFit().fit(picture_of(truth, size_px=size_px), size_px)
        assert found is not None
        assert angle_deg(truth, found) < 0.02


def test_a_few_wild_points_do_not_turn_the_head() -> None:
    truth = camera_from_face((15.0, -5.0, 3.0), (1.0, 2.0, -40.0))
    image = picture_of(truth)
    used = np.flatnonzero(load_canonical_face().pose_weights > 0.0)
    plain = FacePoseFit().fit(image, SIZE_PX)
    image[used[::20], 0] += 0.3
    pulled = FacePoseFit().fit(image, SIZE_PX)
    assert plain is not None
    assert pulled is not None
    assert angle_deg(plain, pulled) < 0.5


def test_lost_points_are_left_out() -> None:
    truth = camera_from_face((15.0, -5.0, 3.0), (1.0, 2.0, -40.0))
    image = picture_of(truth)
    image[::7] = np.nan
    image[1::7, 1] = np.inf
    found = FacePoseFit().fit(image, SIZE_PX)
    assert found is not None
    assert angle_deg(truth, found) < 1.0


@pytest.mark.parametrize("value", [0.0, 0.5, np.nan, np.inf, -np.inf, 1e30])
def test_what_is_no_face_has_no_pose(value: float) -> None:
    image = np.full((478, 3), value, dtype=np.float32)
    assert FacePoseFit().fit(image, SIZE_PX) is None


def test_points_on_a_line_have_no_pose() -> None:
    image = np.linspace(0.1, 0.9, 478 * 3, dtype=np.float32).reshape(478, 3)
    image[:, 1] = image[:, 0]
    image[:, 2] = 0.0
    assert FacePoseFit().fit(image, (720, 720)) is None


@pytest.mark.parametrize("fov_deg", [0.0, -10.0, 180.0, float("nan")])
def test_an_impossible_field_of_view_is_refused(fov_deg: float) -> None:
    with pytest.raises(ValueError, match="field of view"):
        FacePoseFit(fov_deg)


def test_the_average_face_is_symmetric_and_metric() -> None:
    face = load_canonical_face()
    assert np.array_equal(face.mirrored[face.mirrored], np.arange(478))
    opposite = face.points_cm[face.mirrored] * (-1.0, 1.0, 1.0)
    assert np.allclose(face.points_cm, opposite, atol=2e-3)
    assert np.allclose(face.pose_weights, face.pose_weights[face.mirrored], atol=1e-6)
    assert abs(face.pose_weights.sum() - 1.0) < 1e-9
    # The performer's left eye (263) has positive x; eyes above, chin (152) below, nose in front.
    assert face.points_cm[263, 0] > 4.0
    assert face.points_cm[33, 0] < -4.0
    assert face.points_cm[152, 1] < -8.0
    assert face.points_cm[4, 2] > face.points_cm[33, 2] + 3.0
    # An iris is about 1.17 cm across in every adult.
    assert abs(np.linalg.norm(face.points_cm[469] - face.points_cm[471]) - 1.17) < 0.2
