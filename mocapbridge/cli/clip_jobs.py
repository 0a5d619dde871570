"""Clips solved by processes of their own: a crash of one is its own."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Final, NamedTuple

from mocapbridge.errors import ConfigError
from mocapbridge.takes.names import PACKED_SUFFIX

_CRASHED: Final = 1


class ClipJob(NamedTuple):
    """One clip to solve."""

    clip: Path
    take: Path
    """What is made of it."""
    flags: tuple[str, ...]
    """Further words for ``mocapbridge solve``."""


class ClipResult(NamedTuple):
    """What came of it."""

    clip: Path
    exit_code: int
    told: str
    """The last line that was said of it."""
    seconds: float


def jobs_of(clips: Sequence[Path], folder: Path, flags: tuple[str, ...]) -> list[ClipJob]:
    """A job for each clip; the take is called like the clip.

    Raises:
        ConfigError: two clips would make the same take.
    """
    jobs: dict[Path, ClipJob] = {}
    for clip in clips:
        take = (folder / f"{clip.stem}{PACKED_SUFFIX}").absolute()
        if take in jobs:
            raise ConfigError(
                f"{clip} and {jobs[take].clip} would make the same take {take.name}: "
                "process them into different folders"
            )
        jobs[take] = ClipJob(clip.absolute(), take, flags)
    return list(jobs.values())


def run_job(job: ClipJob) -> ClipResult:
    """Solve one clip, in a process of its own. Nothing is raised for what goes wrong in it."""
    started_s = time.monotonic()
    command = [sys.executable, "-m", "mocapbridge", "solve", str(job.clip)]
    command += ["--output", str(job.take), *job.flags]
    ended = subprocess.run(  # noqa: S603 - our own program
        command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False
    )
    said = ended.stdout if ended.returncode == 0 else ended.stderr
    lines = [line for line in said.splitlines() if line.strip()]
    told = lines[-1].removeprefix("mocapbridge: error: ") if lines else ""
    exit_code = ended.returncode
    if exit_code < 0 or (exit_code and not told):
        told = f"the process ended with {exit_code}" + (f": {told}" if told else "")
        exit_code = _CRASHED
    return ClipResult(job.clip, exit_code, told, time.monotonic() - started_s)


def run_here(jobs: Sequence[ClipJob], at_once: int) -> Iterator[ClipResult]:
    """Run the jobs on this machine, in the order they end.

    Args:
        jobs: the clips.
        at_once: how many processes work at a time.
    """
    with ThreadPoolExecutor(at_once) as threads:  # which only wait for processes
        waiting = [threads.submit(run_job, job) for job in jobs]
        try:
            for ended in as_completed(waiting):
                yield ended.result()
        except BaseException:  # Ctrl-C reaches the processes by itself: start no others
            threads.shutdown(wait=False, cancel_futures=True)
            raise
