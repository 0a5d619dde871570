"""What the joints and blendshapes of a stream are called."""

from __future__ import annotations

from typing import Final, Protocol, runtime_checkable

from mocapbridge.blendshapes import ARKIT_NAMES
from mocapbridge.skeleton import JOINT_NAMES, PARENTS
from mocapbridge.types import StreamInfo, StreamNames

OWN_NAMES: Final = StreamNames(JOINT_NAMES, PARENTS, ARKIT_NAMES)
"""The 55 joints of the humanoid and the 52 shapes of ARKit, without a mapping."""


def names_of(info: StreamInfo) -> StreamNames:
    """The names that hold for a stream."""
    return info.names or OWN_NAMES


@runtime_checkable
class Describing(Protocol):
    """An output that tells its receivers names, and so must know when a mapping changes them."""

    def describe(self, info: StreamInfo) -> None:
        """Frames from now on are those of another mapping.

        Args:
            info: ``names`` and ``rest_positions_m`` are theirs; all else is as it was.

        Raises:
            OutputFailed: the protocol cannot carry so much; frames may still be those of before.
        """
        ...
