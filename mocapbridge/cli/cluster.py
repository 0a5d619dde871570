"""Clips solved by the workers of a Dask scheduler. The one file that imports Dask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from mocapbridge.cli.clip_jobs import ClipJob, ClipResult, run_job
from mocapbridge.errors import ConfigError

_ANSWER_S: Final = 10
_WORKER_FAILED: Final = 1


def run_on_cluster(jobs: Sequence[ClipJob], address: str) -> Iterator[ClipResult]:
    """Hand the jobs to a scheduler, and give results in the order they come.

    Args:
        jobs: the clips; their folders must be the same for every worker.
        address: of the scheduler, ``tcp://HOST:PORT``.

    Raises:
        ConfigError: Dask is not installed, or no scheduler answers there.
    """
    try:
        import distributed
    except ImportError as error:
        raise ConfigError(
            "--cluster needs Dask: install it with `pip install mocapbridge[cluster]`"
        ) from error
    dask: Any = distributed  # has no types
    try:
        client = dask.Client(address, timeout=_ANSWER_S)
    except (OSError, TimeoutError, ValueError) as error:
        raise ConfigError(
            f"no Dask scheduler answers at {address} ({error}): start one with `dask scheduler` "
            "and workers with `dask worker ADDRESS`"
        ) from error
    with client:
        jobs_by_key = {client.submit(run_job, job, pure=False): job for job in jobs}
        for future in dask.as_completed(list(jobs_by_key)):
            error = future.exception()
            if error is None:
                yield future.result()
            else:
                told = f"the worker failed: {error}"
                yield ClipResult(jobs_by_key[future].clip, _WORKER_FAILED, told, 0.0)
