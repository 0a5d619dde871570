"""Whole clips, with ffprobe and the rendered clips' own truth files as judges."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from mocapbridge.clock import SystemClock
from mocapbridge.sources.options import VideoOptions
from mocapbridge.sources.video_file import VideoFileSource
from mocapbridge.types import VideoFrame

ROOT = Path(__file__).parents[2]
SAMPLES = sorted((ROOT / "samples").glob("*.mp4"))
SHARED = sorted((ROOT.parent / "shared" / "footage").glob("*.mp4"))
NO_FFPROBE = shutil.which("ffprobe") is None


def decode(clip: Path) -> tuple[VideoFileSource, list[int], VideoFrame]:
    """The source, the capture times from the first frame on [ns], and the last frame."""
    source = VideoFileSource(VideoOptions(path=str(clip)), SystemClock())
    source.open()
    times_ns: list[int] = []
    last: VideoFrame | None = None
    while (frame := source.read()) is not None:
        assert frame.frame_index == len(times_ns)
        times_ns.append(frame.capture_time_ns)
        last = frame
    source.close()
    assert last is not None
    return source, [time_ns - times_ns[0] for time_ns in times_ns], last


def times_by_ffprobe_s(clip: Path) -> list[float]:
    entries = "frame=best_effort_timestamp_time"
    command = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", entries]
    output = subprocess.run(
        [*command, "-of", "json", str(clip)], capture_output=True, check=True, text=True
    ).stdout
    return [float(frame["best_effort_timestamp_time"]) for frame in json.loads(output)["frames"]]


@pytest.mark.parametrize("clip", SAMPLES, ids=lambda clip: clip.name)
def test_samples_match_their_truth_files(clip: Path) -> None:
    truth = json.loads(clip.with_suffix(".json").read_text(encoding="utf-8"))
    source, times_ns, last = decode(clip)
    assert source.frame_count == len(times_ns) == truth["frames"]
    assert source.nominal_fps == truth["fps"]
    assert last.image_bgr.shape[1::-1] == tuple(truth["image_size"])
    assert times_ns == [round(index * 1e9 / truth["fps"]) for index in range(len(times_ns))]
    assert (source.corrupt_frames, source.repaired_times) == (0, 0)


@pytest.mark.shared
@pytest.mark.skipif(NO_FFPROBE, reason="ffprobe is not installed")
@pytest.mark.skipif(not SHARED, reason="the measuring footage is not here")
def test_real_clips_match_ffprobe() -> None:
    for clip in SHARED:
        source, times_ns, _ = decode(clip)
        expected_s = times_by_ffprobe_s(clip)
        assert len(times_ns) == len(expected_s), clip.name
        furthest_s = max(
            abs(time_ns / 1e9 - (time_s - expected_s[0]))
            for time_ns, time_s in zip(times_ns, expected_s, strict=True)
        )
        # ffprobe prints microseconds.
        assert furthest_s < 2e-6, clip.name
        assert (source.corrupt_frames, source.repaired_times) == (0, 0), clip.name
