# SPDX-License-Identifier: GPL-3.0-or-later
"""From the record button to Actions: countdown, recording, writing.

``turn`` does what time brings; a timer calls it. Blender's timers never fire without a window, so
tests call it themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

import bpy

from ..record.capture_clock import CaptureClock
from ..record.curves import TimeLine
from .live import LIVE, now_ns
from .properties import Character
from .recorder import CharacterRecorder
from .take_writer import Style, write_take

_TURN_S = 0.1
_NS_PER_S = 1_000_000_000


class RecordingRefused(RuntimeError):
    """Why nothing can be recorded, and what to do."""


class Stage(Enum):
    """Where a recording is."""

    IDLE = "idle"
    COUNTDOWN = "countdown"
    RECORDING = "recording"


@dataclass(slots=True)
class Outcome:
    """What became of a recording, for people."""

    actions: list[str] = field(default_factory=list)
    frames: int = 0
    missing: int = 0
    missed_s: float = 0.0
    seconds: float = 0.0

    def __str__(self) -> str:
        """One line."""
        if not self.actions:
            return "Nothing was recorded: no performer's frames came in for an enabled character"
        text = f"{self.frames} frames, {self.seconds:.1f} s: {', '.join(self.actions)}"
        if self.missing:
            text += f". {self.missing} frames never came, the longest gap is {self.missed_s:.2f} s"
        return text


class Recording:
    """One recording after another."""

    def __init__(self) -> None:
        self.stage = Stage.IDLE
        self.scene_name = ""
        self.start_ns = 0
        """When it began, or will begin."""
        self.recorders: dict[str, CharacterRecorder] = {}
        """By the characters' ``uid``."""
        self._start_frame = 0.0
        self._plays = False
        self._sync_mode = ""

    def arm(self, context: bpy.types.Context) -> None:
        """The button was pressed: count down, then record.

        Raises:
            RecordingRefused: nothing comes in, or nothing would be moved.
        """
        if not LIVE.running:
            raise RecordingRefused("Nothing is received: press Start first")
        scene = context.scene
        if not any(character.enabled for character in scene.mocapbridge.characters):
            raise RecordingRefused("No character follows: choose an armature and Add Character")
        self.scene_name = scene.name
        self.start_ns = now_ns() + scene.mocapbridge_recording.countdown_s * _NS_PER_S
        self.stage = Stage.COUNTDOWN
        if not bpy.app.timers.is_registered(_tick):
            bpy.app.timers.register(_tick, first_interval=_TURN_S, persistent=True)
        self.turn()

    def turn(self) -> bool:
        """Begin when the countdown is over.

        Returns:
            Whether the recording has come to its end by itself.
        """
        scene = bpy.data.scenes.get(self.scene_name)
        if self.stage is Stage.IDLE:
            return False
        if scene is None or not LIVE.running:
            self.cancel()
            return False
        if self.stage is Stage.COUNTDOWN and now_ns() >= self.start_ns:
            self._begin(scene)
        return (
            self.stage is Stage.RECORDING
            and self._plays
            and self._frame_now(scene) > _last_frame(scene)
        )

    def left_s(self) -> float:
        """Seconds of the countdown that are left."""
        return max(0.0, (self.start_ns - now_ns()) / _NS_PER_S)

    def running_s(self) -> float:
        """Seconds since the recording began."""
        return max(0.0, (now_ns() - self.start_ns) / _NS_PER_S)

    def frames(self) -> int:
        """Frames taken of the character that has most."""
        return max((recorder.frames for recorder in self.recorders.values()), default=0)

    def finish(self) -> Outcome:
        """End it and write the Actions."""
        scene = bpy.data.scenes.get(self.scene_name)
        recorders = self.recorders
        if self.stage is not Stage.RECORDING or scene is None:
            self._end(scene)
            return Outcome()
        LIVE.pump()
        line = self._line(scene, recorders)
        self._end(scene)
        settings = scene.mocapbridge_recording
        outcome = Outcome()
        style = Style(
            name=f"{settings.name} {_next_number(settings.name):03d}",
            tolerance=settings.tolerance if settings.reduce else 0.0,
            as_strips=settings.as_strips,
        )
        for character in _characters():
            recorder = recorders.get(character.uid)
            if recorder is None:
                continue
            outcome.actions += [a.name for a in write_take(character, recorder, line, style)]
            outcome.frames = max(outcome.frames, recorder.frames)
            outcome.missing = max(outcome.missing, recorder.missing)
            outcome.missed_s = max(outcome.missed_s, recorder.missed_s)
            if times := recorder.times_ns():
                outcome.seconds = max(outcome.seconds, (times[1] - times[0]) / _NS_PER_S)
        return outcome

    def cancel(self) -> None:
        """End it and write nothing."""
        self._end(bpy.data.scenes.get(self.scene_name))

    def _begin(self, scene: bpy.types.Scene) -> None:
        settings = scene.mocapbridge_recording
        self.stage = Stage.RECORDING
        self.start_ns = now_ns()
        self._start_frame = scene.frame_current_final
        from_ns = self.start_ns - round(settings.pre_roll_s * _NS_PER_S)
        self.recorders = {}
        self._plays = _is_playing()
        # Blender may be late to see that the scene has come to its end.
        until_ns = self._end_ns(scene) if self._plays or settings.play_along else None
        for character in scene.mocapbridge.characters:
            if not character.enabled:
                continue
            follower = LIVE.follower(character)
            clock = CaptureClock(_shift_ns(character.subject))
            recorder = CharacterRecorder(from_ns, clock, until_ns)
            kept, end = LIVE.receiver.inbox.take(character.subject, 0)
            follower.cursor = end - sum(motion.arrival_time_ns >= from_ns for motion in kept)
            follower.recorder = self.recorders[character.uid] = recorder
        if settings.play_along and not self._plays:
            self._plays = self._play(scene)

    def _play(self, scene: bpy.types.Scene) -> bool:
        """Play the scene, leaving out what Blender is too slow to show: time must stay time."""
        windows = bpy.context.window_manager.windows
        if not windows:
            return False
        self._sync_mode = scene.sync_mode
        scene.sync_mode = "FRAME_DROP"
        with bpy.context.temp_override(window=windows[0], screen=windows[0].screen):
            bpy.ops.screen.animation_play()
        return True

    def _end(self, scene: bpy.types.Scene | None) -> None:
        for follower in LIVE.followers.values():
            follower.recorder = None
        self.recorders = {}
        self.stage = Stage.IDLE
        if bpy.app.timers.is_registered(_tick):
            bpy.app.timers.unregister(_tick)
        if self._sync_mode and scene is not None:
            scene.sync_mode = self._sync_mode
            windows = bpy.context.window_manager.windows
            if windows and _is_playing():
                with bpy.context.temp_override(window=windows[0], screen=windows[0].screen):
                    bpy.ops.screen.animation_cancel(restore_frame=False)
        self._sync_mode = ""
        self._plays = False

    def _line(self, scene: bpy.types.Scene, recorders: dict[str, CharacterRecorder]) -> TimeLine:
        """Which frame of the scene an instant is.

        While the scene plays, it is where the scene was then. Otherwise the first new frame of
        motion is on the frame that the recording began on.
        """
        zero_ns = self.start_ns
        if not self._plays:
            firsts = [recorder.first_time_ns(self.start_ns) for recorder in recorders.values()]
            zero_ns = min((first for first in firsts if first is not None), default=zero_ns)
        return TimeLine(zero_ns, self._start_frame, frames_per_s(scene))

    def _end_ns(self, scene: bpy.types.Scene) -> int | None:
        """When the scene is at its end; None where there is no window to play it in."""
        if not bpy.context.window_manager.windows:
            return None
        frames = _last_frame(scene) - self._start_frame
        return self.start_ns + round(frames / frames_per_s(scene) * _NS_PER_S)

    def _frame_now(self, scene: bpy.types.Scene) -> float:
        return TimeLine(self.start_ns, self._start_frame, frames_per_s(scene)).frame(now_ns())


RECORDING = Recording()
"""The one recording of this Blender."""


def frames_per_s(scene: bpy.types.Scene) -> float:
    """The scene's rate."""
    return scene.render.fps / scene.render.fps_base


def _last_frame(scene: bpy.types.Scene) -> int:
    """The frame after which playback begins anew."""
    return scene.frame_preview_end if scene.use_preview_range else scene.frame_end


def _shift_ns(subject: str) -> int | None:
    """From the performer's clock to this machine's; None before the first frame."""
    newest = LIVE.receiver.inbox.newest(subject)
    if newest is None:
        return None
    known = LIVE.receiver.inbox.subjects(now_ns())
    latency_ns = next((own.latency_ns for own in known if own.name == newest.subject), None)
    return newest.arrival_time_ns - (latency_ns or 0) - newest.capture_time_ns


def _next_number(name: str) -> int:
    """The first number that no Action of that name has."""
    taken = [
        int(number)
        for action in bpy.data.actions
        if action.name.startswith(name + " ")
        and (number := action.name[len(name) + 1 :].split(" ")[0]).isdigit()
    ]
    return max(taken, default=0) + 1


def _characters() -> Iterator[Character]:
    for scene in bpy.data.scenes:
        yield from scene.mocapbridge.characters


def _is_playing() -> bool:
    windows = bpy.context.window_manager.windows
    return any(window.screen.is_animation_playing for window in windows)


def _tick() -> float | None:
    """Called by Blender's timer."""
    ended = RECORDING.turn()
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()
    if ended:
        # As if the button had been pressed: with an undo step of its own.
        bpy.ops.mocapbridge.record_stop("EXEC_DEFAULT", True)
    return _TURN_S if RECORDING.stage is not Stage.IDLE else None


def register() -> None:
    """Nothing to add: recordings begin with the button."""


def unregister() -> None:
    """End a recording that is going on; what was not written is gone with the add-on."""
    RECORDING.cancel()
