"""Runs inside Blender for ``bench.blender_recording``: ten minutes recorded, then written."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import bpy

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "blender_addon"), str(ROOT / "tests" / "blender" / "inside")]

import addon_utils  # noqa: E402 - comes with bpy, and the add-on with the path above

FRAMES = 18_000
RATE = 30
DIFFERENT = 300
"""Frames of motion that are made; they come again and again."""


def main() -> None:
    """Measure and print."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    addon_utils.enable("mocapbridge_addon", default_set=True)
    from mocapbridge_addon.record.curves import TimeLine
    from mocapbridge_addon.scene.take_writer import Style, write_take

    character = _character()
    recorder, kept_s = _recorded(character)
    for tolerance in (0.0, 0.001):
        started, started_wall = time.thread_time(), time.perf_counter()
        line = TimeLine(0, 1.0, RATE)
        actions = write_take(character, recorder, line, Style("Bench", tolerance=tolerance))
        cpu_s, wall_s = time.thread_time() - started, time.perf_counter() - started_wall
        what = "all keys" if not tolerance else f"fewer keys, tolerance {tolerance}"
        print(f"  written ({what:29}): {cpu_s:.2f} s of CPU, {wall_s:.2f} s by the clock")
        assert len(actions) == 2
    channels = len(recorder.body[0].channels) + len(recorder.face[0].channels)
    print(f"  {FRAMES} frames, {channels} curves, {FRAMES * channels / 1e6:.1f} million keys")
    print(f"  kept while recording: {kept_s / FRAMES * 1e6:.0f} us per frame")


def _character() -> object:
    """A humanoid with fingers and ARKit's 52 shape keys."""
    import rigs
    from mocapbridge_addon.motion.arkit import ARKIT_NAMES
    from mocapbridge_addon.retarget.families import MIXAMO

    chains = rigs.chains_of(MIXAMO, "mixamorig:")
    armature = rigs.build("Bench", chains, rigs.positions(), rigs.blender_axes).armature
    data = bpy.data.meshes.new("face")
    data.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    mesh = bpy.data.objects.new("face", data)
    bpy.context.scene.collection.objects.link(mesh)
    for name in ("Basis", *ARKIT_NAMES):
        mesh.shape_key_add(name=name)
    mesh.modifiers.new("Armature", "ARMATURE").object = armature
    bpy.ops.mocapbridge.add_character()
    return bpy.context.scene.mocapbridge.characters[0]


def _recorded(character: object) -> tuple[object, float]:
    """A recorder that has taken ten minutes, and the CPU seconds that it needed."""
    import performer
    from mocapbridge_addon.record.capture_clock import CaptureClock
    from mocapbridge_addon.scene.follower import Follower
    from mocapbridge_addon.scene.recorder import CharacterRecorder

    step_ns = 1_000_000_000 // RATE
    moving = [performer.motion(n, n * step_ns, n * step_ns) for n in range(DIFFERENT)]
    follower = Follower()
    follower.advance(character, moving[:1])
    retargeter = follower.retargeter
    recorder = CharacterRecorder(0, CaptureClock(0))
    poses = [retargeter.pose(motion) for motion in moving]
    started = time.thread_time()
    for number in range(FRAMES):
        place = number % DIFFERENT
        motion = _at(moving[place], number, number * step_ns)
        recorder.add(character, motion, retargeter, poses[place])
    return recorder, time.thread_time() - started


def _at(motion: object, number: int, time_ns: int) -> object:
    return replace(motion, frame_id=number, capture_time_ns=time_ns, arrival_time_ns=time_ns)


main()
sys.stdout.flush()
os._exit(0)
