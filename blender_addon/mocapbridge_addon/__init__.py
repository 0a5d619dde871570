# SPDX-License-Identifier: GPL-3.0-or-later
"""mocapbridge for Blender: live motion on any rig, recorded as keys.

Data goes one way: ``receive`` (a socket thread, no bpy) -> inbox -> ``retarget`` and ``face``
(plain arithmetic, no bpy) -> ``scene`` (writes to Blender) -> ``ui`` (operators, panels,
preferences). Only ``scene``, ``ui`` and ``registration`` import bpy, so everything before them runs
and is tested in any Python.
"""

bl_info = {
    "name": "mocapbridge",
    "author": "The mocapbridge authors",
    "version": (0, 1, 0),
    "blender": (3, 4, 0),
    "location": "3D View > Sidebar > Mocap",
    "description": "Live motion capture on any rig, recorded as keys",
    "category": "Animation",
}


def register() -> None:
    """Blender calls this when the add-on is switched on."""
    from . import registration

    registration.register()


def unregister() -> None:
    """Blender calls this when the add-on is switched off."""
    from . import registration

    registration.unregister()
