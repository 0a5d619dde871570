"""One part through frames in which it is seen and frames in which it is not."""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.filters.loss import LOST, TRACKED, LossPolicy, Standing
from mocapbridge.types import Float64Array, TrackState

RETURN_NS: Final = 100_000_000
"""A part that was held comes back within this long at most, instead of jumping [ns]."""


class PartTrack:
    """Remembers when a part was last seen and how it comes back to sight.

    Times are nanoseconds on any clock that never runs backwards.
    """

    def __init__(self, columns: slice, policy: LossPolicy) -> None:
        self.columns = columns
        self._policy = policy
        self._origin = np.zeros((3, columns.stop - columns.start))
        self.forget()

    def forget(self) -> None:
        """As if the part had never been seen."""
        self.standing: Standing = LOST
        self.held_outliers = 0
        """Frames in a row that the outlier gate refused."""
        self._seen_ns: int | None = None
        self._return_ns = 0
        self._returned = 1.0

    def unseen_ns(self, now_ns: int) -> int | None:
        """Time since the part was last seen [ns]; None when it never was."""
        return None if self._seen_ns is None else now_ns - self._seen_ns

    def miss(self, now_ns: int) -> None:
        """The part is not seen in this frame."""
        unseen_ns = self.unseen_ns(now_ns)
        self.standing = LOST if unseen_ns is None else self._policy.standing(unseen_ns)

    def see(self, now_ns: int) -> None:
        """The part is seen in this frame."""
        self.standing = TRACKED
        self.held_outliers = 0
        self._seen_ns = now_ns

    def begin_return(self, shown: Float64Array, missed_ns: int) -> None:
        """Come back from what is shown (3, all columns) as quickly as the part was missed.

        To be called before ``see``. A part that was lost is there at once; one that is seen
        without a break goes on as it was.
        """
        if self.standing.state is TrackState.LOST:
            self.end_return()
        elif missed_ns > 0 and self.standing.state is not TrackState.TRACKED:
            np.copyto(self._origin, shown[:, self.columns])
            self._return_ns = min(missed_ns, RETURN_NS)
            self._returned = 0.0

    def end_return(self) -> None:
        """Be there at once."""
        self._returned = 1.0

    def advance_return(self, frame_ns: int) -> None:
        """A frame's time has passed in which the part was seen."""
        if self._returned < 1.0:
            self._returned = min(1.0, self._returned + frame_ns / self._return_ns)

    def blend(self, shown: Float64Array) -> None:
        """Pull what is shown (3, all columns) towards where the part came back from, in place."""
        if self._returned < 1.0:
            shown = shown[:, self.columns]
            shown -= self._origin
            shown *= self._returned
            shown += self._origin
