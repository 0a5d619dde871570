"""Recording a take: a journal that survives anything, packed when the take is finished."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np

from mocapbridge import __version__
from mocapbridge.clock import RunAnchor
from mocapbridge.errors import TakeUnwritable
from mocapbridge.takes.journal import Journal
from mocapbridge.takes.names import packed_path, packing_path, put_in_place
from mocapbridge.takes.pack import FramePacker
from mocapbridge.takes.packed_writer import PackedWriter
from mocapbridge.takes.records import AnchorRecord, CameraRecord, TakeHeader
from mocapbridge.timecode import TimeCode
from mocapbridge.types import Float32Array, Landmarks, MocapFrame, StreamInfo

logger = logging.getLogger(__name__)


def make_header(  # noqa: PLR0913 - what a header says of a run, each by its name
    info: StreamInfo,
    *,
    source: str,
    anchor: RunAnchor,
    config: Mapping[str, Any],
    camera: CameraRecord | None = None,
    models: Mapping[str, str] | None = None,
    calibration: Mapping[str, Any] | None = None,
) -> TakeHeader:
    """The first line of a take.

    Args:
        info: subject, rate and rest pose of the run.
        source: ``VideoFrame.source_id``.
        anchor: ties the frames' times to the wall clock.
        config: the effective configuration as plain values (``msgspec.to_builtins``).
        camera: how the camera stood, as far as it is known.
        models: versions and origins of what tracked.
        calibration: the performer's calibration profile as plain values, when there is one.
    """
    created = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(
        microseconds=anchor.unix_ns // 1000
    )
    return TakeHeader(
        app_version=__version__,
        subject=info.subject,
        source=source,
        created=created.isoformat(timespec="milliseconds"),
        timecode=str(TimeCode(info.frame_rate, anchor).label(anchor.monotonic_ns)),
        anchor=AnchorRecord(monotonic_ns=anchor.monotonic_ns, unix_ns=anchor.unix_ns),
        frame_rate=info.frame_rate,
        face_source=info.face_source,
        rest_positions_m=rest_record(info.rest_positions_m),
        config=dict(config),
        camera=camera,
        models=dict(models or {}),
        calibration=None if calibration is None else dict(calibration),
    )


def rest_record(rest_positions_m: Float32Array) -> list[tuple[float, float, float]]:
    """Joint positions ``(55, 3)`` as a header has them."""
    return [(x, y, z) for x, y, z in np.round(rest_positions_m, 6).tolist()]


class TakeWriter:
    """One take being recorded, used by one thread at a time.

    While it is recorded, its file is the journal: whole lines, whatever happens. The packed file
    grows beside it and takes its place when the take is finished. Where that fails, for example
    because the disk is full, the journal stays and is the take.
    """

    path: Path
    """The file that holds the take: the journal, after ``close`` the packed file."""

    def __init__(self, folder: Path, slate: str, header: TakeHeader) -> None:
        """Create the files and write the header.

        Args:
            folder: where takes go; created when missing.
            slate: first part of the name; the number is found.
            header: from ``make_header``.

        Raises:
            TakeUnwritable: the name is not allowed, or the folder cannot be written to.
        """
        self._packer = FramePacker()
        self._journal = Journal(folder, slate, header)
        self.path = self._journal.path
        self._packed: PackedWriter | None = None
        try:
            self._packed = PackedWriter(packing_path(self.path), header)
        except OSError as error:
            self._leave_unpacked(error)

    @property
    def frames(self) -> int:
        """Frames written so far."""
        return self._journal.frames

    @property
    def rejected_parts(self) -> int:
        """Parts whose numbers were not finite, recorded as lost."""
        return self._packer.rejected_parts

    def write(self, landmarks: Landmarks, motion: MocapFrame) -> None:
        """Append one frame.

        Args:
            landmarks: raw landmarks, as tracking gave them; a segmentation mask is left out.
            motion: what was solved from them.

        Raises:
            TakeUnwritable: the disk is full or gone, now or at an earlier call; what was written
                before stays readable.
            ValueError: the two are not of the same frame.
        """
        packed = self._packer.pack(landmarks, motion)
        try:
            self._journal.write(packed)
        except TakeUnwritable:
            self._abandon_packing()
            raise
        if self._packed is not None:
            try:
                self._packed.add(packed)
            except OSError as error:
                self._leave_unpacked(error)

    def flush_if_due(self, now_ns: int) -> bool:
        """Force what was written to the disk, when that is due; call it several times a second.

        Args:
            now_ns: the monotonic clock [ns].

        Returns:
            Whether it was due.

        Raises:
            TakeUnwritable: the disk is full or gone.
        """
        try:
            return self._journal.flush_if_due(now_ns)
        except TakeUnwritable:
            self._abandon_packing()
            raise

    def close(self) -> None:
        """Finish the take and let its files go. May be called twice.

        Raises:
            TakeUnwritable: the footer cannot be written; the frames before it stay readable.
        """
        try:
            self._journal.close(self.rejected_parts)
        except TakeUnwritable:
            self._abandon_packing()
            raise
        packed, self._packed = self._packed, None
        if packed is None:
            return
        finished = packed_path(self.path)
        try:
            packed.finish(self.rejected_parts)
            put_in_place(packing_path(self.path), finished)
        except OSError as error:
            self._packed = packed
            self._leave_unpacked(error)
            return
        self.path.unlink(missing_ok=True)
        self.path = finished

    def _leave_unpacked(self, error: OSError) -> None:
        logger.warning(
            "the take stays as it was recorded, larger but whole: it cannot be packed (%s: %s)",
            error.strerror or error,
            self.path,
        )
        self._abandon_packing()

    def _abandon_packing(self) -> None:
        if self._packed is not None:
            self._packed.abandon()
            self._packed = None
