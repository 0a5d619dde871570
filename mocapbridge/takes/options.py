"""What a configuration may say of recording."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct


class RecordOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Recording of takes."""

    enabled: bool = False
    """Record from the first frame on, as `--record` does."""
    folder: str | None = None
    """Where takes go; ``Documents/mocapbridge`` of the user when left out."""
    # The pattern is for editors alone: names.slate_problem says better what is wrong.
    slate: Annotated[
        str, Meta(extra_json_schema={"pattern": "^[A-Za-z0-9_][A-Za-z0-9._-]{0,79}$"})
    ] = "take"
    """First part of a take's name: up to 80 letters, digits, dots, dashes and underscores."""
    pre_roll_s: Annotated[float, Meta(ge=0.0, le=60.0)] = 1.0
    """A take begun during the run also holds what came this long before."""
    reference_video: bool = False
    """Keep the pictures as well, in a video beside each take. Mind the privacy of who is filmed."""
