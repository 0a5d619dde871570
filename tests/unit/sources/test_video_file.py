from __future__ import annotations

import logging
import os
import struct
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from mocapbridge.clock import Clock, SystemClock
from mocapbridge.errors import ConfigError, SourceUnavailable, SourceUnreadable
from mocapbridge.sources.options import VideoOptions
from mocapbridge.sources.video_file import VideoFileSource
from mocapbridge.types import VideoFrame

MakeClip = Callable[..., Path]
SAMPLE = Path(__file__).parents[3] / "samples" / "performer_upper.mp4"


def shown(frame: VideoFrame) -> int:
    """Which frame of a hand-made clip this is, by its grey."""
    return round(float(frame.image_bgr.mean()) / 8) - 1


def read_all(source: VideoFileSource) -> list[VideoFrame]:
    source.open()
    frames: list[VideoFrame] = []
    while (frame := source.read()) is not None:
        frames.append(frame)
    source.close()
    return frames


def times_ms(frames: list[VideoFrame]) -> list[float]:
    return [(frame.capture_time_ns - frames[0].capture_time_ns) / 1e6 for frame in frames]


def test_variable_frame_rate_keeps_the_times_of_the_container(
    make_clip: MakeClip, clock: Clock
) -> None:
    clip = make_clip([0, 33, 100, 120, 400, 410])
    source = VideoFileSource(VideoOptions(path=str(clip)), clock)
    frames = read_all(source)
    assert times_ms(frames) == [0, 33, 100, 120, 400, 410]
    assert [shown(frame) for frame in frames] == [0, 1, 2, 3, 4, 5]
    assert [frame.frame_index for frame in frames] == [0, 1, 2, 3, 4, 5]
    assert {frame.segment for frame in frames} == {0}
    assert frames[0].capture_time_ns == clock.monotonic_ns()
    assert (source.frame_count, source.corrupt_frames, source.repaired_times) == (6, 0, 0)


@pytest.mark.parametrize("damaged", [(0,), (2,), (2, 3), (1, 4)])
def test_damaged_frames_are_counted_and_left_out(
    make_clip: MakeClip, clock: Clock, caplog: pytest.LogCaptureFixture, damaged: tuple[int, ...]
) -> None:
    source = VideoFileSource(
        VideoOptions(path=str(make_clip([0, 40, 80, 120, 160, 200], damaged=damaged))), clock
    )
    with caplog.at_level(logging.WARNING):
        frames = read_all(source)
    good = [index for index in range(6) if index not in damaged]
    assert [shown(frame) for frame in frames] == good
    assert times_ms(frames) == [40 * (index - good[0]) for index in good]
    assert source.corrupt_frames == len(damaged)
    assert len(caplog.records) == 1


def test_duplicate_and_backward_times_are_made_to_rise(make_clip: MakeClip, clock: Clock) -> None:
    source = VideoFileSource(VideoOptions(path=str(make_clip([0, 40, 40, 120, 100, 200]))), clock)
    frames = read_all(source)
    assert times_ms(frames) == [0, 40, 41, 120, 121, 200]
    assert source.repaired_times == 2


def test_start_and_end_cut_by_time(make_clip: MakeClip, clock: Clock) -> None:
    clip = make_clip([0, 33, 100, 120, 400, 410])
    source = VideoFileSource(VideoOptions(path=str(clip), start_s=0.05, end_s=0.4), clock)
    frames = read_all(source)
    assert [shown(frame) for frame in frames] == [2, 3]
    assert times_ms(frames) == [0, 20]


def test_start_far_into_a_real_clip_lands_on_the_right_frame(clock: Clock) -> None:
    whole = read_all(VideoFileSource(VideoOptions(path=str(SAMPLE)), clock))
    part = read_all(VideoFileSource(VideoOptions(path=str(SAMPLE), start_s=6.5), clock))
    # 25 frames per second: the first frame at or after 6.5 s is number 163, at 6.52 s.
    assert len(part) == len(whole) - 163
    assert (part[0].image_bgr == whole[163].image_bgr).all()
    assert (part[-1].image_bgr == whole[-1].image_bgr).all()


@pytest.mark.parametrize(("start_s", "end_s"), [(9.0, None), (0.21, 0.3), (1000.0, None)])
def test_start_behind_the_end_is_a_config_error(
    make_clip: MakeClip, clock: Clock, start_s: float, end_s: float | None
) -> None:
    clip = make_clip([0, 40, 80, 120, 160, 200])
    source = VideoFileSource(VideoOptions(path=str(clip), start_s=start_s, end_s=end_s), clock)
    with pytest.raises(ConfigError, match="start_s"):
        source.open()


def test_end_before_start_is_a_config_error(clock: Clock) -> None:
    with pytest.raises(ConfigError, match="end_s"):
        VideoFileSource(VideoOptions(path="a.mp4", start_s=2.0, end_s=2.0), clock)


def test_loop_keeps_index_and_time_rising_and_marks_the_seam(
    make_clip: MakeClip, clock: Clock
) -> None:
    source = VideoFileSource(VideoOptions(path=str(make_clip([0, 40, 80])), loop=True), clock)
    source.open()
    assert source.frame_count is None
    frames = [frame for frame in (source.read() for _ in range(8)) if frame is not None]
    source.close()
    assert [shown(frame) for frame in frames] == [0, 1, 2, 0, 1, 2, 0, 1]
    assert [frame.frame_index for frame in frames] == list(range(8))
    assert [frame.segment for frame in frames] == [0, 0, 0, 1, 1, 1, 2, 2]
    assert times_ms(frames) == [40 * index for index in range(8)]


def test_native_pace_waits_for_every_frame_and_skips_none(
    make_clip: MakeClip, clock: Clock
) -> None:
    source = VideoFileSource(
        VideoOptions(path=str(make_clip([0, 33, 100, 400])), pace="native"), clock
    )
    source.open()
    while (frame := source.read()) is not None:
        assert clock.monotonic_ns() >= frame.capture_time_ns
    assert clock.monotonic_ns() - 1_000_000_000 == 400_000_000


def test_fast_pace_never_sleeps(make_clip: MakeClip, clock: Clock) -> None:
    source = VideoFileSource(VideoOptions(path=str(make_clip([0, 40, 80]))), clock)
    assert len(read_all(source)) == 3
    assert clock.monotonic_ns() == 1_000_000_000


def test_raw_stream_without_times_runs_at_the_stated_rate(
    make_clip: MakeClip, clock: Clock
) -> None:
    source = VideoFileSource(VideoOptions(path=str(make_clip([0] * 8))), clock)
    frames = read_all(source)
    times = times_ms(frames)
    assert len(times) == 8
    # Two strays first, then the clock of the container is given up.
    assert times[3:] == [120, 160, 200, 240, 280]


def test_close_from_another_thread_ends_a_waiting_read(make_clip: MakeClip) -> None:
    clip = make_clip([0, 3_600_000])
    source = VideoFileSource(VideoOptions(path=str(clip), pace="native"), SystemClock())
    source.open()
    assert source.read() is not None
    results: list[VideoFrame | None] = []
    reader = threading.Thread(target=lambda: results.append(source.read()), daemon=True)
    reader.start()
    source.close()
    reader.join(30)
    assert results == [None]
    source.close()


def test_open_again_after_close_starts_over_and_goes_on_rising(
    make_clip: MakeClip, clock: Clock
) -> None:
    clip = make_clip([0, 40, 80], damaged=(1,))
    source = VideoFileSource(VideoOptions(path=str(clip)), clock)
    frames = read_all(source)
    assert source.read() is None
    frames += read_all(source)
    assert [shown(frame) for frame in frames] == [0, 2, 0, 2]
    assert [frame.frame_index for frame in frames] == [0, 1, 2, 3]
    assert [frame.segment for frame in frames] == [0, 0, 1, 1]
    assert times_ms(frames) == [0, 80, 120, 200]
    assert source.corrupt_frames == 2


def test_odd_sizes_are_decoded_whole(make_clip: MakeClip, clock: Clock) -> None:
    source = VideoFileSource(VideoOptions(path=str(make_clip([0, 40], size_px=(33, 17)))), clock)
    assert {frame.image_bgr.shape for frame in read_all(source)} == {(17, 33, 3)}


def test_rotation_noted_by_a_phone_is_applied(tmp_path: Path, clock: Clock) -> None:
    """The display matrix of the track header (ISO/IEC 14496-12, 8.3.2) set to a quarter turn."""
    data = bytearray(SAMPLE.read_bytes())
    header = data.index(b"tkhd")
    matrix = header + 4 + 4 + 4 * 5 + 8 + 8  # after version/flags, times, ids, layer, volume
    one = 0x00010000
    assert struct.unpack_from(">9i", data, matrix) == (one, 0, 0, 0, one, 0, 0, 0, 0x40000000)
    # 90 degrees clockwise for the viewer.
    struct.pack_into(">9i", data, matrix, 0, one, 0, -one, 0, 0, 0, 0, 0x40000000)
    turned_clip = tmp_path / "turned.mp4"
    turned_clip.write_bytes(data)
    upright = VideoFileSource(VideoOptions(path=str(SAMPLE), rotate=90, end_s=0.1), clock)
    turned = VideoFileSource(VideoOptions(path=str(turned_clip), end_s=0.1), clock)
    expected, result = read_all(upright)[0].image_bgr, read_all(turned)[0].image_bgr
    assert result.shape == (640, 480, 3)
    assert (result == expected).all()


def test_crop_outside_the_picture_is_told_at_open(make_clip: MakeClip, clock: Clock) -> None:
    source = VideoFileSource(VideoOptions(path=str(make_clip([0, 40])), crop=(0, 0, 65, 10)), clock)
    with pytest.raises(ConfigError, match="64x48"):
        source.open()


def test_missing_file(tmp_path: Path, clock: Clock) -> None:
    with pytest.raises(SourceUnavailable, match="no such video file"):
        VideoFileSource(VideoOptions(path=str(tmp_path / "none.mp4")), clock).open()


def test_folder_instead_of_file(tmp_path: Path, clock: Clock) -> None:
    with pytest.raises(SourceUnavailable, match="folder"):
        VideoFileSource(VideoOptions(path=str(tmp_path)), clock).open()


@pytest.mark.parametrize("path", ["~no_such_user_here/clip.mp4", "x" * 5000])
def test_path_that_cannot_be(clock: Clock, path: str) -> None:
    with pytest.raises(SourceUnavailable, match=r"cannot be read|no such video file"):
        VideoFileSource(VideoOptions(path=path), clock).open()


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="needs a user who may not read everything"
)
def test_file_that_may_not_be_read(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "secret.mp4"
    path.write_bytes(b"x")
    path.chmod(0)
    with pytest.raises(SourceUnavailable, match="cannot be read"):
        VideoFileSource(VideoOptions(path=str(path)), clock).open()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"hello, this is text", "not a video"),
        (bytes(range(256)) * 400, "not a video"),
        # Cut within the index, which this file has at its front.
        (SAMPLE.read_bytes()[:2_000], "cut off"),
    ],
    ids=["empty", "text", "noise", "cut"],
)
def test_files_that_hold_no_video(
    tmp_path: Path, clock: Clock, capfd: pytest.CaptureFixture[str], content: bytes, message: str
) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    with pytest.raises(SourceUnreadable, match=message) as caught:
        VideoFileSource(VideoOptions(path=str(path)), clock).open()
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(str(path))
    assert capfd.readouterr() == ("", "")


def test_file_without_one_good_frame(make_clip: MakeClip, clock: Clock) -> None:
    clip = make_clip([0, 40, 80], damaged=(0, 1, 2))
    with pytest.raises(SourceUnreadable, match="no frame can be decoded"):
        VideoFileSource(VideoOptions(path=str(clip)), clock).open()


def test_clip_cut_off_in_the_middle_delivers_what_is_there(
    make_clip: MakeClip, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    clip = make_clip([40 * index for index in range(28)])
    data = clip.read_bytes()
    clip.write_bytes(data[: data.index(b"\xe7\x01\x00\x00\x00\x00\x00\x00\x08", len(data) // 2)])
    source = VideoFileSource(VideoOptions(path=str(clip)), clock)
    with caplog.at_level(logging.WARNING):
        frames = read_all(source)
    assert [shown(frame) for frame in frames] == list(range(len(frames)))
    assert 10 < len(frames) < 28
    assert "ends early" in caplog.text
