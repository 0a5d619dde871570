"""Heads beside the picture's middle, as mesh networks show them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from mocapbridge.geometry import plain
from mocapbridge.geometry.face_canonical import load_canonical_face
from mocapbridge.geometry.head_pose import HeadPoseFit
from mocapbridge.solve.camera import Camera
from mocapbridge.solve.options import SolveCameraOptions
from mocapbridge.types import Float32Array, Float64Array

LEAN = Rotation.from_euler("X", 5.8, degrees=True)
DISTANCE_CM = 500.0
"""So far away that the place of a point in the face does not matter."""
LANDSCAPE, PORTRAIT = (1280, 720), (720, 1280)


def turned(yaw_deg: float = 0.0, pitch_deg: float = 0.0, roll_deg: float = 0.0) -> Rotation:
    return Rotation.from_euler("YXZ", (yaw_deg, pitch_deg, roll_deg), degrees=True)


def sight_to(right_deg: float, up_deg: float) -> Rotation:
    """From the camera's axes to those of one that looks straight at the face, shortest way."""
    direction = np.array((np.tan(np.radians(right_deg)), np.tan(np.radians(up_deg)), -1.0))
    direction /= np.linalg.norm(direction)
    axis = np.cross((0.0, 0.0, -1.0), direction)
    length = np.linalg.norm(axis)
    return Rotation.from_rotvec(axis / max(length, 1e-12) * np.arccos(-direction[2]))


def mesh(
    head: Rotation, right_deg: float, up_deg: float, fov_deg: float, size_px: tuple[int, int]
) -> Float32Array:
    """The average face on a head, as a network has it that looked at a cut-out around it.

    x and y lie where the camera sees them; depth runs along the line of sight.
    """
    sight = sight_to(right_deg, up_deg)
    points_cm = load_canonical_face().points_cm
    points_cm = (head * LEAN).apply(points_cm - load_canonical_face().pose_weights @ points_cm)
    in_sight_cm = sight.inv().apply(points_cm)
    in_camera_cm = points_cm + sight.apply((0.0, 0.0, -DISTANCE_CM))
    width = 2.0 * np.tan(np.radians(fov_deg) / 2.0)
    cosine = -sight.apply((0.0, 0.0, -1.0))[2]
    image = np.empty((478, 3))
    image[:, :2] = in_camera_cm[:, :2] / -in_camera_cm[:, 2:] / width
    image[:, 1] *= -size_px[0] / size_px[1]
    image[:, :2] += 0.5
    image[:, 2] = -in_sight_cm[:, 2] / DISTANCE_CM / cosine / width
    return image.astype(np.float32)


def away_deg(found: Float64Array | Float32Array | None, head: Rotation) -> float:
    assert found is not None
    return float(np.degrees((Rotation.from_matrix(found[:3, :3]).inv() * head).magnitude()))


@pytest.mark.parametrize("size_px", [LANDSCAPE, PORTRAIT, (640, 480)])
@pytest.mark.parametrize("fov_deg", [45.0, 60.0, 95.0])
@pytest.mark.parametrize(
    ("head", "right_deg", "up_deg"),
    [
        (turned(), 0.0, 0.0),
        (turned(), 20.0, 0.0),
        (turned(), 0.0, -15.0),
        (turned(30.0, -10.0, 5.0), -18.0, 10.0),
        (turned(-25.0, 20.0, -15.0), 15.0, 12.0),
    ],
)
def test_a_head_is_held_the_same_wherever_it_is_seen(
    head: Rotation, right_deg: float, up_deg: float, fov_deg: float, size_px: tuple[int, int]
) -> None:
    image = mesh(head, right_deg, up_deg, fov_deg, size_px)
    found = HeadPoseFit(fov_deg).fit(image, size_px)
    # Wide pictures stretch a face at their edge unevenly, which depth cannot follow both ways.
    assert away_deg(found, head) < (0.2 if right_deg == up_deg == 0.0 else 1.5)


def test_the_place_is_that_of_the_camera() -> None:
    found = HeadPoseFit(80.0).fit(mesh(turned(), 20.0, 10.0, 80.0, LANDSCAPE), LANDSCAPE)
    assert found is not None
    x_cm, y_cm, z_cm = found[:3, 3].tolist()
    assert np.linalg.norm(found[:3, 3]) == pytest.approx(DISTANCE_CM, rel=0.03)
    assert np.degrees(np.arctan2(x_cm, -z_cm)) == pytest.approx(20.0, abs=0.7)
    assert np.degrees(np.arctan2(y_cm, -z_cm)) == pytest.approx(10.0, abs=0.7)


@pytest.mark.parametrize("size_px", [LANDSCAPE, PORTRAIT])
@pytest.mark.parametrize("fov_deg", [45.0, 60.0, 95.0])
def test_the_solver_turns_what_trackers_say_to_the_users_camera(
    fov_deg: float, size_px: tuple[int, int]
) -> None:
    """Trackers take every camera for one 60 degrees wide; takes hold what they say."""
    head = turned(10.0, -5.0)
    camera = Camera(SolveCameraOptions(horizontal_fov_deg=fov_deg))
    image = mesh(head, 18.0, -9.0, fov_deg, size_px)
    recorded = HeadPoseFit().fit(image, size_px)
    assert recorded is not None
    world_from_head = plain.matrices([camera.face_turn(image, size_px)])[0] @ recorded[:3, :3]
    assert away_deg(world_from_head, head) < 1.5
    if fov_deg != 60.0:
        assert away_deg(recorded, head) > 3.0


def test_tilt_and_angle_of_the_camera_go_together() -> None:
    """A camera above that looks down 20 degrees sees a level head in the middle from above."""
    options = SolveCameraOptions(horizontal_fov_deg=80.0, tilt_deg=20.0)
    image = mesh(turned(0.0, 20.0), 0.0, 0.0, 80.0, LANDSCAPE)
    recorded = HeadPoseFit().fit(image, LANDSCAPE)
    assert recorded is not None
    turn = plain.matrices([Camera(options).face_turn(image, LANDSCAPE)])[0]
    assert away_deg(turn @ recorded[:3, :3], turned()) < 0.5


def test_some_damaged_points_do_no_harm_and_nothing_but_damage_is_no_head() -> None:
    head = turned(15.0)
    image = mesh(head, 15.0, 5.0, 60.0, LANDSCAPE)
    damaged = image.copy()
    damaged[::7] = np.nan
    damaged[::11] = 1e9
    assert away_deg(HeadPoseFit().fit(damaged, LANDSCAPE), head) < 2.0
    assert HeadPoseFit().fit(np.full((478, 3), np.nan, dtype=np.float32), LANDSCAPE) is None
    assert HeadPoseFit().fit(np.full((478, 3), 0.5, dtype=np.float32), LANDSCAPE) is None
    camera = Camera(SolveCameraOptions(horizontal_fov_deg=90.0))
    nothing = np.full((478, 3), np.nan, dtype=np.float32)
    assert camera.face_turn(nothing, LANDSCAPE) == camera.world_from_face


@pytest.mark.parametrize("fov_deg", [0.5, 179.5, float("nan")])
def test_impossible_angles_are_refused(fov_deg: float) -> None:
    with pytest.raises(ValueError, match="between 1 and 179"):
        HeadPoseFit(fov_deg)
