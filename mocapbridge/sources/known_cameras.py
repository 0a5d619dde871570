"""The cameras that the operating system knows of, found without opening one.

Linux lists them with names in a folder (Video4Linux:
https://docs.kernel.org/userspace-api/media/v4l/open.html). On macOS and Windows the names need
frameworks that Python does not reach without further packages: there cameras go by their index.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mocapbridge.errors import SourceUnavailable

V4L_CLASS: Final = Path("/sys/class/video4linux")
"""One folder per video device node."""
_NODE: Final = re.compile(r"video([0-9]+)")


@dataclass(frozen=True, slots=True)
class KnownCamera:
    """A device node that may be a camera."""

    index: int
    """What OpenCV calls it."""
    name: str
    """What its maker calls it."""
    path: str
    """The device node."""
    primary: bool
    """The first node of its device; further ones often carry metadata instead of pictures."""

    def __str__(self) -> str:
        """For messages."""
        return f"{self.index} ({self.name})" if self.name else str(self.index)


def known_cameras(v4l_class: Path | None = None) -> list[KnownCamera] | None:
    """All of them by rising index; None where the system does not tell.

    Args:
        v4l_class: folder to read instead of the system's.
    """
    if v4l_class is None:
        if not sys.platform.startswith("linux"):
            return None
        v4l_class = V4L_CLASS
    if not v4l_class.is_dir():
        return []
    nodes = [(_NODE.fullmatch(folder.name), folder) for folder in v4l_class.iterdir()]
    cameras = [
        KnownCamera(
            index=int(match[1]),
            name=_first_line(folder / "name"),
            path=f"/dev/{folder.name}",
            primary=_first_line(folder / "index") in {"", "0"},
        )
        for match, folder in nodes
        if match is not None
    ]
    return sorted(cameras, key=lambda camera: camera.index)


def find_camera(device: int | str, known: list[KnownCamera] | None) -> int | str:
    """What OpenCV has to open for a camera that a user names.

    Args:
        device: index, name, part of a name, or path of a device node.
        known: the cameras to choose from; None where the system does not tell.

    Returns:
        An index, or a path that is not one of the numbered nodes.

    Raises:
        SourceUnavailable: there is no such camera; the message names those that there are.
    """
    if isinstance(device, str) and device.startswith("/"):
        return _by_path(device, known)
    if isinstance(device, str) and not device.isdecimal():
        return _by_name(device, known)
    index = int(device)
    if index < 0 or (known is not None and all(camera.index != index for camera in known)):
        raise SourceUnavailable(f"there is no camera {index}; {choices(known)}")
    return index


def choices(known: list[KnownCamera] | None) -> str:
    """The end of a message: what there is to choose from."""
    if known is None:
        return "`mocapbridge devices` lists what can be opened"
    if not known:
        return "this machine has no camera: plug one in, or give a video file or a stream address"
    return "there is: " + ", ".join(str(camera) for camera in known if camera.primary)


def _by_path(path: str, known: list[KnownCamera] | None) -> int | str:
    node = Path(path)
    if not node.exists():
        raise SourceUnavailable(f"there is no device {path}; {choices(known)}")
    # Links such as /dev/v4l/by-id/... lead to a numbered node.
    match = _NODE.fullmatch(node.resolve().name)
    return path if match is None else int(match[1])


def _by_name(name: str, known: list[KnownCamera] | None) -> int:
    if known is None:
        raise SourceUnavailable(
            f"cameras are known by name on Linux only; give an index instead of {name!r}; "
            f"{choices(known)}"
        )
    wanted = name.casefold()
    exact = [camera for camera in known if camera.name.casefold() == wanted]
    found = exact or [camera for camera in known if wanted in camera.name.casefold()]
    if not found:
        raise SourceUnavailable(f"there is no camera named {name!r}; {choices(known)}")
    if len({camera.name for camera in found}) > 1:
        listed = ", ".join(str(camera) for camera in found if camera.primary)
        raise SourceUnavailable(f"{name!r} fits more than one camera; give the index: {listed}")
    return min(found, key=lambda camera: (not camera.primary, camera.index)).index


def _first_line(path: Path) -> str:
    """What a one-line file says; nothing when the device has just gone."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
