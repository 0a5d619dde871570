# SPDX-License-Identifier: GPL-3.0-or-later
"""What came in, and what was wrong with it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """Numbers of datagrams since the start, written by the socket's thread alone."""

    received: int = 0
    foreign: int = 0
    """From an address that is not the configured sender's: ignored unread."""
    malformed: int = 0
    """Damaged, cut, or not what they claim to be."""
    other_protocol: int = 0
    """Of another protocol: something else sends to this port."""
    other_version: int = 0
    """Of a version of the link that this add-on does not read."""
    undescribed: int = 0
    """Frames whose description has not come yet."""
    late: int = 0
    """Frames that came after a newer one, or twice."""
    rival: int = 0
    """Frames of a second sender that uses the name of a performer who is being received."""
    surplus: int = 0
    """Frames of more performers than are kept."""
    last_problem: str = ""
    """The newest reason for ``malformed``, ``other_protocol`` or ``other_version``."""
    last_foreign: str = ""
    """The newest address that was ignored."""
