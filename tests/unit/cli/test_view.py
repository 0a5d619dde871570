from __future__ import annotations

import dataclasses
import io
import re

import pytest
from rich.console import Console

from mocapbridge.cli import view
from mocapbridge.cli.session import summary
from mocapbridge.cli.view import clock_time, picture, status_line, watching
from mocapbridge.pipeline.meters import Percentiles
from mocapbridge.pipeline.snapshot import (
    OutputSnapshot,
    PartSnapshot,
    RunSnapshot,
    TakeSnapshot,
)

OUTPUT = OutputSnapshot(
    name="osc 127.0.0.1:9000",
    target="udp://127.0.0.1:9000",
    frames=311,
    packets=947,
    skipped=0,
    errors=0,
    unheard=0,
    last_error="",
    send=Percentiles(0.41, 0.87),
    latency=Percentiles(41.2, 63.4),
)
RUN = RunSnapshot(
    elapsed_s=65.4,
    source_id="camera:0",
    source_state="running",
    live=True,
    frame_count=None,
    fps=29.96,
    captured=320,
    processed=311,
    skipped=9,
    corrupt=0,
    reconnections=0,
    bridged=0,
    repairs={"nan_rejected": 0, "lr_swaps_repaired": 2},
    stages={"inference": Percentiles(31.5, 44.0), "solve": Percentiles(0.55, 0.78)},
    parts={"body": PartSnapshot("tracked", 0.97), "left hand": PartSnapshot("lost", 0.0)},
    outputs=(OUTPUT,),
    take=TakeSnapshot("/takes/a_001.mocap.jsonl", 311, 10.4, 0, "", recording=True),
)


def _drawn(snapshot: RunSnapshot, width: int = 140) -> str:
    console = Console(file=io.StringIO(), width=width, record=True)
    console.print(picture(snapshot))
    return console.export_text()


def test_the_picture_has_everything_a_performer_asks_for() -> None:
    drawn = _drawn(RUN)
    for fact in (
        "camera:0",
        "30.0 fps",
        "1:05",
        "311 frames, 9 skipped",
        "body tracked 0.97",
        "left hand lost 0.00",
        "31.50",
        "0.78",
        "947",
        "41.2 / 63.4",
        "0:10  311 frames",
        "a_001.mocap.jsonl",
        "lr swaps repaired 2",
    ):
        assert fact in drawn
    assert "nan rejected" not in drawn, "what did not happen is not shown"


def test_footage_has_a_progress_bar_and_a_camera_has_none() -> None:
    footage = dataclasses.replace(RUN, frame_count=622, live=False)
    assert "50% of 622 frames" in _drawn(footage)
    assert "%" not in _drawn(RUN).replace("95 %", "")


def test_trouble_is_told() -> None:
    broken = dataclasses.replace(
        RUN,
        source_state="lost",
        corrupt=3,
        outputs=(dataclasses.replace(OUTPUT, errors=12, skipped=5, unheard=40),),
        take=TakeSnapshot("/takes/a_001.mocap.jsonl", 80, 2.0, 4, "disk full", recording=False),
    )
    drawn = _drawn(broken)
    for fact in ("lost", "3 corrupt", "12", "disk full", "4 lost to a slow disk"):
        assert fact in drawn
    assert "(40 unheard, 5 skipped, 12 failed)" in status_line(broken)


def test_the_picture_of_a_run_without_a_frame_yet() -> None:
    empty = dataclasses.replace(RUN, parts={}, stages={}, outputs=(), take=None)
    assert "waiting for the first frame" in _drawn(empty)


def test_the_line_is_one_line_without_colours() -> None:
    line = status_line(RUN)
    assert "\n" not in line
    assert "\x1b" not in line
    assert re.search(r"30\.0 fps \| 311 frames, 9 skipped \| inference 31\.5 / 44\.0 ms", line)
    assert "sees body |" in line
    for state, said in (("held", "sees body |"), ("lost", "sees nobody")):
        run = dataclasses.replace(RUN, parts={"body": PartSnapshot(state, 0.4)})
        assert said in status_line(run)


def test_headless_writes_a_line_only_when_one_is_due(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = 50.0
    monkeypatch.setattr("time.monotonic", lambda: now_s)
    with watching(headless=True) as show:
        for _ in range(100):
            now_s += view.LINE_EVERY_S / 40
            show(RUN)
    assert capsys.readouterr().out.count("\n") == 2


def test_the_summary_tells_where_the_take_is_and_what_failed() -> None:
    failing = dataclasses.replace(OUTPUT, errors=7, last_error="nothing listens")
    told = summary(dataclasses.replace(RUN, outputs=(failing,)))
    assert "311 frames in 65.4 s (4.8 a second), 9 skipped" in told
    assert "7 failed: nothing listens" in told
    assert "/takes/a_001.mocap.jsonl" in told


@pytest.mark.parametrize(("unheard", "words"), [(311, "there"), (20, "there at times")])
def test_an_absent_receiver_is_told_and_is_no_failure(unheard: int, words: str) -> None:
    lonely = dataclasses.replace(OUTPUT, unheard=unheard)
    told = summary(dataclasses.replace(RUN, outputs=(lonely,))).splitlines()[1]
    assert told.endswith(f"947 packets, no receiver was {words}")
    assert "failed" not in told


def test_clock_times() -> None:
    assert [clock_time(s) for s in (0.0, 59.9, 65.0, 3600.0, 7325.2)] == [
        "0:00",
        "0:59",
        "1:05",
        "1:00:00",
        "2:02:05",
    ]
