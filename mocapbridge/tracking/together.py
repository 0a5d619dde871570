"""Runs the networks of a frame side by side, and keeps account of what runs beside them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple, Protocol


class Accounted(Protocol):
    """A network that says how much processor time its calls took on the caller's thread."""

    cpu_s: float


class Job(NamedTuple):
    """Something to do with a network."""

    network: Accounted
    """Used by nobody else meanwhile."""
    call: Callable[[], Any]


class Finished(NamedTuple):
    """What came of a job."""

    result: Any
    own_cpu_s: float
    """Processor time spent on anything but the network [s]."""


class Together:
    """Threads for networks; each network releases the GIL while it infers."""

    def __init__(self, threads: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"mocapbridge-{name}")

    def start(self, job: Job) -> Future[Finished]:
        """Begin one job; jobs begin in this order as threads are free."""
        return self._pool.submit(_run, job)

    def start_all(self, jobs: Mapping[str, Job]) -> dict[str, Future[Finished]]:
        """Begin several jobs."""
        return {name: self.start(job) for name, job in jobs.items()}

    def close(self) -> None:
        """Let the threads go when they have finished what was started."""
        self._pool.shutdown(wait=True)


def _run(job: Job) -> Finished:
    started_s, in_network_s = time.thread_time(), job.network.cpu_s
    result = job.call()
    took_s = time.thread_time() - started_s
    return Finished(result, took_s - (job.network.cpu_s - in_network_s))
