from __future__ import annotations

import logging
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest

from mocapbridge.clock import Clock
from mocapbridge.errors import ConfigError, SourceUnavailable, SourceUnreadable
from mocapbridge.sources.images import ImageSource
from mocapbridge.sources.options import ImagesOptions
from mocapbridge.types import UInt8Array, VideoFrame


def write_picture(path: Path, level: int, size_px: tuple[int, int] = (8, 6)) -> None:
    width, height = size_px
    image = np.full((height, width, 3), level, dtype=np.uint8)
    path.write_bytes(cv2.imencode(path.suffix, image)[1].tobytes())


def read_all(source: ImageSource) -> list[VideoFrame]:
    source.open()
    frames: list[VideoFrame] = []
    while (frame := source.read()) is not None:
        frames.append(frame)
    source.close()
    return frames


def levels(frames: list[VideoFrame]) -> list[int]:
    return [round(float(frame.image_bgr.mean())) for frame in frames]


def test_folder_in_natural_order_at_its_rate(tmp_path: Path, clock: Clock) -> None:
    for number in (10, 9, 100, 1):
        write_picture(tmp_path / f"shot{number}.png", number)
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / "folder.png").mkdir()
    source = ImageSource(ImagesOptions(path=str(tmp_path), fps=3.0), clock)
    frames = read_all(source)
    assert levels(frames) == [1, 9, 10, 100]
    assert source.frame_count == 4
    start_ns = clock.monotonic_ns()
    assert [frame.capture_time_ns - start_ns for frame in frames] == [
        0,
        333_333_333,
        666_666_667,
        1_000_000_000,
    ]


@pytest.mark.parametrize("pattern", ["a*.png", "*/a?.png", "**/a*.png"])
def test_glob(tmp_path: Path, clock: Clock, pattern: str) -> None:
    folder = tmp_path / "sub" if "/" in pattern else tmp_path
    folder.mkdir(exist_ok=True)
    for name, level in (("a1", 10), ("a2", 20), ("b1", 30)):
        write_picture(folder / f"{name}.png", level)
    frames = read_all(ImageSource(ImagesOptions(path=str(tmp_path / pattern)), clock))
    assert levels(frames) == [10, 20]


def test_relative_glob(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    write_picture(tmp_path / "a.png", 10)
    monkeypatch.chdir(tmp_path)
    assert levels(read_all(ImageSource(ImagesOptions(path="*.png"), clock))) == [10]


def test_single_still_is_one_frame(tmp_path: Path, clock: Clock) -> None:
    write_picture(tmp_path / "me.png", 77)
    source = ImageSource(ImagesOptions(path=str(tmp_path / "me.png")), clock)
    assert levels(read_all(source)) == [77]
    assert source.frame_count == 1


@pytest.mark.parametrize("name", ["größe_ß.png", "写真.png", "with [brackets].png"])
def test_names_in_any_script(tmp_path: Path, clock: Clock, name: str) -> None:
    write_picture(tmp_path / name, 50)
    assert levels(read_all(ImageSource(ImagesOptions(path=str(tmp_path / name)), clock))) == [50]


def test_unreadable_pictures_are_counted_and_keep_their_place_in_time(
    tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(6):
        write_picture(tmp_path / f"{number}.png", 10 * number)
    (tmp_path / "2.png").write_bytes(b"")
    (tmp_path / "4.png").write_bytes(b"\x89PNG\r\n\x1a\n garbage")
    source = ImageSource(ImagesOptions(path=str(tmp_path), fps=10.0), clock)
    with caplog.at_level(logging.WARNING):
        frames = read_all(source)
    assert levels(frames) == [0, 10, 30, 50]
    assert [frame.frame_index for frame in frames] == [0, 1, 2, 3]
    start_ns = frames[0].capture_time_ns
    assert [(frame.capture_time_ns - start_ns) // 10**8 for frame in frames] == [0, 1, 3, 5]
    assert source.corrupt_frames == 2
    assert len(caplog.records) == 1


def test_nothing_readable(tmp_path: Path, clock: Clock) -> None:
    for number in range(3):
        (tmp_path / f"{number}.jpg").write_bytes(b"no picture at all")
    with pytest.raises(SourceUnreadable, match="none of 3 pictures"):
        ImageSource(ImagesOptions(path=str(tmp_path)), clock).open()


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("", "no picture in this folder"),
        ("*.png", "no picture matches"),
        ("none.png", "no such picture"),
        ("**x/[.png", "no picture matches|cannot be listed"),
    ],
)
def test_no_match_names_the_valid_endings(
    tmp_path: Path, clock: Clock, pattern: str, message: str
) -> None:
    with pytest.raises(SourceUnavailable, match=message):
        ImageSource(ImagesOptions(path=str(tmp_path / pattern)), clock).open()
    with pytest.raises(SourceUnavailable, match=r"\.jpg"):
        ImageSource(ImagesOptions(path=str(tmp_path)), clock).open()


def test_change_of_size_breaks_continuity(tmp_path: Path, clock: Clock) -> None:
    for number, size_px in enumerate([(8, 6), (8, 6), (10, 6), (10, 6)]):
        write_picture(tmp_path / f"{number}.png", number, size_px)
    frames = read_all(ImageSource(ImagesOptions(path=str(tmp_path)), clock))
    assert [frame.segment for frame in frames] == [0, 0, 1, 1]


def test_loop(tmp_path: Path, clock: Clock) -> None:
    for number in range(2):
        write_picture(tmp_path / f"{number}.png", number)
    source = ImageSource(ImagesOptions(path=str(tmp_path), fps=10.0, loop=True), clock)
    source.open()
    frames = [frame for frame in (source.read() for _ in range(5)) if frame is not None]
    assert levels(frames) == [0, 1, 0, 1, 0]
    assert [frame.segment for frame in frames] == [0, 0, 1, 1, 2]
    assert [frame.frame_index for frame in frames] == [0, 1, 2, 3, 4]
    start_ns = frames[0].capture_time_ns
    assert [(frame.capture_time_ns - start_ns) // 10**8 for frame in frames] == [0, 1, 2, 3, 4]


def test_looped_still_keeps_its_segment(tmp_path: Path, clock: Clock) -> None:
    write_picture(tmp_path / "me.png", 5)
    source = ImageSource(ImagesOptions(path=str(tmp_path / "me.png"), loop=True), clock)
    source.open()
    frames = [frame for frame in (source.read() for _ in range(3)) if frame is not None]
    assert [(frame.frame_index, frame.segment) for frame in frames] == [(0, 0), (1, 0), (2, 0)]


def test_open_again_goes_on_rising(tmp_path: Path, clock: Clock) -> None:
    for number in range(2):
        write_picture(tmp_path / f"{number}.png", number)
    source = ImageSource(ImagesOptions(path=str(tmp_path), fps=10.0), clock)
    frames = read_all(source) + read_all(source)
    assert levels(frames) == [0, 1, 0, 1]
    assert [frame.frame_index for frame in frames] == [0, 1, 2, 3]
    assert [frame.segment for frame in frames] == [0, 0, 1, 1]
    start_ns = frames[0].capture_time_ns
    assert [(frame.capture_time_ns - start_ns) // 10**8 for frame in frames] == [0, 1, 2, 3]


def test_native_pace_waits(tmp_path: Path, clock: Clock) -> None:
    for number in range(3):
        write_picture(tmp_path / f"{number}.png", number)
    start_ns = clock.monotonic_ns()
    read_all(ImageSource(ImagesOptions(path=str(tmp_path), fps=4.0, pace="native"), clock))
    assert clock.monotonic_ns() == start_ns + 500_000_000


def test_rotation_noted_in_a_photo_is_applied(tmp_path: Path, clock: Clock) -> None:
    """EXIF 2.3, tag 0x0112 = 6: the camera was turned; show it 90 degrees clockwise."""
    picture: UInt8Array = np.zeros((32, 64, 3), dtype=np.uint8)
    picture[:, :32] = 255
    jpeg = cv2.imencode(".jpg", picture)[1].tobytes()
    directory = struct.pack(">HHHIHHI", 1, 0x0112, 3, 1, 6, 0, 0)
    exif = b"Exif\0\0" + b"MM\0*" + struct.pack(">I", 8) + directory
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    (tmp_path / "photo.jpg").write_bytes(jpeg[:2] + segment + jpeg[2:])
    (frame,) = read_all(ImageSource(ImagesOptions(path=str(tmp_path)), clock))
    assert frame.image_bgr.shape == (64, 32, 3)
    # The white left half is on top after the turn.
    assert frame.image_bgr[:28].min() > 200
    assert frame.image_bgr[36:].max() < 50


def test_grey_and_transparent_pictures_become_bgr(tmp_path: Path, clock: Clock) -> None:
    grey = np.full((6, 8), 9, dtype=np.uint8)
    transparent = np.full((6, 8, 4), 9, dtype=np.uint8)
    deep = np.full((6, 8, 3), 9 * 257, dtype=np.uint16)
    for number, image in enumerate((grey, transparent, deep)):
        (tmp_path / f"{number}.png").write_bytes(cv2.imencode(".png", image)[1].tobytes())
    frames = read_all(ImageSource(ImagesOptions(path=str(tmp_path)), clock))
    assert [frame.image_bgr.shape for frame in frames] == [(6, 8, 3)] * 3
    assert levels(frames) == [9, 9, 9]
    assert {frame.image_bgr.dtype for frame in frames} == {np.dtype(np.uint8)}


def test_crop_outside_the_first_picture(tmp_path: Path, clock: Clock) -> None:
    write_picture(tmp_path / "me.png", 5)
    source = ImageSource(ImagesOptions(path=str(tmp_path), crop=(0, 0, 9, 6)), clock)
    with pytest.raises(ConfigError, match="8x6"):
        source.open()
