"""The key that begins and ends a take."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Generator

from mocapbridge.cli.keys import key_presses
from mocapbridge.errors import TakeUnwritable
from mocapbridge.pipeline.recording import Recording

_log = logging.getLogger(__name__)


@contextlib.contextmanager
def record_key(recording: Recording) -> Generator[None, None, None]:
    """While the block lasts, ``r`` begins a take or ends the one being recorded."""

    def on_key(key: str) -> None:
        if key.lower() == "r":
            toggle(recording)

    with key_presses(on_key):
        yield


def toggle(recording: Recording) -> None:
    """Begin a take, or end the one being recorded; the run goes on when that fails."""
    try:
        if recording.active:
            _log.info("recorded %s", recording.stop())
        else:
            _log.info("recording %s", recording.start())
    except TakeUnwritable as error:
        _log.error("%s", error)
