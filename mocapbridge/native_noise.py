"""Keeps what native libraries write to stderr from the user.

MediaPipe and TensorFlow Lite announce delegates and internal warnings on file descriptor 2, past
Python's logging: when networks are made and again when they first find something. Measured with
mediapipe 1.2, no log level they read from the environment stops that. None of it is for the user:
what fails is raised as an exception. With ``--debug`` (logger ``mocapbridge`` at DEBUG) nothing is
hidden.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
from collections.abc import Generator
from typing import Final, TextIO

_STDERR_FD: Final = 2


@contextlib.contextmanager
def quiet_native_stderr() -> Generator[None, None, None]:
    """Drop what native code writes to stderr meanwhile; Python's ``sys.stderr`` goes on working.

    May be nested and used from several threads at once: the last to leave restores it. Where there
    is no file descriptor 2 (a Windows service, ``pythonw``) nothing happens.
    """
    if _debugging():
        yield
        return
    _silence.enter()
    try:
        yield
    finally:
        _silence.leave()


def _debugging() -> bool:
    return logging.getLogger("mocapbridge").isEnabledFor(logging.DEBUG)


class _Silence:
    # The redirection of file descriptor 2, shared by all who asked for it.
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._depth = 0
        self._saved_fd: int | None = None
        self._python_stderr: TextIO | None = None

    def enter(self) -> None:
        with self._lock:
            self._depth += 1
            if self._depth == 1:
                self._redirect()

    def leave(self) -> None:
        with self._lock:
            self._depth -= 1
            if self._depth == 0:
                self._restore()

    def _redirect(self) -> None:
        python_stderr = sys.stderr
        try:
            saved_fd = os.dup(_STDERR_FD)
        except OSError:
            return
        self._saved_fd = saved_fd
        null_fd = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null_fd, _STDERR_FD)
        os.close(null_fd)
        # Only a stream that writes to this very descriptor must be led around the redirection.
        if _writes_to_stderr_fd(python_stderr):
            self._python_stderr = python_stderr
            sys.stderr = open(  # noqa: SIM115 - closed in _restore
                saved_fd,
                "w",
                buffering=1,
                encoding=python_stderr.encoding,
                errors="backslashreplace",
                closefd=False,
            )

    def _restore(self) -> None:
        if self._saved_fd is None:
            return
        if self._python_stderr is not None:
            sys.stderr.flush()
            sys.stderr = self._python_stderr
            self._python_stderr = None
        os.dup2(self._saved_fd, _STDERR_FD)
        os.close(self._saved_fd)
        self._saved_fd = None


def _writes_to_stderr_fd(stream: TextIO | None) -> bool:
    if stream is None:
        return False
    try:
        stream.flush()
        return stream.fileno() == _STDERR_FD
    except (OSError, ValueError):
        return False


_silence: Final = _Silence()
