"""Readers of the protocols that carry a body: JSONLiveLink, Rokoko, our link and our messages."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from mocapbridge.listen.readings import (
    Reading,
    names_missing,
    number_problems,
    rotation_problems,
    shown,
    weight_problems,
)
from mocapbridge.wire import json_live_link, link, link_static, rokoko

_NOT_OURS = (
    msgspec.DecodeError,
    RecursionError,
    OverflowError,
    LookupError,
    TypeError,
    AttributeError,
)
"""What reading a message of another make may raise."""


class JsonLiveLinkReader:
    """JSONLiveLink."""

    def __init__(self) -> None:
        self._skeletons: dict[str, list[tuple[str, int]]] = {}

    def read(self, packet: bytes) -> Reading:
        """What a packet says.

        Raises:
            ValueError: it is none.
        """
        subject, bones = json_live_link.decode(packet)
        reading = Reading("frame", {"subject": subject, "bones": str(len(bones))})
        skeleton = [(bone.name, bone.parent) for bone in bones]
        if self._skeletons.setdefault(subject, skeleton) != skeleton:
            reading.problems.append(
                f"bones of {subject!r} changed: Unreal keeps those of the first packet"
            )
        for bone in bones:
            reading.values[bone.name] = shown((*bone.location_cm, *bone.rotation_xyzw))
            reading.problems += rotation_problems(bone.name, bone.rotation_xyzw)
        return reading

    def missing(self) -> list[str]:
        """Every packet is complete."""
        return []


class RokokoReader:
    """Rokoko's JSON, version 3."""

    def __init__(self) -> None:
        self._bones: set[str] = set()
        self._last_s = 0.0

    def read(self, packet: bytes) -> Reading:
        """What a packet says.

        Raises:
            ValueError: it is none.
        """
        frame = rokoko.decode(packet)
        reading = Reading(
            "frame", {"fps": f"{frame.rate_hz:g}", "timestamp": shown([frame.timestamp_s])}
        )
        if frame.timestamp_s < self._last_s:
            reading.problems.append("the time stamps run backwards")
        self._last_s = frame.timestamp_s
        for actor in frame.actors:
            self._bones |= actor.body.keys()
            heights = (actor.total_height_m, actor.hip_height_m)
            reading.values[f"actor {actor.name}"] = f"heights {shown(heights)}"
            for name, bone in actor.body.items():
                reading.values[name] = shown((*bone.position_m, *bone.rotation_wxyz))
                reading.problems += rotation_problems(name, bone.rotation_wxyz)
            face = actor.face or {}
            reading.values |= {name: shown([weight]) for name, weight in face.items()}
            reading.problems += weight_problems(face.items(), 100.0)
        if not frame.actors:
            reading.problems.append("a packet has no actor")
        return reading

    def missing(self) -> list[str]:
        """Bones of a whole body."""
        return names_missing("bones", [b for b in rokoko.BODY_NAMES if b not in self._bones])


class LinkReader:
    """Our UDP link."""

    def __init__(self) -> None:
        self._assembler = link_static.StaticAssembler()
        self._statics: dict[int, link_static.Static] = {}
        self._frames = 0

    def read(self, packet: bytes) -> Reading:
        """What a packet says.

        Raises:
            ValueError: it is none.
        """
        header, message = link.decode(packet)
        reading = Reading(type(message).__name__.lower(), {"subject": header.subject})
        match message:
            case link.Frame():
                self._frames += 1
                self._take_frame(message, reading)
            case link_static.StaticPart():
                static = self._assembler.add(header.session_id, header.subject, message)
                if static is not None:
                    self._statics[message.static_hash] = static
            case _:
                pass
        return reading

    def missing(self) -> list[str]:
        """Frames, and the description that names their joints."""
        gaps = [] if self._frames else ["no frames came: nobody is tracked, or the source stands"]
        return gaps if self._statics else [*gaps, "the description of the stream never came"]

    def _take_frame(self, frame: link.Frame, reading: Reading) -> None:
        static = self._statics.get(frame.static_hash)
        reading.values["frame"] = str(frame.frame_id)
        reading.values["states"] = " ".join(state.name.lower() for state in frame.states)
        reading.values["root"] = shown(frame.root_position_in_world_m)
        if static is None:
            if self._statics:
                reading.problems.append("frames belong to a description that never came")
            return
        if len(static.joints) != len(frame.rotations_wxyz):
            reading.problems.append("frames have another number of joints than the description")
            return
        for joint, rotation in zip(static.joints, frame.rotations_wxyz, strict=True):
            reading.values[joint.name] = shown(rotation)
        for name, weight in zip(static.blendshapes, frame.blendshapes, strict=False):
            reading.values[name] = shown([weight])


class MessageReader:
    """Our messages as MessagePack or JSON, over ZeroMQ and WebSocket."""

    def __init__(self) -> None:
        self._static: dict[str, Any] | None = None
        self._frames = 0

    def read(self, packet: bytes) -> Reading:
        """What a packet says.

        Raises:
            ValueError: it is neither JSON nor MessagePack, or not of ours.
        """
        try:
            decoded: Any = (
                json.loads(packet) if packet[:1] == b"{" else msgspec.msgpack.decode(packet)
            )
            kind = str(decoded["kind"])
            reading = Reading(kind, {"subject": str(decoded["subject"])})
            if kind == "static":
                self._static = decoded
            elif kind == "frame":
                self._frames += 1
                self._take_frame(decoded, reading)
        except _NOT_OURS as error:
            raise ValueError(f"no message of mocapbridge: {error!r:.80}") from error
        return reading

    def missing(self) -> list[str]:
        """Frames, and the description that names their joints."""
        gaps = [] if self._frames else ["no frames came: nobody is tracked, or the source stands"]
        return gaps if self._static else [*gaps, "the description of the stream never came"]

    def _take_frame(self, message: dict[str, Any], reading: Reading) -> None:
        pose, face = message["pose"], message["face"]
        reading.values["frame"] = str(message["frame_id"])
        reading.values["root"] = shown(pose["root_position_m"])
        reading.problems += number_problems("root", pose["root_position_m"])
        static = self._static
        if static is None:
            return
        if static["static_hash"] != message["static_hash"]:
            reading.problems.append("frames belong to a description that never came")
            return
        for joint, rotation in zip(static["joints"], pose["rotations_wxyz"], strict=False):
            reading.values[joint["name"]] = shown(rotation)
            reading.problems += rotation_problems(joint["name"], rotation)
        named = list(zip(static["blendshapes"], face["blendshapes"], strict=False))
        reading.values |= {name: shown([weight]) for name, weight in named}
        reading.problems += weight_problems(named)
