"""Log lines on stderr: short, and always on the stream that is stderr at that moment."""

from __future__ import annotations

import logging
import sys


class _CurrentStderr(logging.Handler):
    # The live view and the silencing of native libraries exchange sys.stderr while they are at
    # work; a handler that kept the stream it was made with would write past them.
    def emit(self, record: logging.LogRecord) -> None:
        stream = sys.stderr
        if stream is not None:
            stream.write(self.format(record) + "\n")
            stream.flush()


class _Line(logging.Formatter):
    def __init__(self, *, debug: bool) -> None:
        super().__init__("%(asctime)s %(threadName)s %(name)s: %(message)s" if debug else None)

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        if record.levelno <= logging.INFO:
            return f"mocapbridge: {line}"
        return f"mocapbridge: {record.levelname.lower()}: {line}"


def set_up_logging(*, debug: bool) -> None:
    """Show warnings and errors of mocapbridge, everything with ``debug``."""
    logger = logging.getLogger("mocapbridge")
    for handler in [known for known in logger.handlers if isinstance(known, _CurrentStderr)]:
        logger.removeHandler(handler)
    handler = _CurrentStderr()
    handler.setFormatter(_Line(debug=debug))
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG if debug else logging.WARNING)
