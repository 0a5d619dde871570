"""Which class implements which ``type`` of the configuration.

A literal table first, then entry points (groups ``mocapbridge.source`` and ``mocapbridge.output``)
for plugins. Classes are imported only when they are used, so that a run pays for what it needs.
"""

from __future__ import annotations

import importlib
from importlib.metadata import entry_points
from typing import Final

from mocapbridge.errors import ConfigError

SOURCES: Final[dict[str, str]] = {
    "camera": "mocapbridge.sources.camera:CameraSource",
    "video": "mocapbridge.sources.video_file:VideoFileSource",
    "images": "mocapbridge.sources.images:ImageSource",
    "stream": "mocapbridge.sources.stream:StreamSource",
    "synthetic": "mocapbridge.sources.synthetic:SyntheticSource",
    "take": "mocapbridge.pipeline.replay:TakeSource",
}
"""``source.type`` -> class with the interface of ``sources.base.Source``."""

TRACKERS: Final[dict[str, str]] = {
    "composed": "mocapbridge.tracking.composed:ComposedTracker",
    "holistic": "mocapbridge.tracking.holistic:HolisticTracker",
    "synthetic": "mocapbridge.tracking.synthetic:SyntheticTracker",
}
"""``tracking.backend`` -> class with the interface of ``tracking.base.Tracker``."""

OUTPUTS: Final[dict[str, str]] = {
    "osc": "mocapbridge.outputs.osc:OscOutput",
    "zmq": "mocapbridge.outputs.zmq_pub:ZmqOutput",
    "link": "mocapbridge.outputs.link:LinkOutput",
    "vmc": "mocapbridge.outputs.vmc:VmcOutput",
    "vrchat": "mocapbridge.outputs.vrchat:VrchatOutput",
    "live_link_face": "mocapbridge.outputs.live_link_face:LiveLinkFaceOutput",
    "ifacialmocap": "mocapbridge.outputs.ifacialmocap:IFacialMocapOutput",
    "openseeface": "mocapbridge.outputs.openseeface:OpenSeeFaceOutput",
    "json_live_link": "mocapbridge.outputs.json_live_link:JsonLiveLinkOutput",
    "rokoko": "mocapbridge.outputs.rokoko:RokokoOutput",
    "websocket": "mocapbridge.outputs.websocket:WebsocketOutput",
}
"""``outputs[].type`` -> class with the interface of ``outputs.base.Output``."""


def implementation(table: dict[str, str], group: str, name: str) -> type:
    """The class registered under a name.

    Args:
        table: one of the tables above.
        group: entry-point group that plugins use, for example ``mocapbridge.output``.
        name: the ``type`` a configuration gives.

    Raises:
        ConfigError: nothing is registered under that name.
    """
    if name in table:
        module_name, _, class_name = table[name].partition(":")
        return getattr(importlib.import_module(module_name), class_name)
    for entry_point in entry_points(group=group, name=name):
        return entry_point.load()
    valid = ", ".join(sorted(table))
    raise ConfigError(f"nothing is registered as {name!r} in {group}; valid: {valid}")
