"""Fetching a wheel with pip's own machinery, so that the user's index and proxy settings apply."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from mocapbridge.errors import ModelMissing
from mocapbridge.tracking.model_store.manifest import Wheel

_OWN_TAG_PREFIX: Final = {"linux": "manylinux", "darwin": "macosx", "win32": "win"}
_POLL_S: Final = 0.25
_LIMIT_S: Final = 900.0
"""A 50 MB wheel at half a megabit a second."""
_QUICK_DEFAULTS: Final = {"PIP_DEFAULT_TIMEOUT": "10", "PIP_RETRIES": "1"}
"""pip's own (15 s, 5 retries) take a minute to find that there is no network."""
_DISTURBING: Final = ("PIP_CONSTRAINT", "PIP_REQUIRE_VIRTUALENV", "PIP_REQUIRE_HASHES")
"""Settings meant for installing, which would refuse a wheel that is only read."""


def fetch_wheel(wheel: Wheel, folder: Path, on_bytes: Callable[[int], None]) -> Path:
    """Download a wheel without installing it.

    Args:
        wheel: which one. Any platform's will do, this platform's is preferred.
        folder: an empty folder; pip's temporary files go there too.
        on_bytes: called now and then with the bytes that have come.

    Returns:
        The wheel, inside `folder`.

    Raises:
        ModelMissing: pip is not there or cannot get the wheel; the message is pip's last error.
        OSError: the interpreter cannot be started.
    """
    output = _run(_pip_command(wheel, folder), folder, on_bytes)
    wheels = sorted(folder.glob("*.whl"))
    if not wheels:
        raise ModelMissing(f"pip could not fetch {wheel.requirement}: {_last_error(output)}")
    return wheels[0]


def _pip_command(wheel: Wheel, folder: Path) -> list[str]:
    own_prefix = _OWN_TAG_PREFIX.get(sys.platform, "manylinux")
    platforms = sorted(wheel.platforms, key=lambda tag: not tag.startswith(own_prefix))
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps"]
    command += ["--disable-pip-version-check", "--only-binary", ":all:"]
    command += ["--implementation", "cp", "--abi", wheel.abi]
    command += ["--python-version", wheel.python_version]
    for platform in platforms:
        command += ["--platform", platform]
    return [*command, "--dest", str(folder), wheel.requirement]


def _environment(folder: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in _DISTURBING}
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    return {**_QUICK_DEFAULTS, **kept, **temporary}


def _run(command: Sequence[str], folder: Path, on_bytes: Callable[[int], None]) -> str:
    """Run pip to its end; returns what it said."""
    give_up_s = time.monotonic() + _LIMIT_S
    # The working directory is first on the module path of `-m`: a fresh folder hides no pip.py.
    with subprocess.Popen(  # noqa: S603 - our own interpreter, arguments from the manifest
        command,
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as pip:
        try:
            while time.monotonic() < give_up_s:
                output = _output_if_ended(pip)
                if output is not None:
                    return output
                on_bytes(_folder_bytes(folder))
        finally:
            pip.kill()
    raise ModelMissing(f"pip did not finish within {_LIMIT_S:g} s")


def _output_if_ended(pip: subprocess.Popen[str]) -> str | None:
    try:
        return pip.communicate(timeout=_POLL_S)[0]
    except subprocess.TimeoutExpired:
        return None


def _folder_bytes(folder: Path) -> int:
    return sum(
        _file_bytes(Path(directory, name))
        for directory, _, names in os.walk(folder)
        for name in names
    )


def _file_bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # pip has just renamed it
        return 0


def _last_error(output: str) -> str:
    """The most telling line of what pip said."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    unreachable = [line for line in lines if "connection broken" in line]
    if unreachable:
        return "the package index cannot be reached"
    if errors:
        return errors[-1]
    return lines[-1] if lines else "it said nothing"
