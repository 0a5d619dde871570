"""Settings that are each allowed but cannot be meant together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from mocapbridge.config.schema import RunConfig
from mocapbridge.control.exposure import unguarded
from mocapbridge.document.problems import KeyPath, Problem
from mocapbridge.errors import ConfigError
from mocapbridge.outputs.options import (
    OscOptions,
    OutputOptions,
    VrchatOptions,
    WebsocketOptions,
    ZmqOptions,
)
from mocapbridge.skeleton import JOINT_NAMES
from mocapbridge.solve.options import JointLimitOptions
from mocapbridge.solve.profile import load_profile
from mocapbridge.sources.options import (
    ImagesOptions,
    SyntheticOptions,
    TakeOptions,
    VideoOptions,
)
from mocapbridge.takes.names import slate_problem

_TCP: Final = re.compile(r"tcp://[^\s/]+:([0-9]{1,5}|\*)")
_SHARING: Final = (OscOptions, VrchatOptions)
"""Kinds of output that may send to one port: both are OSC, and no address is of both."""


def check(config: RunConfig) -> list[Problem]:
    """What cannot work in a configuration whose every key is of the right type."""
    return [
        *_check_names(config),
        *_check_paths(config),
        *_check_source(config),
        *_check_tracking(config),
        *_check_solve(config),
        *_check_outputs(config.outputs),
        *_check_control(config),
    ]


def _check_names(config: RunConfig) -> Iterator[Problem]:
    subjects: dict[KeyPath, str | None] = {("subject",): config.subject}
    for index, output in enumerate(config.outputs):
        subjects["outputs", index, "subject"] = output.subject
    for key, subject in subjects.items():
        if subject is not None and (not subject.isprintable() or subject != subject.strip()):
            yield Problem(
                key, f"expected printable characters without spaces at the ends, got {subject!r}"
            )
    reason = slate_problem(config.record.slate)
    if reason is not None:
        yield Problem(
            ("record", "slate"), f"{config.record.slate[:100]!r} cannot name a take; {reason}"
        )


def _check_paths(config: RunConfig) -> Iterator[Problem]:
    source = config.source
    paths: dict[KeyPath, str | None] = {
        ("tracking", "models_folder"): config.tracking.models_folder,
        ("record", "folder"): config.record.folder,
    }
    if isinstance(source, (VideoOptions, ImagesOptions, TakeOptions)):
        paths["source", "path"] = source.path
    for key, path in paths.items():
        if path is None:
            continue
        if not path.strip():
            yield Problem(key, "expected the name of a file or folder, got nothing")
        elif not path.isprintable():
            yield Problem(
                key,
                f"no file is called {path!r}: backslashes, as in paths of Windows, belong in "
                "single quotes",
            )


def _check_source(config: RunConfig) -> Iterator[Problem]:
    source = config.source
    if isinstance(source, (VideoOptions, TakeOptions)) and _ends_too_early(source):
        yield Problem(
            ("source", "end_s"),
            f"the end ({source.end_s:g} s) must lie after start_s ({source.start_s:g} s)",
        )
    if isinstance(source, SyntheticOptions) and source.live and source.pace != "native":
        yield Problem(("source", "pace"), "a live source needs pace native: nothing waits for it")
    if isinstance(source, SyntheticOptions) and config.tracking.backend != "synthetic":
        yield Problem(
            ("tracking", "backend"),
            f"a synthetic source has no pictures for {config.tracking.backend!r} to search: "
            "set tracking.backend to synthetic, or choose another source.type",
        )


def _ends_too_early(source: VideoOptions | TakeOptions) -> bool:
    return source.end_s is not None and source.end_s <= source.start_s


def _check_tracking(config: RunConfig) -> Iterator[Problem]:
    tracking = config.tracking
    if not (tracking.body or tracking.face or tracking.hands):
        yield Problem(("tracking",), "body, face and hands are all false: set at least one to true")
    if tracking.gestures and not tracking.hands:
        yield Problem(("tracking", "gestures"), "gestures need hands: set tracking.hands to true")
    if tracking.segmentation_mask and not tracking.body:
        yield Problem(
            ("tracking", "segmentation_mask"), "the mask needs the body: set tracking.body to true"
        )
    if tracking.synthetic_delay_s and tracking.backend != "synthetic":
        yield Problem(
            ("tracking", "synthetic_delay_s"),
            f"only for tracking.backend synthetic, and that is {tracking.backend!r}",
        )


def _check_solve(config: RunConfig) -> Iterator[Problem]:
    if config.solve.profile is not None:
        try:
            load_profile(config.solve.profile)
        except ConfigError as error:
            yield Problem(("solve", "profile"), str(error))
    occlusion = config.solve.occlusion
    if occlusion.hidden_below > occlusion.visible_above:
        yield Problem(
            ("solve", "occlusion", "hidden_below"),
            f"expected at most visible_above ({occlusion.visible_above:g}), "
            f"got {occlusion.hidden_below:g}",
        )
    for index, limits in enumerate(config.solve.joint_limits):
        yield from _check_joint_limits(limits, ("solve", "joint_limits", index))


def _check_joint_limits(limits: JointLimitOptions, path: KeyPath) -> Iterator[Problem]:
    if limits.joint not in JOINT_NAMES:
        nearest = get_close_matches(limits.joint, JOINT_NAMES, n=1, cutoff=0.0)[0]
        yield Problem(
            (*path, "joint"), f"no joint is called {limits.joint[:100]!r}: do you mean {nearest}?"
        )
    for key in ("x_deg", "y_deg", "z_deg"):
        ends: tuple[float, float] | None = getattr(limits, key)
        if ends is not None and ends[0] > ends[1]:
            yield Problem(
                (*path, key), f"expected the lowest angle first, got {ends[0]:g} and {ends[1]:g}"
            )


def _check_control(config: RunConfig) -> Iterator[Problem]:
    if config.control is None:
        return
    for socket in unguarded(config.control):
        yield Problem(
            ("control", "token"),
            f"missing: other machines can reach {socket}, so commands must carry a secret; give "
            "one of at least 8 characters, or listen at 127.0.0.1",
        )


def _check_outputs(outputs: tuple[OutputOptions, ...]) -> Iterator[Problem]:
    names: dict[str, int] = {}
    targets: dict[tuple[str, ...], list[int]] = {}
    for index, output in enumerate(outputs):
        path: KeyPath = ("outputs", index)
        if output.name is not None:
            first = names.setdefault(output.name, index)
            if first != index:
                text = f"outputs[{first}] is called {output.name!r}, too: names must differ"
                yield Problem((*path, "name"), text)
        if not output.enabled:
            continue
        if isinstance(output, ZmqOptions):
            yield from _check_bind(output, path)
        if isinstance(output, VrchatOptions) and len({*output.trackers}) < len(output.trackers):
            yield Problem((*path, "trackers"), "each tracker can be sent once")
        here = targets.setdefault(_target(output), [])
        clashing = [each for each in here if not _may_share(outputs[each], output)]
        here.append(index)
        if clashing:
            key = "bind" if isinstance(output, ZmqOptions) else "port"
            text = f"outputs[{clashing[0]}] has this address, too: give each output a port of its"
            yield Problem((*path, key), f"{text} own")


def _may_share(first: OutputOptions, second: OutputOptions) -> bool:
    return (
        isinstance(first, _SHARING)
        and isinstance(second, _SHARING)
        and type(first) is not type(second)
    )


def _check_bind(output: ZmqOptions, path: KeyPath) -> Iterator[Problem]:
    """The address of a TCP publisher names an interface and a port."""
    if output.bind.startswith("tcp://") and not _TCP.fullmatch(output.bind):
        yield Problem(
            (*path, "bind"),
            f"expected tcp://HOST:PORT, for example tcp://127.0.0.1:5556, got {output.bind!r}",
        )


def _target(output: OutputOptions) -> tuple[str, ...]:
    """What two outputs must not share, but for those that are OSC."""
    if isinstance(output, ZmqOptions):
        return ("zmq", output.bind)
    if isinstance(output, WebsocketOptions):
        return ("tcp", output.host, str(output.port))
    return ("udp", output.host, str(output.port))
