"""The filter stage: raw landmarks in, finite, gated, smoothed landmarks out."""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.clock import NS_PER_S
from mocapbridge.filters import layout
from mocapbridge.filters.intake import Intake
from mocapbridge.filters.loss import LossPolicy
from mocapbridge.filters.one_euro import MIN_DT_S
from mocapbridge.filters.options import FilterOptions
from mocapbridge.filters.outlet import LastSeen, Outlet
from mocapbridge.filters.outliers import MOST_HELD_FRAMES, OutlierGate
from mocapbridge.filters.part_track import PartTrack
from mocapbridge.filters.presets import chosen, configured
from mocapbridge.filters.scale import SpeedScale
from mocapbridge.types import Float64Array, Landmarks, SmoothedLandmarks

FRESH_START_NS: Final = 250_000_000
"""A part that was not seen for longer than this starts anew: where it was and how quickly it moved
says nothing any more. As long as the longest step the filter believes in [ns]."""


class Smoother:
    """Filters the landmarks of one run, frame by frame, on one thread.

    Every part (body, face, each hand) goes its own way: it is smoothed while it is tracked, held
    for a frame or two when it jumps further than a person can move, and held, eased and lost when
    it is not seen. What comes out is finite whatever comes in; its arrays are read-only and never
    written again, so they may be kept and read from other threads. The segmentation mask passes
    untouched.

    Times are those of the frames. A new segment, source or picture size starts everything anew.
    Duplicate and backward timestamps count as the shortest step for the filter and as no time for
    the loss policy.
    """

    def __init__(self, options: FilterOptions) -> None:
        self._enabled = options.enabled
        self._gated = options.enabled and options.outlier_gate
        self._intake = Intake()
        self._scale = SpeedScale()
        self._gate = OutlierGate()
        self._one_euro = configured(chosen(options))
        policy = LossPolicy(options.loss)
        self._tracks = tuple(PartTrack(columns, policy) for columns in layout.PART_COLUMNS)
        self._accepted = np.zeros((3, layout.COLUMN_COUNT))
        self._shown = np.zeros((3, layout.COLUMN_COUNT))
        self._dt_s = np.full(layout.COLUMN_COUNT, MIN_DT_S)
        self._now_ns = 0
        self._frame_ns = 0
        self._previous: Landmarks | None = None
        self._seen = LastSeen()
        self._outlet = Outlet((1, 1))
        self._outliers_held = 0
        self._resets = 0

    @property
    def counters(self) -> dict[str, int]:
        """What was repaired so far.

        ``nan_rejected``: parts refused for numbers that are not finite, beyond all bounds or of the
        wrong count, one per part and frame. ``outliers_held``: parts held because they jumped, one
        per part and frame. ``resets``: breaks in continuity after which everything started anew.
        """
        return {
            "nan_rejected": self._intake.rejected,
            "outliers_held": self._outliers_held,
            "resets": self._resets,
        }

    def filter(self, landmarks: Landmarks) -> SmoothedLandmarks:
        """One frame; frames come in order."""
        self._advance(landmarks)
        usable = self._intake.load(landmarks)
        if self._enabled:
            self._scale.measure(self._intake.columns)
        if self._gated:
            self._gate.measure(self._intake.columns, self._accepted, self._scale.metres_per_unit)
        for part in layout.Part:
            if usable[part] and self._admit(part):
                self._seen.take(part, landmarks)
            else:
                self._leave_out(part)
        self._smooth()
        pose, face, left, right = self._tracks
        return self._outlet.emit(
            landmarks,
            self._shown,
            (pose.standing, face.standing, left.standing, right.standing),
            self._seen,
        )

    def _advance(self, landmarks: Landmarks) -> None:
        """Let the time pass since the previous frame, or start anew."""
        previous, self._previous = self._previous, landmarks
        if previous is None or _continuity(previous) != _continuity(landmarks):
            self._resets += previous is not None
            self._start_anew(landmarks)
            self._frame_ns = 0
            return
        self._frame_ns = max(0, landmarks.capture_time_ns - previous.capture_time_ns)
        self._now_ns += self._frame_ns

    def _start_anew(self, landmarks: Landmarks) -> None:
        blank = _blank()
        self._one_euro.start(slice(None), blank)
        self._shown[:] = blank
        self._seen = LastSeen()
        self._outlet = Outlet(landmarks.image_size_px)
        for track in self._tracks:
            track.forget()

    def _admit(self, part: layout.Part) -> bool:
        """Let a part's measurement into the filter, unless it is taken for an outlier."""
        track = self._tracks[part]
        values = self._intake.columns[:, track.columns]
        unseen_ns = track.unseen_ns(self._now_ns)
        fresh = unseen_ns is None or unseen_ns > FRESH_START_NS
        unseen_s = MIN_DT_S if unseen_ns is None else max(unseen_ns / NS_PER_S, MIN_DT_S)
        cut = not fresh and self._gated and self._gate.is_outlier(part, unseen_s)
        if cut and track.held_outliers < MOST_HELD_FRAMES:
            track.held_outliers += 1
            self._outliers_held += 1
            return False
        if fresh or cut:
            self._one_euro.start(track.columns, values)
        if cut or not self._enabled:
            track.end_return()
        else:
            track.begin_return(self._shown, (unseen_ns or 0) - self._frame_ns)
            track.advance_return(self._frame_ns)
        self._dt_s[track.columns] = unseen_s
        self._accepted[:, track.columns] = values
        track.see(self._now_ns)
        return True

    def _leave_out(self, part: layout.Part) -> None:
        """Keep a part where it is: the filter is fed what it last put out."""
        track = self._tracks[part]
        track.miss(self._now_ns)
        self._intake.columns[:, track.columns] = self._one_euro.value[:, track.columns]

    def _smooth(self) -> None:
        if self._enabled:
            self._one_euro.step(self._intake.columns, self._dt_s, self._scale.metres_per_unit)
        else:
            self._one_euro.start(slice(None), self._intake.columns)
        np.copyto(self._shown, self._one_euro.value)
        for track in self._tracks:
            track.blend(self._shown)
        hold = self._tracks[layout.Part.FACE].standing.hold
        if hold < 1.0:
            self._shown[:, layout.BLENDSHAPES] *= hold


def _continuity(landmarks: Landmarks) -> tuple[int, str, tuple[int, int]]:
    """What must stay the same from frame to frame for the filters to go on."""
    return landmarks.segment, landmarks.source_id, landmarks.image_size_px


def _blank() -> Float64Array:
    """Columns of which nothing is known: zeros, and a head that faces the camera."""
    columns = np.zeros((3, layout.COLUMN_COUNT))
    columns[:, layout.HEAD_AXES] = np.eye(3)
    return columns
