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
from mocapbridge.export.formats import format_of
from mocapbridge.takes.names import PACKED_SUFFIX

_CRASHED: Final = 1


class ClipJob(NamedTuple):
    """One clip to solve."""

    clip: Path
    take: Path
    """What is made of it."""
    exports: tuple[Path, ...] = ()
    """Files in other formats, by their endings."""
    flags: tuple[str, ...] = ()
    """Further words for ``mocapbridge solve``."""

    @property
    def done(self) -> bool:
        """Whether everything is there."""
        return all(path.exists() for path in (self.take, *self.exports))


class ClipResult(NamedTuple):
    """What came of it."""

    clip: Path
    exit_code: int
    told: str
    """The last line that was said of it."""
    seconds: float


def jobs_of(
    clips: Sequence[Path], folder: Path, endings: Sequence[str], flags: tuple[str, ...]
) -> list[ClipJob]:
    """A job for each clip; the files are called like the clip.

    Args:
        clips: footage.
        folder: where the files go.
        endings: of other formats that are wanted, such as ``bvh``.
        flags: further words for ``mocapbridge solve``.

    Raises:
        ConfigError: an ending means no format, or two clips would make the same take.
    """
    for ending in endings:  # before hours of tracking
        format_of(Path(f"take.{ending.lstrip('.')}"))
    jobs: dict[Path, ClipJob] = {}
    for clip in clips:
        take = (folder / f"{clip.stem}{PACKED_SUFFIX}").absolute()
        if take in jobs:
            raise ConfigError(
                f"{clip} and {jobs[take].clip} would make the same take {take.name}: "
                "process them into different folders"
            )
        exports = tuple(take.with_name(f"{clip.stem}.{ending.lstrip('.')}") for ending in endings)
        jobs[take] = ClipJob(clip.absolute(), take, exports, flags)
    return list(jobs.values())


def run_job(job: ClipJob) -> ClipResult:
    """Solve and export one clip, in processes of their own; what is there already is left alone.

    Nothing is raised for what goes wrong in them.
    """
    started_s = time.monotonic()
    commands: list[list[str]] = []
    if not job.take.exists():
        commands.append(["solve", str(job.clip), "--output", str(job.take), *job.flags])
    missing = [path for path in job.exports if not path.exists()]
    if missing:
        targets = [word for path in missing for word in ("--to", str(path))]
        commands.append(["export", str(job.take), *targets])
    exit_code, told = 0, f"done before: {job.take}"
    for command in commands:
        exit_code, said = _run(command)
        if exit_code or command[0] == "solve":
            told = said
        elif len(commands) == 1:
            told = f"solved before; now {', '.join(path.name for path in missing)}"
        if exit_code:
            break
    return ClipResult(job.clip, exit_code, told, time.monotonic() - started_s)


def _run(words: list[str]) -> tuple[int, str]:
    """Exit code and last line of a command of ours."""
    ended = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "mocapbridge", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    said = ended.stdout if ended.returncode == 0 else ended.stderr
    lines = [line for line in said.splitlines() if line.strip()]
    told = lines[-1].removeprefix("mocapbridge: error: ") if lines else ""
    if ended.returncode < 0 or (ended.returncode and not told):
        more = f": {told}" if told else ""
        return _CRASHED, f"the process ended with {ended.returncode}{more}"
    return ended.returncode, told


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
