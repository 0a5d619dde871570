"""The threads of a run, and what becomes of an error in one of them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

_log = logging.getLogger(__name__)


class Crew:
    """Starts threads, keeps the first error of any of them and tells when one fails or all end.

    Threads are daemons: one that hangs in a driver cannot keep the process from ending.
    """

    def __init__(self) -> None:
        self._threads: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()
        self._error: BaseException | None = None
        self.failed = threading.Event()

    @property
    def error(self) -> BaseException | None:
        """The first error, if any."""
        return self._error

    def start(self, name: str, body: Callable[[], None]) -> None:
        """Run ``body`` on a thread of its own; names are used once.

        Any thread may ask for another.
        """

        def run() -> None:
            try:
                body()
            except BaseException as error:  # noqa: BLE001 - top of a thread: the runner raises it
                self._note(error)

        thread = threading.Thread(target=run, name=f"mocapbridge {name}", daemon=True)
        with self._lock:
            self._threads[name] = thread
        thread.start()

    def working(self) -> bool:
        """Whether any thread still runs."""
        return any(thread.is_alive() for thread in self._started().values())

    def join(self, within_s: float) -> list[str]:
        """Wait until all threads have ended.

        Args:
            within_s: the longest to wait, all together [s].

        Returns:
            Names of the threads that have not ended.
        """
        deadline_s = time.monotonic() + within_s
        threads = self._started()
        for thread in threads.values():
            thread.join(max(0.0, deadline_s - time.monotonic()))
        return [name for name, thread in threads.items() if thread.is_alive()]

    def _started(self) -> dict[str, threading.Thread]:
        with self._lock:
            return dict(self._threads)

    def _note(self, error: BaseException) -> None:
        with self._lock:
            if self._error is None:
                self._error = error
            else:
                _log.debug("a later error, after %r", self._error, exc_info=error)
        self.failed.set()
