# SPDX-License-Identifier: GPL-3.0-or-later
"""What is switched on and off with the add-on, in this order and back."""

from __future__ import annotations

from .scene import live, properties, recording, recording_settings
from .ui import (
    camera_operator,
    character_panels,
    control_operators,
    import_operator,
    mapping_operators,
    operators,
    panels,
    preferences,
    record_operators,
    record_panel,
)

_PARTS = (
    properties,
    recording_settings,
    preferences,
    operators,
    camera_operator,
    mapping_operators,
    control_operators,
    import_operator,
    record_operators,
    panels,
    character_panels,
    record_panel,
    live,
    recording,
)


def register() -> None:
    """Switch everything on."""
    for part in _PARTS:
        part.register()


def unregister() -> None:
    """Switch everything off: no thread, socket, timer or handler stays."""
    for part in reversed(_PARTS):
        part.unregister()
