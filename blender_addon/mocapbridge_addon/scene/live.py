# SPDX-License-Identifier: GPL-3.0-or-later
"""The live session: takes what came in and moves what is in the scene.

``pump`` does one turn and is all there is to it; a timer calls it. Blender's timers never fire
without a window, so tests call it themselves.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import bpy
from bpy.app.handlers import persistent

from ..receive.receiver import Ports, Receiver
from .follower import Follower
from .properties import Character
from .switches import release

_DEFAULT_TICK_S = 1.0 / 60.0


class Live:
    """Receiving and following, from ``start`` to ``stop``."""

    def __init__(self) -> None:
        self.receiver: Receiver | None = None
        self.tick_s = _DEFAULT_TICK_S
        self.followers: dict[str, Follower] = {}
        """By the characters' ``uid``."""
        self.ticks = 0

    @property
    def running(self) -> bool:
        """Whether the ports are open."""
        return self.receiver is not None

    def start(self, ports: Ports, tick_s: float = _DEFAULT_TICK_S) -> None:
        """Open the ports and follow.

        Raises:
            PortUnavailable: a port cannot be had.
        """
        self.stop()
        receiver = Receiver(ports)
        receiver.start()
        self.receiver, self.tick_s = receiver, tick_s
        self.followers.clear()
        bpy.app.timers.register(_tick, first_interval=tick_s, persistent=True)

    def stop(self) -> None:
        """Close the ports and set control rigs' switches back."""
        if self.receiver is None:
            return
        self.receiver.stop()
        self.receiver = None
        if bpy.app.timers.is_registered(_tick):
            bpy.app.timers.unregister(_tick)
        for character in _characters():
            release(character)

    def pump(self) -> int:
        """One turn: every character that has news shows its newest frame.

        Returns:
            How many characters moved.
        """
        if self.receiver is None:
            return 0
        self.ticks += 1
        moved = 0
        for character in _characters():
            if character.enabled:
                moved += self._advance(character)
            elif character.saved_switches:
                release(character)
                self.follower(character).forget()
        return moved

    def show_again(self) -> None:
        """Put the live pose back where playback has just put the keys' pose."""
        for character in _characters() if self.running else ():
            if character.enabled and character.uid in self.followers:
                self.followers[character.uid].show_again(character)

    def follower(self, character: Character) -> Follower:
        """What follows for a character; made when there is none."""
        return self.followers.setdefault(character.uid, Follower())

    def forget(self) -> None:
        """Another file or an undo: what was worked out may no longer hold."""
        for follower in self.followers.values():
            follower.forget()

    def _advance(self, character: Character) -> bool:
        follower = self.follower(character)
        frames, follower.cursor = self.receiver.inbox.take(character.subject, follower.cursor)
        if not frames:
            return False
        follower.advance(character, frames)
        return True


LIVE = Live()
"""The one session of this Blender."""


def now_ns() -> int:
    """The clock that arrivals are stamped with."""
    return time.monotonic_ns()


def _characters() -> Iterator[Character]:
    for scene in bpy.data.scenes:
        yield from scene.mocapbridge.characters


def _tick() -> float | None:
    """Called by Blender's timer."""
    if not LIVE.running:
        return None
    if LIVE.pump():
        _redraw()
    return LIVE.tick_s


def _redraw() -> None:
    """Ask for the 3D views to be drawn: a timer's changes alone do not."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()


@persistent
def _forget(*_: object) -> None:
    LIVE.forget()


@persistent
def _after_frame_change(*_: object) -> None:
    """While the scene plays, keys of a rig that is live would win over what comes in."""
    windows = bpy.context.window_manager.windows
    if any(window.screen.is_animation_playing for window in windows):
        LIVE.show_again()


_HANDLERS = {
    "load_post": _forget,
    "undo_post": _forget,
    "redo_post": _forget,
    "frame_change_post": _after_frame_change,
}


def register() -> None:
    """Hear of other files, undo and playback."""
    for name, handler in _HANDLERS.items():
        getattr(bpy.app.handlers, name).append(handler)


def unregister() -> None:
    """Stop, and leave nothing behind."""
    LIVE.stop()
    for name, handler in _HANDLERS.items():
        handlers = getattr(bpy.app.handlers, name)
        if handler in handlers:
            handlers.remove(handler)
