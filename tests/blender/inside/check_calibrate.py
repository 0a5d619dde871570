"""The buttons under Performer, with a mocapbridge that runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import session

WITHIN_S = 60.0


def check() -> None:
    session.fresh()
    import bpy
    from mocapbridge_addon.scene.live import LIVE

    link_port, control_port, profile = session.arguments()
    preferences = bpy.context.preferences.addons["mocapbridge_addon"].preferences
    preferences.link_port, preferences.control_port = int(link_port), int(control_port)
    assert bpy.ops.mocapbridge.start() == {"FINISHED"}
    wait_until(lambda: LIVE.receiver.inbox.newest("") is not None, "nobody sends")
    wait_until(lambda: LIVE.receiver.inbox.newest("").states[0] == 3, "nobody is tracked")
    before = LIVE.receiver.inbox.newest("").skeleton.offsets_m
    assert bpy.ops.mocapbridge.calibrate() == {"FINISHED"}
    wait_until(Path(profile).exists, "no profile was written")
    wait_until(
        lambda: LIVE.receiver.inbox.newest("").skeleton.offsets_m != before,
        "the stream's skeleton is the same as before",
    )
    follower = LIVE.follower(bpy.context.scene.mocapbridge.characters[0])
    wait_until(
        lambda: follower.retargeter.skeleton.offsets_m != before,
        "the rig follows the skeleton of before",
    )
    assert bpy.ops.mocapbridge.smooth(preset="crisp") == {"FINISHED"}
    assert bpy.ops.mocapbridge.recentre() == {"FINISHED"}
    bpy.ops.mocapbridge.stop()


def wait_until(holds: Callable[[], bool], problem: str) -> None:
    from mocapbridge_addon.scene.live import LIVE

    deadline_s = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < deadline_s, problem
        LIVE.pump()
        time.sleep(0.05)


session.run(check)
