"""Which file ending means which format, and the writing of one take in several of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from mocapbridge.errors import ConfigError
from mocapbridge.export.blender import write_with_blender
from mocapbridge.export.bvh import write_bvh
from mocapbridge.export.c3d import write_c3d
from mocapbridge.export.clip import Clip
from mocapbridge.export.from_take import clip_from_take
from mocapbridge.export.glb import write_glb
from mocapbridge.export.json_file import write_json
from mocapbridge.export.live_link_csv import write_live_link_csv
from mocapbridge.export.new_file import check_free, new_file
from mocapbridge.export.npz import write_npz
from mocapbridge.export.options import ExportOptions, Progress
from mocapbridge.export.resample import resampled
from mocapbridge.export.trc import write_trc
from mocapbridge.export.vrma import write_vrma

Writer: TypeAlias = Callable[[Clip, Path, ExportOptions, Progress], None]

Report: TypeAlias = Callable[[str, float], None]
"""Takes what is being done and the part of it that is done, 0 to 1."""


class Format(NamedTuple):
    """How to write one kind of file."""

    write: Writer
    even: bool
    """Whether it needs evenly spaced frames."""
    landmarks: bool = False
    """Whether it holds what tracking saw, too."""


FORMATS: Final[dict[str, Format]] = {
    ".bvh": Format(write_bvh, even=True),
    ".c3d": Format(write_c3d, even=True),
    ".csv": Format(write_live_link_csv, even=False),
    ".fbx": Format(write_with_blender, even=True),
    ".glb": Format(write_glb, even=False),
    ".json": Format(write_json, even=False, landmarks=True),
    ".npz": Format(write_npz, even=False, landmarks=True),
    ".trc": Format(write_trc, even=True),
    ".usd": Format(write_with_blender, even=True),
    ".usda": Format(write_with_blender, even=True),
    ".usdc": Format(write_with_blender, even=True),
    ".usdz": Format(write_with_blender, even=True),
    ".vrma": Format(write_vrma, even=False),
}
"""By ending, in lower case."""


def format_of(path: Path) -> Format:
    """The format that a file's ending means.

    Raises:
        ConfigError: it means none; the message lists those that do.
    """
    ending = path.suffix.lower()
    if ending in FORMATS:
        return FORMATS[ending]
    near = get_close_matches(ending, FORMATS, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise ConfigError(
        f"no format has the ending {ending!r}; valid: {', '.join(FORMATS)}{hint} ({path})"
    )


def export_take(
    take: Path, targets: Sequence[Path], options: ExportOptions, *, force: bool, report: Report
) -> Clip:
    """Write a take to several files.

    Whatever cannot be done is said before the take is read, where that can be known.

    Args:
        take: the take.
        targets: the files, each in the format of its ending.
        options: choices.
        force: whether existing files are replaced.
        report: told what is being done.

    Returns:
        The take as it was read.

    Raises:
        ConfigError: an ending means no format, or a file is named twice.
        TakeUnreadable: the take is none, damaged or empty.
        TakeUnwritable: a file is there already, or cannot be written.
        TakeError: a format cannot hold the take, or a program that it needs is missing.
    """
    formats = [format_of(target) for target in targets]
    resolved = [target.resolve() for target in targets]
    for position, target in enumerate(resolved):
        if target in resolved[:position]:
            raise ConfigError(f"the file is named twice: {target}")
        if target == take.resolve():
            raise ConfigError(f"a take cannot be exported onto itself: {target}")
        check_free(target, force=force)
    landmarks = any(each.landmarks for each in formats)
    clip = clip_from_take(
        take, with_landmarks=landmarks, progress=partial(report, f"reading {take.name}")
    )
    captured = clip if options.frame_rate is None else resampled(clip, options.frame_rate)
    even: Clip | None = None
    for target, form in zip(targets, formats, strict=True):
        if form.even and even is None:
            even = resampled(captured, options.frame_rate or clip.frame_rate)
        rows = even if form.even and even is not None else captured
        with new_file(target, force=force) as path:
            form.write(rows, path, options, partial(report, f"writing {target.name}"))
    return clip
