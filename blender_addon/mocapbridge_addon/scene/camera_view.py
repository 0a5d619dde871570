# SPDX-License-Identifier: GPL-3.0-or-later
"""A camera that stands where the performer was filmed from, with the footage behind the scene.

The link does not say how the camera stands, so its field of view, height, distance and tilt are
given: what `mocapbridge calibrate` prints, or what is known of the place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import bpy

NAME: Final = "Mocap Camera"
_ALPHA: Final = 0.6


@dataclass(frozen=True, slots=True)
class CameraView:
    """How the camera stands to the world's origin, where the performer begins."""

    horizontal_fov_rad: float
    tilt_rad: float
    """How far it looks down; negative: up."""
    height_m: float
    distance_m: float
    footage: str = ""
    """File of the footage behind the scene; empty: none."""
    first_frame: int = 1
    """Frame of the scene at which the footage begins."""


def make_camera(context: bpy.types.Context, view: CameraView) -> bpy.types.Object:
    """A new camera in the scene that is looked through from now on.

    Raises:
        RuntimeError: Blender cannot read the footage.
    """
    clip = bpy.data.movieclips.load(view.footage) if view.footage else None
    lens = bpy.data.cameras.new(NAME)
    lens.sensor_fit = "HORIZONTAL"
    lens.angle = view.horizontal_fov_rad
    camera = bpy.data.objects.new(NAME, lens)
    # The performer looks along -Y; a camera without rotation looks straight down.
    camera.location = (0.0, -view.distance_m, view.height_m)
    camera.rotation_euler = (math.pi / 2.0 - view.tilt_rad, 0.0, 0.0)
    context.scene.collection.objects.link(camera)
    context.scene.camera = camera
    if clip is not None:
        _put_behind(context.scene, lens, clip, view.first_frame)
    return camera


def _put_behind(
    scene: bpy.types.Scene, lens: bpy.types.Camera, clip: bpy.types.MovieClip, first_frame: int
) -> None:
    clip.frame_start = first_frame
    background = lens.background_images.new()
    background.source = "MOVIE_CLIP"
    background.clip = clip
    background.display_depth = "BACK"
    background.alpha = _ALPHA
    lens.show_background_images = True
    # The field of view holds for a picture of the footage's own shape.
    width, height = clip.size
    if width and height:
        scene.render.resolution_x, scene.render.resolution_y = width, height
