"""Readers of the protocols that are OSC: our own, VMC and VRChat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mocapbridge.listen.readings import (
    Reading,
    names_missing,
    number_problems,
    rotation_problems,
    shown,
    weight_problems,
)
from mocapbridge.skeleton import JOINTS
from mocapbridge.wire import osc

MAX_BUNDLE_BYTES: Final = 1500
"""VMC's limit, and that of an Ethernet packet."""

_VMC_TAGS: Final = {
    "/VMC/Ext/OK": ("i", "iii", "iiii"),
    "/VMC/Ext/T": ("f",),
    "/VMC/Ext/Root/Pos": ("sfffffff", "sfffffffffffff"),
    "/VMC/Ext/Bone/Pos": ("sfffffff",),
    "/VMC/Ext/Blend/Val": ("sf",),
    "/VMC/Ext/Blend/Apply": ("",),
}
_ALWAYS: Final = ("/VMC/Ext/OK", "/VMC/Ext/T", "/VMC/Ext/Root/Pos")
_REQUIRED_BONES: Final = [each.name[0].upper() + each.name[1:] for each in JOINTS if each.required]
_VRCHAT_ROOTS: Final = ("/tracking/", "/avatar/")
_MAX_ADDRESSES: Final = 5000
"""That many are remembered; a sender that invents new ones may not fill memory."""


class OscReader:
    """Any OSC: addresses and arguments, numbers that are not finite."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def read(self, packet: bytes) -> Reading:
        """What a packet says.

        Raises:
            ValueError: it is no OSC.
        """
        messages = osc.decode(packet)
        reading = Reading("bundle" if osc.is_bundle(packet) else "message")
        if len(packet) > MAX_BUNDLE_BYTES:
            reading.problems.append(
                f"a packet is longer than {MAX_BUNDLE_BYTES} bytes: networks cut it in pieces"
            )
        for message in messages:
            self._take(message, reading)
        return reading

    def missing(self) -> list[str]:
        """Of OSC in general nothing can be missed."""
        return []

    def _take(self, message: osc.Message, reading: Reading) -> None:
        self._note(message.address)
        numbers = [value for value in message.arguments if isinstance(value, float)]
        reading.problems += number_problems(message.address, numbers)
        reading.values[message.address] = _shown_arguments(message)

    def _note(self, address: str) -> None:
        if len(self._seen) < _MAX_ADDRESSES:
            self._seen.add(address)


class VmcReader(OscReader):
    """VMC: bones, expressions, state."""

    def __init__(self) -> None:
        super().__init__()
        self._bones: set[str] = set()
        self._loaded = False

    def missing(self) -> list[str]:
        """What every performer sends."""
        gaps = [
            f"{address} never came: some receivers take the sender for dead"
            for address in _ALWAYS
            if address not in self._seen
        ]
        if "/VMC/Ext/Blend/Val" in self._seen and "/VMC/Ext/Blend/Apply" not in self._seen:
            gaps.append("/VMC/Ext/Blend/Apply never came: expressions take effect with it alone")
        if "/VMC/Ext/OK" in self._seen and not self._loaded:
            gaps.append("/VMC/Ext/OK always said 0: the sender has no motion yet")
        absent = [bone for bone in _REQUIRED_BONES if bone not in self._bones]
        return gaps + names_missing("bones that every avatar has", absent)

    def _take(self, message: osc.Message, reading: Reading) -> None:
        address, arguments = message.address, message.arguments
        known = _VMC_TAGS.get(address)
        if known is None:
            if not address.startswith("/VMC/"):
                reading.problems.append(f"{address} is no address of VMC")
            super()._take(message, reading)
            return
        if message.tags not in known:
            valid = " or ".join(f"{tags!r}" for tags in known)
            reading.problems.append(f"{address} has the types {message.tags!r}; valid: {valid}")
            return
        self._note(address)
        numbers = [float(value) for value in arguments if isinstance(value, (int, float))]
        if address == "/VMC/Ext/OK":
            self._loaded = self._loaded or arguments[0] == 1
        if address in ("/VMC/Ext/Bone/Pos", "/VMC/Ext/Root/Pos"):
            name = str(arguments[0])
            if len(self._bones) < _MAX_ADDRESSES:
                self._bones.add(name)
            reading.problems += number_problems(name, numbers[:3])
            reading.problems += rotation_problems(name, numbers[3:7])
            reading.values[f"bone {name}"] = shown(numbers)
        elif address == "/VMC/Ext/Blend/Val":
            name = str(arguments[0])
            reading.problems += weight_problems([(name, numbers[0])])
            reading.values[f"blend {name}"] = shown(numbers)
        else:
            reading.values[address] = _shown_arguments(message)


class VrchatReader(OscReader):
    """VRChat: trackers, eyes and avatar parameters."""

    _tags: Final[list[tuple[Callable[[str], bool], tuple[str, ...]]]] = [
        (lambda address: address.startswith("/tracking/trackers/"), ("fff",)),
        (lambda address: address == "/tracking/eye/LeftRightPitchYaw", ("ffff",)),
        (lambda address: address == "/tracking/eye/EyesClosedAmount", ("f",)),
        (lambda address: address.startswith("/avatar/parameters/"), ("f", "i", "T", "F")),
    ]

    def missing(self) -> list[str]:
        """A tracker needs both its messages; all else VRChat passes over without a word."""
        if not any(address.startswith(_VRCHAT_ROOTS) for address in self._seen):
            return ["nothing came for VRChat: its addresses begin with /tracking or /avatar"]
        starts = {address.rpartition("/")[0] for address in self._seen if "/trackers/" in address}
        wanted = [
            f"{start}/{part}" for start in sorted(starts) for part in ("position", "rotation")
        ]
        return names_missing("messages", [each for each in wanted if each not in self._seen])

    def _take(self, message: osc.Message, reading: Reading) -> None:
        tags = next((tags for fits, tags in self._tags if fits(message.address)), None)
        of_vrchat = message.address.startswith(_VRCHAT_ROOTS)
        if tags is None and of_vrchat and not message.address.startswith("/tracking/eye/"):
            reading.problems.append(f"VRChat does not know {message.address}")
        elif tags is not None and message.tags not in tags:
            reading.problems.append(
                f"{message.address} has the types {message.tags!r}; valid: {' or '.join(tags)}"
            )
        super()._take(message, reading)


def _shown_arguments(message: osc.Message) -> str:
    return " ".join(
        f"{value:.3f}" if isinstance(value, float) else str(value) for value in message.arguments
    )
