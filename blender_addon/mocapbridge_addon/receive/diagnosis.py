# SPDX-License-Identifier: GPL-3.0-or-later
"""Says in words why nothing moves, from what the sockets counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .counters import Counters
from .inbox import Subject
from .receiver import LOOPBACK, Ports, Receiver

_LOSS_WORTH_TELLING = 0.01


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is right or wrong."""

    fine: bool
    text: str


@dataclass(frozen=True, slots=True)
class Follows:
    """What of a character matters here."""

    name: str
    enabled: bool
    subject: str
    """The performer it waits for; "" for anybody."""
    has_target: bool
    """Whether there is an armature or a mesh."""
    mapped: int
    """Bones of the bone list that the armature has."""
    problem: str
    """What its follower says."""


def findings(
    receiver: Receiver | None, now_ns: int, characters: Sequence[Follows]
) -> list[Finding]:
    """All there is to say, in the order of the data's way."""
    if receiver is None:
        return [Finding(False, "Nothing is received: press Start"), *_of_characters([], characters)]
    found: list[Finding] = []
    for name, listener in receiver.listeners.items():
        host, port = listener.address
        found += _of_port(name, f"{host}:{port}", listener.counters, receiver.ports)
    subjects = receiver.inbox.subjects(now_ns)
    found += [_of_subject(subject) for subject in subjects]
    lost, expected = receiver.loss()
    if expected and lost / expected > _LOSS_WORTH_TELLING:
        found.append(
            Finding(False, f"{lost / expected:.0%} of the datagrams are lost: use a cable, or a "
                           "lower frame rate")
        )  # fmt: skip
    return [*found, *_of_characters(subjects, characters)]


def _of_port(name: str, where: str, counters: Counters, ports: Ports) -> list[Finding]:
    if not counters.received:
        if name != "link":
            return [Finding(False, f"Nothing comes in on {where} ({name})")]
        return [Finding(False, f"Nothing comes in on {where}. {_unheard(ports)}")]
    found = [Finding(True, f"{counters.received} datagrams came in on {where} ({name})")]
    if counters.foreign:
        found.append(
            Finding(False, f"{counters.foreign} of them are from {counters.last_foreign}, and "
                           f"only {ports.sender} is accepted: see the preferences")
        )  # fmt: skip
    wrong = {
        "are of another protocol: another program sends to this port": counters.other_protocol,
        "are of another version of mocapbridge: update both": counters.other_version,
        "are damaged": counters.malformed,
        "are of a second sender with the same performer's name: name one differently": (
            counters.rival
        ),
        "are of more performers than can be kept": counters.surplus,
    }
    found += [
        Finding(False, f"{number} of them {what}") for what, number in wrong.items() if number
    ]
    if counters.last_problem:
        found.append(Finding(False, f"The last problem: {counters.last_problem}"))
    return found


def _unheard(ports: Ports) -> str:
    if ports.host == LOOPBACK:
        return (
            "On this computer, start `mocapbridge demo` or `mocapbridge run`, and see that its "
            "link goes to this port. For a sender on another computer set Listen on to 0.0.0.0 in "
            "the preferences"
        )
    return (
        "See that the sender's link goes to this computer's address and this port, and that the "
        "firewall lets Blender receive UDP there"
    )


def _of_subject(subject: Subject) -> Finding:
    if subject.stale:
        return Finding(False, f"{subject.name}: no frames for {subject.age_ns / 1e9:.1f} s")
    text = f"{subject.name}: {subject.frames_per_s:.0f} frames per second"
    if not any(subject.states[:2]):
        return Finding(False, f"{text}, but neither body nor face is found: look at the camera")
    return Finding(True, text)


def _of_characters(subjects: Sequence[Subject], characters: Sequence[Follows]) -> list[Finding]:
    if not characters:
        return [Finding(False, "No character: choose an armature and Add Character")]
    names = {subject.name for subject in subjects}
    found: list[Finding] = []
    for own in characters:
        wrong = own.problem
        if not own.enabled:
            wrong = "Follow is off"
        elif not own.has_target:
            wrong = "it has neither armature nor mesh"
        elif names and own.subject and own.subject not in names:
            heard = ", ".join(sorted(names))
            wrong = f"it waits for {own.subject!r}, and only {heard} can be heard"
        if wrong:
            found.append(Finding(False, f"{own.name}: {wrong}"))
        else:
            found.append(Finding(True, f"{own.name}: {own.mapped} bones are mapped"))
    return found
