"""Every error mocapbridge raises: one leaf for each thing a user would do differently.

::

    MocapBridgeError                       exit 1
     +-- ConfigError                       exit 2   mend the file, line and key that are named
     +-- SourceError                       exit 3
     |    +-- SourceUnavailable                     plug in, free or name another source
     |    +-- SourceUnreadable                      the footage itself is broken: use another file
     |    +-- SourceLost                            (handled by the pipeline: it reopens the source)
     |    +-- PerformerUnseen                       stand in front of the camera as the message says
     +-- ModelError                        exit 4
     |    +-- ModelMissing                          get the model: the message gives the three ways
     |    +-- ModelCorrupt                          delete the file that is named and pull again
     |    +-- TrackerUnavailable                    mend the mediapipe installation
     +-- OutputError                       exit 5
     |    +-- OutputUnavailable                     choose another port or host
     |    +-- OutputFailed                          (handled by the pipeline: counted, retried)
     |         +-- OutputUnheard                    start the receiver: what was sent did leave
     +-- CommandRefused                    exit 2   send another command, or this one later
     +-- TakeError                         exit 6
          +-- TakeUnwritable                        free disk space, choose another folder or name
          +-- TakeUnreadable                        the file is no take, or a newer version's

A message says what happened, where, what is valid and what to do next. Errors are raised once and
handled once: by the pipeline where the run can go on, else by the command line, which prints one
line and returns ``exit_code``. Wire codecs are copied into other programs and bring their own.
"""

from __future__ import annotations

from typing import ClassVar


class MocapBridgeError(Exception):
    """Base of everything a caller of mocapbridge may want to catch."""

    exit_code: ClassVar[int] = 1


class ConfigError(MocapBridgeError):
    """A configuration or command line that cannot mean anything.

    Example scenarios: unknown key, wrong type, two settings that exclude each other, no such file.
    """

    exit_code = 2


class SourceError(MocapBridgeError):
    """Something about the camera or footage."""

    exit_code = 3


class SourceUnavailable(SourceError):
    """The source cannot be opened: no such camera or file, busy device, refused connection."""


class SourceUnreadable(SourceError):
    """The source opens but holds nothing that can be decoded: empty, truncated, zero frames."""


class SourceLost(SourceError):
    """A live source that was delivering has stopped: unplugged, stalled, connection gone."""


class PerformerUnseen(SourceError):
    """The source works, but shows nobody the way a calibration needs it."""


class ModelError(MocapBridgeError):
    """Something about the model bundles or the inference library."""

    exit_code = 4


class ModelMissing(ModelError):
    """A model bundle is nowhere to be had: not on disk, not from the network."""


class ModelCorrupt(ModelError):
    """A model bundle is there but its bytes are not the pinned ones."""


class TrackerUnavailable(ModelError):
    """The inference library cannot be loaded or refuses a model."""


class OutputError(MocapBridgeError):
    """Something about where the motion is sent."""

    exit_code = 5


class OutputUnavailable(OutputError):
    """An output cannot start: port in use, host unknown, address not of this machine."""


class OutputFailed(OutputError):
    """One frame could not be sent; the output goes on with the next."""


class OutputUnheard(OutputFailed):
    """What was sent left this machine, but nothing listens at the far end yet."""

    def __init__(self, message: str, packets: int = 0) -> None:
        super().__init__(message)
        self.packets = packets
        """How many packets left in spite of it."""


class CommandRefused(MocapBridgeError):
    """A command that a running program was sent makes no sense or cannot be carried out now."""

    exit_code = 2


class TakeError(MocapBridgeError):
    """Something about a recorded take."""

    exit_code = 6


class TakeUnwritable(TakeError):
    """A take cannot be written: disk full, folder read-only, name not allowed."""


class TakeUnreadable(TakeError):
    """A file is not a take, or is one of a version this program does not know."""
