from __future__ import annotations

import os
from pathlib import Path

import pytest

from mocapbridge.errors import SourceUnavailable
from mocapbridge.sources.known_cameras import KnownCamera, find_camera, known_cameras

LAPTOP = KnownCamera(0, "Integrated Camera", "/dev/video0", primary=True)
LAPTOP_META = KnownCamera(1, "Integrated Camera", "/dev/video1", primary=False)
WEBCAM = KnownCamera(2, "HD Webcam C525", "/dev/video2", primary=True)
KNOWN = [LAPTOP, LAPTOP_META, WEBCAM]


def test_reads_what_linux_lists(tmp_path: Path) -> None:
    for node, name, index in (
        ("video10", "Capture Card", "0"),
        ("video2", "HD Webcam C525", "0"),
        ("video3", "HD Webcam C525", "1"),
        ("v4l-subdev0", "sensor", "0"),
    ):
        folder = tmp_path / node
        folder.mkdir()
        (folder / "name").write_text(f"{name}\n")
        (folder / "index").write_text(f"{index}\n")
    (tmp_path / "video4").mkdir()  # unplugged in this very moment
    assert known_cameras(tmp_path) == [
        WEBCAM,
        KnownCamera(3, "HD Webcam C525", "/dev/video3", primary=False),
        KnownCamera(4, "", "/dev/video4", primary=True),
        KnownCamera(10, "Capture Card", "/dev/video10", primary=True),
    ]


def test_machine_without_cameras(tmp_path: Path) -> None:
    assert known_cameras(tmp_path / "none") == []


@pytest.mark.parametrize(
    ("device", "index"),
    [(0, 0), ("2", 2), ("hd webcam c525", 2), ("Integrated", 0), ("c525", 2)],
)
def test_found_by_index_name_and_part_of_name(device: int | str, index: int) -> None:
    assert find_camera(device, KNOWN) == index


@pytest.mark.skipif(os.name != "posix", reason="device nodes have paths on POSIX systems only")
def test_found_by_path_also_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "video7").touch()
    (tmp_path / "by-id").symlink_to(tmp_path / "video7")
    (tmp_path / "special").touch()
    assert find_camera(str(tmp_path / "by-id"), KNOWN) == 7
    assert find_camera(str(tmp_path / "special"), KNOWN) == str(tmp_path / "special")


@pytest.mark.parametrize("device", [5, -1, "7", "Logitech", "/dev/video99"])
def test_absent_camera_names_those_that_are_there(device: int | str) -> None:
    with pytest.raises(SourceUnavailable, match=r"there is: 0 \(Integrated Camera\), 2 \(HD"):
        find_camera(device, KNOWN)


def test_no_camera_at_all_says_what_else_can_be_a_source() -> None:
    with pytest.raises(SourceUnavailable, match="no camera: plug one in, or give a video"):
        find_camera(0, [])


def test_ambiguous_name_lists_the_candidates() -> None:
    with pytest.raises(SourceUnavailable, match=r"more than one camera.*0 \(Integ.*2 \(HD"):
        find_camera("a", KNOWN)


def test_where_the_system_does_not_tell_indices_are_taken_at_their_word() -> None:
    assert find_camera(3, None) == 3
    with pytest.raises(SourceUnavailable, match="on Linux only; give an index"):
        find_camera("Logitech", None)
