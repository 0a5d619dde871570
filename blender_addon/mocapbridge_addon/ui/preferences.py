# SPDX-License-Identifier: GPL-3.0-or-later
"""The add-on's preferences: where to listen and to whom."""

from pathlib import Path

import bpy
from bpy.props import BoolProperty, IntProperty, StringProperty

from ..control.request import CONTROL_PORT
from ..receive.receiver import LOOPBACK, VMC_PORT, Ports
from ..wire.link import DEFAULT_PORT

_PACKAGE = __package__.rpartition(".")[0]


class MocapPreferences(bpy.types.AddonPreferences):
    """Shown in Blender's preferences and, in short, in the sidebar."""

    bl_idname = _PACKAGE

    host: StringProperty(
        name="Listen on",
        description="Address of this computer to listen on. 127.0.0.1 hears this computer alone, "
        "0.0.0.0 hears the network",
        default=LOOPBACK,
    )
    sender: StringProperty(
        name="Accept from",
        description="Address or name of the computer that sends; empty accepts every sender",
        default=LOOPBACK,
    )
    use_link: BoolProperty(
        name="mocapbridge", description="Listen for mocapbridge's own link", default=True
    )
    link_port: IntProperty(
        name="Port",
        description="UDP port of the link; the same number as in mocapbridge's configuration",
        default=DEFAULT_PORT,
        min=1,
        max=65535,
    )
    use_vmc: BoolProperty(
        name="VMC", description="Listen for programs that send the VMC protocol", default=False
    )
    vmc_port: IntProperty(
        name="Port",
        description="UDP port for VMC; 39539 is what senders use unless told otherwise",
        default=VMC_PORT,
        min=1,
        max=65535,
    )
    tick_hz: IntProperty(
        name="Updates per second",
        description="How often the scene is moved",
        default=60,
        min=1,
        max=240,
    )

    control_port: IntProperty(
        name="Control port",
        description="UDP port on which mocapbridge takes commands over OSC; control.osc_port in "
        "its configuration",
        default=CONTROL_PORT,
        min=1,
        max=65535,
    )
    mappings_folder: StringProperty(
        name="Bone lists",
        description="Folder in which bone lists are saved and looked for",
        subtype="DIR_PATH",
        default="",
    )

    def draw(self, context: bpy.types.Context) -> None:
        """Lay the preferences out."""
        del context
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "host")
        layout.prop(self, "sender")
        for use, port in (("use_link", "link_port"), ("use_vmc", "vmc_port")):
            row = layout.row(align=True)
            row.prop(self, use)
            row.prop(self, port)
        layout.prop(self, "tick_hz")
        layout.prop(self, "control_port")
        layout.prop(self, "mappings_folder")


def preferences(context: bpy.types.Context) -> MocapPreferences | None:
    """The add-on's preferences; None while it is not enabled as an add-on."""
    addon = context.preferences.addons.get(_PACKAGE)
    return None if addon is None else addon.preferences


def ports(context: bpy.types.Context) -> Ports:
    """Where to listen, as set."""
    own = preferences(context)
    if own is None:
        return Ports()
    return Ports(
        host=own.host,
        link_port=own.link_port if own.use_link else None,
        vmc_port=own.vmc_port if own.use_vmc else None,
        sender=own.sender,
    )


def control_address(context: bpy.types.Context) -> tuple[str, int]:
    """Where the sending mocapbridge takes commands: on the computer that is accepted from."""
    own = preferences(context)
    if own is None:
        return LOOPBACK, CONTROL_PORT
    return own.sender or LOOPBACK, own.control_port


def mappings_folder(context: bpy.types.Context) -> str:
    """Where bone lists are; the user's home when nothing is set."""
    own = preferences(context)
    chosen = own.mappings_folder if own is not None else ""
    return bpy.path.abspath(chosen) if chosen else str(Path.home())


def register() -> None:
    """Add them to Blender."""
    bpy.utils.register_class(MocapPreferences)


def unregister() -> None:
    """Take them away."""
    bpy.utils.unregister_class(MocapPreferences)
