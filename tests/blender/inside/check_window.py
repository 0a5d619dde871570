"""What needs a window: playback while recording, file dialogs, the popup that explains."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import session

FPS = 30
LAST = 180
KEYED = 20
DRAWN_S = 2.0
"""Software that draws takes its time: so long until a window has surely been drawn."""


def check() -> None:
    """Set up, then go on by a timer, as long as the steps say."""
    session.fresh()
    import bpy
    from sender import Sender

    recording, take, folder = session.arguments()
    scene = bpy.context.scene
    scene.render.fps, scene.frame_end = FPS, LAST
    steps = all_steps(Path(take), Path(folder))
    with in_window():
        port = round(next(steps))
    Sender(Path(recording), port).__enter__()

    def go_on() -> float | None:
        try:
            return next(steps)
        except StopIteration:
            session.run(lambda: None, from_source=False)
        except BaseException as error:  # noqa: BLE001 - the process ends here, whatever it was
            session.run(partial(again, error), from_source=False)
        return None

    bpy.app.timers.register(go_on, first_interval=1.0)


def again(error: BaseException) -> None:
    raise error


def in_window() -> object:
    import bpy

    return bpy.context.temp_override(window=bpy.context.window_manager.windows[0])


def all_steps(take: Path, folder: Path) -> Iterator[float]:
    """First the port that motion comes in by, then the seconds to wait before each next step."""
    import bpy
    import rigs

    armature = rigs.mixamo().armature
    bpy.context.view_layer.objects.active = armature
    bpy.ops.mocapbridge.add_character()
    port = session.free_port()
    bpy.context.preferences.addons["mocapbridge_addon"].preferences.link_port = port
    assert bpy.ops.mocapbridge.start() == {"FINISHED"}
    yield port
    yield from retake(armature)
    yield from take_by_hand(armature)
    bpy.ops.mocapbridge.stop()
    yield from dialogs(take, folder)
    yield from popup()


def retake(armature: object) -> Iterator[float]:
    """A part of a take is done again while the scene plays, from frame 20 to the scene's end."""
    import bpy
    from mathutils import Quaternion
    from mocapbridge_addon.scene.recording import RECORDING, Stage

    scene = bpy.context.scene
    bone = armature.pose.bones["mixamorig:LeftArm"]
    turned = Quaternion((0.6, 0.0, 0.8, 0.0))
    for frame in (1, LAST):
        bone.rotation_quaternion = turned
        bone.keyframe_insert("rotation_quaternion", frame=frame)
    old = armature.animation_data.action
    settings = scene.mocapbridge_recording
    settings.countdown_s, settings.play_along, settings.as_strips = 1, True, True
    scene.frame_set(KEYED)
    sync_mode = scene.sync_mode
    with in_window():
        assert bpy.ops.mocapbridge.record_start() == {"FINISHED"}
        assert RECORDING.stage is Stage.COUNTDOWN
    yield 1.5
    seen = []
    for _ in range(6):
        playing = [w.screen.is_animation_playing for w in bpy.context.window_manager.windows]
        if RECORDING.stage is Stage.RECORDING:
            assert any(playing), "the scene does not play while recording"
            seen.append((scene.frame_current, bone.rotation_quaternion.copy()))
        yield 0.4
    assert seen, "the recording ended at once"
    # Where drawing takes a second, the scene may already have begun anew.
    assert any(frame > KEYED for frame, _ in seen), "the scene stands still"
    assert all(abs(own.dot(turned)) < 0.999 for _, own in seen), "keys won over what came in"
    for _ in range(20):
        if RECORDING.stage is not Stage.IDLE:
            yield 0.5
    assert RECORDING.stage is Stage.IDLE, "the recording did not end with the scene"
    assert not any(w.screen.is_animation_playing for w in bpy.context.window_manager.windows)
    assert scene.sync_mode == sync_mode
    assert_over_the_old_take(armature, old.name)


def assert_over_the_old_take(armature: object, old_name: str) -> None:
    tracks = armature.animation_data.nla_tracks
    assert [track.name for track in tracks] == [old_name, "Take 001 body"]
    (strip,) = tracks[-1].strips
    assert KEYED - 1 <= strip.frame_start <= KEYED + 3, strip.frame_start
    assert LAST - 2 <= strip.frame_end <= LAST, strip.frame_end
    keys = curve_of(strip.action, "rotation_quaternion")
    passed_s = (keys[-1].co.x - keys[0].co.x) / FPS
    print(f"retake: {len(keys)} keys in {passed_s:.2f} s, to frame {keys[-1].co.x:.1f}")
    assert len(keys) > 10 * passed_s, "frames were dropped"


def take_by_hand(armature: object) -> Iterator[float]:
    """The user plays the scene, records, stops recording; the scene plays on."""
    import bpy
    from mocapbridge_addon.scene.recording import RECORDING

    scene = bpy.context.scene
    settings = scene.mocapbridge_recording
    settings.countdown_s, settings.play_along, settings.as_strips = 0, False, False
    scene.sync_mode = "FRAME_DROP"
    scene.frame_set(1)
    with in_window():
        bpy.ops.screen.animation_play()
    yield 0.3
    with in_window():
        assert bpy.ops.mocapbridge.record_start() == {"FINISHED"}
    begun = scene.frame_current
    yield 0.6
    assert RECORDING.frames() > 0
    with in_window():
        assert bpy.ops.mocapbridge.record_stop() == {"FINISHED"}
    assert any(w.screen.is_animation_playing for w in bpy.context.window_manager.windows)
    with in_window():
        bpy.ops.screen.animation_cancel(restore_frame=False)
    keys = curve_of(armature.animation_data.action, "rotation_quaternion")
    assert begun - 2 <= keys[0].co.x <= begun + 6, (begun, keys[0].co.x)


def curve_of(action: object, attribute: str) -> object:
    return next(c for c in action.fcurves if attribute in c.data_path).keyframe_points


def dialogs(take: Path, folder: Path) -> Iterator[float]:
    """Save, load and import through Blender's file browser."""
    import bpy
    from mocapbridge_addon.scene.bone_list import mapping_of
    from mocapbridge_addon.scene.properties import active_character

    character = active_character(bpy.context.scene)
    path = folder / "mine.json"
    with in_window():
        bpy.ops.mocapbridge.save_mapping("INVOKE_DEFAULT")
    yield DRAWN_S
    assert shown_in_browser()["filename"].endswith(".json")
    choose(path)
    yield 1.0
    before = mapping_of(character)
    assert json.loads(path.read_text())["joints"]["hips"] == ["mixamorig:Hips"]
    character.joints["hips"].bones = "nothing"
    with in_window():
        bpy.ops.mocapbridge.load_mapping("INVOKE_DEFAULT")
    yield DRAWN_S
    assert ".json" in shown_in_browser()["filter"]
    choose(path)
    yield 1.0
    assert mapping_of(character).joints == before.joints, "the bone list was not loaded"
    with in_window():
        bpy.ops.mocapbridge.import_take("INVOKE_DEFAULT")
    yield DRAWN_S
    assert ".mocap" in shown_in_browser()["filter"]
    choose(take)
    yield 1.0
    action = character.armature.animation_data.action
    assert action.name.startswith(take.name.partition(".")[0]), action.name


def browser() -> tuple[object, object]:
    import bpy

    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "FILE_BROWSER":
                return window, area
    raise AssertionError("no file browser was opened")


def shown_in_browser() -> dict[str, str]:
    _, area = browser()
    parameters = area.spaces[0].params
    return {"filename": parameters.filename, "filter": parameters.filter_glob}


def choose(path: Path) -> None:
    """Type the path and press the button."""
    import bpy

    window, area = browser()
    parameters = area.spaces[0].params
    parameters.directory = str(path.parent).encode()
    parameters.filename = path.name
    with bpy.context.temp_override(window=window, area=area):
        bpy.ops.file.execute()


def popup() -> Iterator[float]:
    """The explanation is drawn, line by line."""
    import bpy
    from mocapbridge_addon.ui import control_operators

    drawn: list[str] = []
    wrapped = control_operators._wrapped

    def noted(text: str, width: int = 90) -> list[str]:
        drawn.append(text)
        return wrapped(text, width)

    control_operators._wrapped = noted
    with in_window():
        assert bpy.ops.mocapbridge.explain("INVOKE_DEFAULT") == {"FINISHED"}
    yield DRAWN_S
    assert any("press Start" in text for text in drawn), drawn


session.begin(check)
