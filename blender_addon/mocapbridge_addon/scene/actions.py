# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes curves into new Actions, all keys of a curve at once.

Blender 4.4 brought slots, and 5.0 took the curves off the Action itself: there they are in the
channel bag of the slot's strip.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Final

import bpy

from ..record.curves import Curve

_LINEAR: Final = 1
"""Number of the interpolation LINEAR; the same from Blender 3.4 to 5.0."""


def new_action(datablock: bpy.types.ID, name: str, curves: Iterable[Curve]) -> bpy.types.Action:
    """A new Action, made the datablock's own. The one it had before is kept in the file.

    Args:
        datablock: an object, or the shape keys of a mesh.
        name: for the Action; Blender adds a number where it is taken.
        curves: linear between their keys.
    """
    animation = datablock.animation_data_create()
    if animation.action is not None:
        animation.action.use_fake_user = True
    action = bpy.data.actions.new(name)
    action.use_fake_user = True
    animation.action = action
    if hasattr(action, "slots"):
        slot = action.slots.new(id_type=datablock.id_type, name=datablock.name)
        animation.action_slot = slot
        strip = action.layers.new("Layer").strips.new(type="KEYFRAME")
        place = strip.channelbag(slot, ensure=True)
    else:
        place = action
    for curve in curves:
        _write(place, curve)
    return action


def _write(place: object, curve: Curve) -> None:
    """``place`` has ``fcurves`` and ``groups``: a channel bag, or an Action before 4.4."""
    channel = curve.channel
    fcurve = place.fcurves.new(channel.path, index=channel.component)
    fcurve.group = place.groups.get(channel.group) or place.groups.new(channel.group)
    count = len(curve.frames)
    points = array("f", bytes(8 * count))
    points[0::2] = curve.frames
    points[1::2] = curve.values
    keys = fcurve.keyframe_points
    keys.add(count)
    keys.foreach_set("co", points)
    keys.foreach_set("interpolation", array("i", [_LINEAR]) * count)
    fcurve.update()


def push_down(datablock: bpy.types.ID) -> bpy.types.NlaStrip | None:
    """Make the datablock's Action a strip in a track of its own, above those that are there.

    Outside its frames the strip leaves the tracks below alone, so a retake lies over the part it is
    of. None when there is no Action.
    """
    animation = datablock.animation_data
    if animation is None or animation.action is None:
        return None
    action = animation.action
    slot = animation.action_slot if hasattr(action, "slots") else None
    first, last = action.frame_range
    track = animation.nla_tracks.new()
    track.name = action.name
    strip = track.strips.new(action.name, int(first), action)
    if slot is not None:
        strip.action_slot = slot
    strip.action_frame_start, strip.action_frame_end = first, last
    # The end first: Blender keeps a strip's start before its end.
    strip.frame_end, strip.frame_start = last, first
    strip.frame_end = last
    strip.extrapolation = "NOTHING"
    strip.blend_type = "REPLACE"
    animation.action = None
    return strip
