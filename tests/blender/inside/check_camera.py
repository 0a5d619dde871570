"""Through the added camera the scene is seen as the filmed performer is in the footage."""

from __future__ import annotations

import json
import math

import session


def check() -> None:
    session.fresh()
    import bpy
    from bpy_extras.object_utils import world_to_camera_view
    from mathutils import Vector

    clip = session.ROOT / "samples" / "performer_full.mp4"
    truth = json.loads(clip.with_suffix(".json").read_text("utf-8"))
    camera = truth["camera"]
    width, height = truth["image_size"]
    placed = camera["world_from_camera"]
    sine, height_m, distance_m = -placed[1][2], placed[1][3], placed[2][3]
    bpy.context.scene.frame_start = 7
    bpy.ops.mocapbridge.add_camera(
        filepath=str(clip),
        fov_rad=2.0 * math.atan(width / 2.0 / camera["fx"]),
        tilt_rad=math.asin(sine),
        height_m=height_m,
        distance_m=distance_m,
    )
    scene = bpy.context.scene
    bpy.context.view_layer.update()
    assert (scene.render.resolution_x, scene.render.resolution_y) == (width, height)
    (background,) = scene.camera.data.background_images
    assert background.clip.frame_start == 7
    assert scene.camera.data.show_background_images
    for x, y, z in truth["frames_data"][66]["positions_m"]:
        seen = world_to_camera_view(scene, scene.camera, Vector((x, -z, y)))
        wanted = projected_px(camera, (x, y, z))
        assert abs(seen.x * width - wanted[0]) < 0.5, (seen, wanted)
        assert abs((1.0 - seen.y) * height - wanted[1]) < 0.5, (seen, wanted)
    before = len(bpy.data.objects)
    problem = ""
    try:
        bpy.ops.mocapbridge.add_camera(filepath=str(session.ROOT / "samples" / "none.mp4"))
    except RuntimeError as error:
        problem = str(error)
    assert "cannot read this film" in problem
    assert len(bpy.data.objects) == before, "a camera was left without its film"


def projected_px(camera: dict, point_m: tuple[float, float, float]) -> tuple[float, float]:
    """As samples/README.md has it."""
    from mathutils import Matrix, Vector

    place = Matrix(camera["world_from_camera"])
    x, y, z = place.inverted() @ Vector(point_m)
    return (camera["fx"] * x / z + camera["cx"], camera["fy"] * y / z + camera["cy"])


session.run(check)
