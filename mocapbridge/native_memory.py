"""Memory that native libraries freed and the process still holds."""

from __future__ import annotations

import ctypes
import sys


def give_back_native_memory() -> None:
    """Hand freed memory back to the system, where the C library keeps it for later (glibc).

    Each thread of MediaPipe leaves an arena of its own behind: 130 MB that no other thread uses
    again. Elsewhere nothing happens: other C libraries keep less, and have no such call.
    """
    if not sys.platform.startswith("linux"):
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:  # musl has none
        trim(0)
