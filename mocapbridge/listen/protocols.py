"""The protocols that can be listened to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from mocapbridge.listen.arrivals import Arrivals, UdpArrivals, WebsocketArrivals, ZmqArrivals
from mocapbridge.listen.body_readers import (
    JsonLiveLinkReader,
    LinkReader,
    MessageReader,
    RokokoReader,
)
from mocapbridge.listen.face_readers import (
    IFacialMocapReader,
    LiveLinkFaceReader,
    OpenSeeFaceReader,
)
from mocapbridge.listen.osc_readers import OscReader, VmcReader, VrchatReader
from mocapbridge.listen.readings import Reader


class Listenable(NamedTuple):
    """One protocol."""

    port: int
    """Where its receivers listen, or its servers are, by default."""
    reader: Callable[[], Reader]
    arrivals: Callable[[str, int], Arrivals] = UdpArrivals
    """Opens (host, port)."""


PROTOCOLS: Final[dict[str, Listenable]] = {
    "osc": Listenable(9000, OscReader),
    "vmc": Listenable(39539, VmcReader),
    "vrchat": Listenable(9000, VrchatReader),
    "live_link_face": Listenable(11111, LiveLinkFaceReader),
    "ifacialmocap": Listenable(49983, IFacialMocapReader),
    "openseeface": Listenable(11573, OpenSeeFaceReader),
    "json_live_link": Listenable(54321, JsonLiveLinkReader),
    "rokoko": Listenable(14043, RokokoReader),
    "link": Listenable(54300, LinkReader),
    "zmq": Listenable(5556, MessageReader, ZmqArrivals),
    "websocket": Listenable(8765, MessageReader, WebsocketArrivals),
}
"""By the names that outputs have in a configuration."""
