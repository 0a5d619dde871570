"""Runs the networks of one frame side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any


class Together:
    """A thread for every network; each task releases the GIL while it infers."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="mocapbridge-network")
        self.wall_s = 0.0
        """How long ``run`` has taken since this was last set to 0 [s]."""
        self.cpu_s = 0.0
        """Processor time of the jobs on their threads since then [s]."""

    def run(self, jobs: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
        """Run all jobs at once and wait for them.

        Returns:
            The jobs' results under their names.

        Raises:
            Exception: the first job's that failed, after all have ended: none may be left running
                on networks that are about to close.
        """
        started_s = time.perf_counter()
        futures = {name: self._pool.submit(_timed, job) for name, job in jobs.items()}
        wait(futures.values())
        results: dict[str, Any] = {}
        for name, future in futures.items():
            results[name], cpu_s = future.result()
            self.cpu_s += cpu_s
        self.wall_s += time.perf_counter() - started_s
        return results

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=True)


def _timed(job: Callable[[], Any]) -> tuple[Any, float]:
    started_s = time.thread_time()
    return job(), time.thread_time() - started_s
