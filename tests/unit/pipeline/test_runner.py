from __future__ import annotations

import logging
import threading
import time

import pytest

from mocapbridge.errors import (
    OutputFailed,
    OutputUnheard,
    SourceLost,
    SourceUnavailable,
    SourceUnreadable,
    TakeUnwritable,
)
from mocapbridge.pipeline.snapshot import RunSnapshot
from mocapbridge.types import MocapFrame, TrackState, VideoFrame
from tests.pipeline_fakes import (
    CollectingOutput,
    MemoryTake,
    PlainTracker,
    ScriptedSource,
    never,
    plain_pipeline,
)


def _ids(output: CollectingOutput) -> list[int]:
    return [frame.frame_id for frame in output.sent]


def _wait(gate: threading.Event) -> None:
    gate.wait(30.0)


def test_footage_reaches_every_output_and_the_take_whole() -> None:
    outputs = [CollectingOutput("a"), CollectingOutput("b")]
    take = MemoryTake()
    tracker = PlainTracker()
    pipeline = plain_pipeline(ScriptedSource(300), outputs, tracker=tracker, take=take)
    end = pipeline.run(never())
    assert (end.captured, end.processed, end.skipped) == (300, 300, 0)
    assert tracker.indices == list(range(300))
    assert _ids(outputs[0]) == _ids(outputs[1]) == take.indices == list(range(300))
    assert end.take is not None
    assert (end.take.frames, end.take.dropped, end.take.error) == (300, 0, "")
    assert [out.frames for out in end.outputs] == [300, 300]
    assert take.closed >= 1
    pipeline.close()
    assert all(output.closed for output in outputs)


@pytest.mark.parametrize("live", [False, True])
def test_only_a_frame_that_is_tracked_next_is_announced_to_the_tracker(live: bool) -> None:
    tracker = PlainTracker(lambda _frame: time.sleep(0.005))
    plain_pipeline(ScriptedSource(30, live=live), tracker=tracker).run(never())
    assert set(tracker.announced) <= set(tracker.indices)
    # A live source may replace the frame that waits: nothing is certain.
    assert bool(tracker.announced) is not live


def test_a_live_source_skips_exactly_what_it_does_not_process() -> None:
    output = CollectingOutput()
    tracker = PlainTracker(lambda _frame: time.sleep(0.02))
    pipeline = plain_pipeline(
        ScriptedSource(100, live=True, interval_s=0.002), [output], tracker=tracker
    )
    end = pipeline.run(never())
    assert end.captured == 100
    assert end.processed == len(tracker.indices)
    assert end.captured == end.processed + end.skipped
    assert end.skipped > 0
    assert _ids(output) == tracker.indices, "an idle output gets every processed frame"
    assert tracker.indices[-1] == 99, "the newest frame is never the one that is skipped"


def test_pictures_a_camera_delivered_to_nobody_count_as_skipped() -> None:
    end = plain_pipeline(ScriptedSource(10, live=True, interval_s=0.02, missed_each=2)).run(never())
    assert end.captured == 30
    assert end.captured == end.processed + end.skipped
    assert end.skipped >= 20


def test_counts_are_exact_when_stopped_in_the_middle() -> None:
    stop = threading.Event()

    def stop_at_20(frame: VideoFrame) -> None:
        if frame.frame_index == 20:
            stop.set()

    take = MemoryTake()
    pipeline = plain_pipeline(ScriptedSource(None), tracker=PlainTracker(stop_at_20), take=take)
    end = pipeline.run(stop)
    assert end.captured == end.processed + end.skipped
    assert take.indices == list(range(end.processed))
    assert take.closed >= 1


def test_a_slow_output_keeps_nobody_waiting() -> None:
    gate = threading.Event()
    slow = CollectingOutput("slow", lambda _frame: _wait(gate))
    quick = CollectingOutput("quick")
    done = threading.Event()

    def release(now: RunSnapshot) -> None:
        if now.processed + now.skipped == 50:
            done.set()
            gate.set()

    pipeline = plain_pipeline(
        ScriptedSource(50, live=True, interval_s=0.002), [slow, quick], native_pace=True
    )
    end = pipeline.run(never(), watch=release)
    assert done.is_set(), "every frame was dealt with while the slow output was stuck"
    assert len(quick.sent) + end.outputs[1].skipped == end.processed
    assert len(slow.sent) + end.outputs[0].skipped == end.processed
    assert len(slow.sent) <= 2
    assert slow.sent[-1].frame_id == quick.sent[-1].frame_id, "it goes on with the newest frame"


def test_an_output_that_hangs_is_left_behind_in_time() -> None:
    gate = threading.Event()
    stuck = CollectingOutput("stuck", lambda _frame: _wait(gate))
    stop = threading.Event()
    pipeline = plain_pipeline(ScriptedSource(None, live=True, interval_s=0.001), [stuck])
    threading.Timer(0.2, stop.set).start()
    pipeline.run(stop)
    pipeline.close()
    assert stuck.closed == 0, "nobody closes what a thread still uses"
    gate.set()


def test_errors_of_one_output_are_counted_and_its_own(caplog: pytest.LogCaptureFixture) -> None:
    def refuse_odd(frame: MocapFrame) -> None:
        if frame.frame_id % 2:
            raise OutputFailed("nobody listens")

    caplog.set_level(logging.INFO, logger="mocapbridge")
    failing, healthy = CollectingOutput("failing", refuse_odd), CollectingOutput("healthy")
    end = plain_pipeline(ScriptedSource(200), [failing, healthy]).run(never())
    assert _ids(healthy) == list(range(200))
    assert _ids(failing) == list(range(0, 200, 2))
    assert (end.outputs[0].errors, end.outputs[0].last_error) == (100, "nobody listens")
    assert end.outputs[1].errors == 0
    lines = [record for record in caplog.records if "nobody listens" in record.getMessage()]
    assert len(lines) == 1, "one line per ten seconds"


def test_frames_that_nobody_hears_are_sent_and_are_no_errors() -> None:
    def unheard(frame: MocapFrame) -> None:
        if frame.frame_id % 2:
            raise OutputUnheard("nothing listens yet", packets=3)

    end = plain_pipeline(ScriptedSource(100), [CollectingOutput("lonely", unheard)]).run(never())
    (out,) = end.outputs
    assert (out.errors, out.last_error) == (0, "")
    assert out.unheard == 50
    assert out.frames == 100
    assert out.packets >= 50 * 3 + 50


def test_a_source_that_is_lost_three_times_comes_back() -> None:
    def lose() -> None:
        raise SourceLost("camera unplugged")

    source = ScriptedSource(40, live=True, before={10: lose, 20: lose, 30: lose})
    source.refuse_to_open = [SourceUnavailable("not there yet"), SourceUnreadable("nor yet")]
    output = CollectingOutput()
    end = plain_pipeline(source, [output]).run(never())
    assert end.captured == 40
    assert end.captured == end.processed + end.skipped
    assert end.reconnections == 3
    assert source.opened == 3
    assert source.closed == 5, "closed before each of five attempts"
    times = [frame.capture_time_ns for frame in output.sent]
    assert times == sorted(times)


def test_silence_is_bridged_with_lost_parts_and_rising_time() -> None:
    source = ScriptedSource(6, live=True, before={3: lambda: time.sleep(0.8)}, interval_s=0.01)
    output, take = CollectingOutput(), MemoryTake()
    end = plain_pipeline(source, [output], take=take).run(never())
    bridges = [frame for frame in output.sent if frame.pose.state is TrackState.LOST]
    assert len(bridges) >= 2
    assert end.bridged >= len(bridges)
    assert {frame.frame_id for frame in bridges} == {2}
    times = [frame.capture_time_ns for frame in output.sent]
    assert times == sorted(set(times))
    assert output.sent[-1].frame_id == 5
    assert set(take.indices) <= set(range(6))
    assert len(take.indices) == end.processed, "a take holds what was seen, nothing made up"


def test_slow_inference_is_no_silence() -> None:
    tracker = PlainTracker(lambda _frame: time.sleep(0.5))
    source = ScriptedSource(None, live=True, interval_s=0.005)
    stop = threading.Event()
    threading.Timer(1.2, stop.set).start()
    end = plain_pipeline(source, tracker=tracker).run(stop)
    assert end.bridged == 0


def test_stopping_ends_a_read_that_blocks() -> None:
    gate = threading.Event()

    class Blocking(ScriptedSource):
        def close(self) -> None:
            super().close()
            gate.set()

    source = Blocking(10, live=True, before={3: lambda: _wait(gate)})
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    end = plain_pipeline(source).run(stop)
    assert source.closed == 1
    assert end.captured == end.processed + end.skipped


def test_an_error_of_the_source_ends_the_run_once_and_finishes_the_take() -> None:
    def break_down() -> None:
        raise SourceUnreadable("the file has been damaged")

    take, output = MemoryTake(), CollectingOutput()
    pipeline = plain_pipeline(ScriptedSource(9, before={5: break_down}), [output], take=take)
    with pytest.raises(SourceUnreadable, match="damaged"):
        pipeline.run(never())
    assert take.indices == list(range(5))
    assert take.closed >= 1
    assert output.closed >= 1


def test_a_bug_in_a_thread_surfaces_once_and_leaves_no_thread() -> None:
    def fail(frame: VideoFrame) -> None:
        if frame.frame_index == 3:
            raise ZeroDivisionError("a bug")

    before = threading.active_count()
    pipeline = plain_pipeline(ScriptedSource(None), tracker=PlainTracker(fail))
    with pytest.raises(ZeroDivisionError, match="a bug"):
        pipeline.run(never())
    pipeline.close()
    assert threading.active_count() == before


def test_a_full_disk_stops_the_recording_and_not_the_run() -> None:
    take, output = MemoryTake(full_after=10), CollectingOutput()
    pipeline = plain_pipeline(ScriptedSource(60), [output], take=take)
    with pytest.raises(TakeUnwritable, match="disk full"):
        pipeline.run(never())
    assert len(output.sent) == 60
    end = pipeline.snapshot()
    assert end.take is not None
    assert (end.take.frames, end.take.error) == (10, "disk full")


def test_the_time_limit_ends_an_endless_source() -> None:
    pipeline = plain_pipeline(ScriptedSource(None, live=True, interval_s=0.001))
    end = pipeline.run(never(), duration_s=0.3)
    assert end.processed > 0
    assert end.captured == end.processed + end.skipped


def test_outputs_get_their_turn_before_the_first_frame_and_while_nothing_comes() -> None:
    idles_at_first_frame = list[int]()
    output = CollectingOutput(on_send=lambda _frame: idles_at_first_frame.append(output.idles))
    source = ScriptedSource(2, before={1: lambda: time.sleep(0.7)})
    plain_pipeline(source, [output]).run(never())
    assert idles_at_first_frame[0] >= 1
    assert output.idles >= 3


def test_stages_and_parts_are_in_the_snapshot() -> None:
    end = plain_pipeline(ScriptedSource(20), [CollectingOutput()], native_pace=True).run(never())
    for stage in ("read", "inference", "track", "smooth", "solve", "fan out", "all but inference"):
        assert end.stages[stage].p50_ms >= 0.0
    assert set(end.parts) == {"body", "face", "left hand", "right hand"}
    assert end.parts["body"].state == "tracked"
    assert end.outputs[0].latency is not None
