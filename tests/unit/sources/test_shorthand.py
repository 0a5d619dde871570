from __future__ import annotations

from pathlib import Path

import pytest

from mocapbridge.errors import ConfigError
from mocapbridge.sources.options import (
    CameraOptions,
    ImagesOptions,
    SourceOptions,
    StreamOptions,
    SyntheticOptions,
    VideoOptions,
)
from mocapbridge.sources.shorthand import source_from_text


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("0", CameraOptions(device=0)),
        (" 2 ", CameraOptions(device=2)),
        ("camera:1", CameraOptions(device=1)),
        ("camera:HD Webcam: C525", CameraOptions(device="HD Webcam: C525")),
        ("/dev/video2", CameraOptions(device="/dev/video2")),
        ("rtsp://user:secret@10.0.0.1/live", StreamOptions(url="rtsp://user:secret@10.0.0.1/live")),
        ("HTTP://host/video", StreamOptions(url="HTTP://host/video")),
        ("synthetic", SyntheticOptions()),
        ("clip.mp4", VideoOptions(path="clip.mp4")),
        ("C:\\clips\\clip.mov", VideoOptions(path="C:\\clips\\clip.mov")),
        ("photo.JPG", ImagesOptions(path="photo.JPG")),
        ("shots/*.png", ImagesOptions(path="shots/*.png")),
        ("shots/[0-9]*", ImagesOptions(path="shots/[0-9]*")),
    ],
)
def test_what_a_word_means(text: str, options: SourceOptions) -> None:
    assert source_from_text(text) == options


def test_folders_and_files_are_told_apart_on_the_disk(tmp_path: Path) -> None:
    (tmp_path / "no_ending").write_bytes(b"x")
    (tmp_path / "clip [1].mp4").write_bytes(b"x")
    for path, kind in (
        (tmp_path, ImagesOptions),
        (tmp_path / "no_ending", VideoOptions),
        (tmp_path / "clip [1].mp4", VideoOptions),
    ):
        assert source_from_text(str(path)) == kind(path=str(path))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("a\0b", "empty"),
        ("camera:", "index or a name"),
        ("file:///etc/passwd", "rtsp://"),
        ("concat://a|b", "rtsp://"),
        ("rtsp://", "rtsp://"),
        ("logitech", "camera:NAME"),
    ],
)
def test_what_means_nothing_names_what_would(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        source_from_text(text)
