"""What other threads ask of a worker: done between two frames, so that no lock is needed."""

from __future__ import annotations

import queue
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as NotDone
from typing import Final, Generic, TypeVar

from mocapbridge.errors import CommandRefused

_WorkerT = TypeVar("_WorkerT")
_ResultT = TypeVar("_ResultT")

PATIENCE_S: Final = 2.0
"""How long one who asks waits: longer than any frame takes."""


class Errands(Generic[_WorkerT]):
    """A queue of things to do with a worker, on the worker's own thread."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[Callable[[_WorkerT], None]] = queue.SimpleQueue()

    def ask(self, action: Callable[[_WorkerT], _ResultT]) -> _ResultT:
        """Have something done on the worker's thread, and wait for it. Called from other threads.

        Raises:
            CommandRefused: the worker does not get to it, because the run starts or ends, or the
                action itself was refused.
        """
        outcome: Future[_ResultT] = Future()

        def carry_out(worker: _WorkerT) -> None:
            if not outcome.set_running_or_notify_cancel():
                return
            try:
                result = action(worker)
            except CommandRefused as error:
                outcome.set_exception(error)
            else:
                outcome.set_result(result)

        self._waiting.put(carry_out)
        try:
            return outcome.result(PATIENCE_S)
        except (NotDone, CancelledError) as error:
            outcome.cancel()
            raise CommandRefused(
                "the run is busy starting or ending: try again in a moment"
            ) from error

    def run_waiting(self, worker: _WorkerT) -> None:
        """Do what was asked for. Called by the worker."""
        while not self._waiting.empty():
            self._waiting.get()(worker)
