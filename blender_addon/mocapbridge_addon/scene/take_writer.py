# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what was recorded of a character as new Actions: one for the body, one for each face."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import bpy

from ..face.shape_names import Sources
from ..record.curves import Channel, Curve, TimeLine, curves
from ..record.reduction import reduced
from .actions import new_action, push_down
from .properties import Character
from .recorder import CharacterRecorder
from .shape_key_writer import undriven_routes
from .switches import switch_values

_SWITCHES = "Switches"


@dataclass(frozen=True, slots=True)
class Style:
    """How a take is written."""

    name: str
    """The Actions begin with it."""
    tolerance: float = 0.0
    """Keys that lines between the others come so near to are left out; 0 keeps all."""
    as_strips: bool = False
    """Put the Actions into tracks of the NLA editor; what was there before stays below."""


def write_take(
    character: Character, recorder: CharacterRecorder, line: TimeLine, style: Style
) -> list[bpy.types.Action]:
    """Write all that was recorded of a character.

    Returns:
        The new Actions; empty when nothing was recorded, or when armature and meshes are gone.
    """
    face = curves(recorder.face, line)
    written: list[bpy.types.Action] = []
    armature = character.armature
    if armature is not None:
        body = curves(recorder.body, line)
        if body:
            body += _switch_curves(character, body[0].frames[0])
        if face and character.face_output == "PROPERTIES":
            body += [_property_curve(curve) for curve in face]
        if body:
            written.append(_written(armature, "body", body, style))
    if not face or character.face_output == "PROPERTIES":
        return written
    for line_of_list in character.meshes:
        shape_keys = line_of_list.mesh.data.shape_keys if line_of_list.mesh is not None else None
        own = _key_curves(shape_keys, face) if shape_keys is not None else []
        if own:
            written.append(_written(shape_keys, "face", own, style))
    return written


def _written(
    datablock: bpy.types.ID, part: str, own: Sequence[Curve], style: Style
) -> bpy.types.Action:
    if style.tolerance > 0.0:
        own = [reduced(curve, style.tolerance) for curve in own]
    if style.as_strips:
        # What the rig did before goes on below the take.
        push_down(datablock)
    action = new_action(datablock, f"{style.name} {part}", own)
    if style.as_strips:
        push_down(datablock)
    return action


def _switch_curves(character: Character, frame: float) -> list[Curve]:
    """A control rig's switches as they were while recording: the keys are for them set so."""
    values = switch_values(character.armature, character.saved_switches)
    return [
        Curve(Channel(path, 0, _SWITCHES), array("f", [frame]), array("f", [value]))
        for path, value in values
    ]


def _property_curve(curve: Curve) -> Curve:
    path = f'["{bpy.utils.escape_identifier(curve.channel.path)}"]'
    return Curve(curve.channel._replace(path=path), curve.frames, curve.values)


def _key_curves(shape_keys: bpy.types.Key, face: Sequence[Curve]) -> list[Curve]:
    """The curves of a mesh's shape keys, from those of the blendshapes."""
    names = tuple(curve.channel.path for curve in face)
    found: list[Curve] = []
    for key, sources in undriven_routes(shape_keys, names).items():
        path = f'key_blocks["{bpy.utils.escape_identifier(key)}"].value'
        channel = Channel(path, 0, face[0].channel.group)
        found.append(Curve(channel, face[sources[0][0]].frames, _mixed(face, sources)))
    return found


def _mixed(face: Sequence[Curve], sources: Sources) -> array[float]:
    if len(sources) == 1 and sources[0][1] == 1.0:
        return face[sources[0][0]].values
    columns = [(face[place].values, share) for place, share in sources]
    return array(
        "f",
        (
            min(1.0, max(0.0, sum(column[row] * share for column, share in columns)))
            for row in range(len(columns[0][0]))
        ),
    )
