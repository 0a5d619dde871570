"""The file of a take being recorded: a line per frame, on disk within a second, readable always."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import shutil
from pathlib import Path
from typing import Final

import msgspec

from mocapbridge.clock import NS_PER_S
from mocapbridge.errors import TakeUnwritable
from mocapbridge.takes.lines import record_of
from mocapbridge.takes.names import create_take_file
from mocapbridge.takes.packed_frame import PackedFrame
from mocapbridge.takes.recorded_now import mark_recorded_now
from mocapbridge.takes.records import FrameRecord, TakeFooter, TakeHeader

logger = logging.getLogger(__name__)

FLUSH_INTERVAL_NS: Final = NS_PER_S // 2
"""How often written frames are forced to the disk: twice as often as promised, as a disk that is
busy may take a while."""

LOW_DISK_BYTES: Final = 500_000_000
"""Free space below which a warning is given."""
LOW_DISK_S: Final = 300.0
"""A warning is also given when the disk lasts less than this at the pace of the recording [s]."""
_PACKED_SHARE: Final = 0.3
"""While it is recorded, a take is also packed, into that share of the journal's size."""

_DISK_CHECK_NS: Final = 10 * NS_PER_S
_LINE_BYTES: Final = 16_384


class Journal:
    """Lines of one take, used by one thread at a time.

    Every frame is handed to the operating system at once, so a killed process loses at most the
    line it was writing; ``flush_if_due`` forces it to the disk, so that a power cut loses less than
    a second. A write that fails leaves a file of whole lines.
    """

    path: Path
    """The file."""
    frames: int
    """Frames written so far."""

    def __init__(self, folder: Path, slate: str, header: TakeHeader) -> None:
        """Create the file and write the header.

        Args:
            folder: where takes go; created when missing.
            slate: first part of the name; the number is found.
            header: from ``make_header``.

        Raises:
            TakeUnwritable: the name is not allowed, or the folder cannot be written to.
        """
        self.frames = 0
        self._source = header.source
        self._encoder = msgspec.json.Encoder()
        self._line = bytearray(_LINE_BYTES)
        self._good_bytes = 0
        self._unflushed = False
        self._flushed_ns: int | None = None
        self._begun_ns: int | None = None
        self._disk_checked_ns = 0
        self._low_disk_told = False
        self.path, self._file = create_take_file(folder, slate)
        mark_recorded_now(self._file)
        self._append(header)
        self._sync()
        _sync_folder(folder)
        self._warn_if_disk_low(0)

    def write(self, packed: PackedFrame) -> None:
        """Append one frame.

        Raises:
            TakeUnwritable: the disk is full or gone, now or at an earlier call; what was written
                before stays readable.
        """
        self._append(record_of(packed, self._source))
        self.frames += 1

    def flush_if_due(self, now_ns: int) -> bool:
        """Force what was written to the disk, when that is due; call it several times a second.

        Args:
            now_ns: the monotonic clock [ns].

        Returns:
            Whether it was due.

        Raises:
            TakeUnwritable: the disk is full or gone.
        """
        if self._flushed_ns is None:
            self._begun_ns = self._flushed_ns = self._disk_checked_ns = now_ns
        if not self._unflushed or now_ns - self._flushed_ns < FLUSH_INTERVAL_NS:
            return False
        self._sync()
        self._flushed_ns = now_ns
        if now_ns - self._disk_checked_ns >= _DISK_CHECK_NS:
            self._disk_checked_ns = now_ns
            self._warn_if_disk_low(now_ns)
        return True

    def close(self, rejected_parts: int) -> None:
        """Write the footer and let the file go. May be called twice.

        Args:
            rejected_parts: as in ``TakeFooter``.

        Raises:
            TakeUnwritable: the footer cannot be written; the frames before it stay readable.
        """
        if self._file.closed:
            return
        try:
            self._append(TakeFooter(frames=self.frames, rejected_parts=rejected_parts))
            self._sync()
        finally:
            self._file.close()

    def _append(self, line: TakeHeader | FrameRecord | TakeFooter) -> None:
        if self._file.closed:
            raise TakeUnwritable(f"this take is closed: begin another ({self.path})")
        self._encoder.encode_into(line, self._line)
        self._line += b"\n"
        rest = memoryview(self._line)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            self._give_up(error)
        finally:
            rest.release()
        self._good_bytes += len(self._line)
        self._unflushed = True

    def _sync(self) -> None:
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            self._give_up(error)
        self._unflushed = False

    def _give_up(self, error: OSError) -> None:
        """Leave a file of whole lines, or none, and say why."""
        with contextlib.suppress(OSError):  # a torn last line is no obstacle to reading the take
            self._file.truncate(self._good_bytes)
        self._file.close()
        if not self._good_bytes:
            self.path.unlink(missing_ok=True)
        raise TakeUnwritable(
            f"recording stopped after {self.frames} frames: {error.strerror or error}; "
            f"what was recorded is kept, free some space or choose another folder ({self.path})"
        ) from error

    def _warn_if_disk_low(self, now_ns: int) -> None:
        if self._low_disk_told:
            return
        try:
            free_bytes = shutil.disk_usage(self.path.parent).free
        except OSError as error:  # a disk that is gone is reported by the next write
            logger.debug("cannot ask for free space: %s (%s)", error, self.path.parent)
            return
        left_s = self._lasts_s(free_bytes, now_ns)
        if free_bytes < LOW_DISK_BYTES or left_s < LOW_DISK_S:
            self._low_disk_told = True
            logger.warning(
                "disk nearly full: %d MB left for takes%s (%s)",
                free_bytes // 1_000_000,
                f", {left_s / 60:.0f} minutes" if math.isfinite(left_s) else "",
                self.path.parent,
            )

    def _lasts_s(self, free_bytes: int, now_ns: int) -> float:
        """How long the disk lasts when recording goes on as it did; infinite before it is known."""
        begun_ns = self._begun_ns
        if begun_ns is None or now_ns <= begun_ns:
            return math.inf
        written_bytes = self._good_bytes * (1.0 + _PACKED_SHARE)
        return free_bytes * (now_ns - begun_ns) / 1e9 / written_bytes


def _sync_folder(folder: Path) -> None:
    """Force the new file's name to the disk, where the system knows how (POSIX)."""
    if os.name != "posix":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:  # some network file systems cannot; the file itself is safe
        logger.debug("cannot flush the folder: %s (%s)", error, folder)
