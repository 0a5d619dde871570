# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts a file's motion onto a character as Actions, the way a recording is."""

from __future__ import annotations

import bpy

from ..motion.frame import Motion
from ..record.capture_clock import CaptureClock
from ..record.curves import TimeLine
from .follower import Follower
from .live import LIVE
from .properties import Character
from .recorder import CharacterRecorder
from .switches import release
from .take_writer import Style, write_take


def write_motions(
    character: Character, motions: list[Motion], line: TimeLine, style: Style
) -> list[bpy.types.Action]:
    """Retarget every frame and write all as new Actions.

    Returns:
        The Actions; empty when the character has neither mapped bones nor shape keys.
    """
    recorder = CharacterRecorder(motions[0].capture_time_ns, CaptureClock(0))
    follower = Follower()
    follower.recorder = recorder
    follower.advance(character, motions)
    actions = write_take(character, recorder, line, style)
    if not LIVE.running:
        release(character)
    return actions
