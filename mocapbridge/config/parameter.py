"""One setting of a configuration, read and changed by its dotted name while a run goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias, cast

import msgspec

from mocapbridge.config.checks import check
from mocapbridge.config.schema import RunConfig
from mocapbridge.document.problems import error_of
from mocapbridge.document.tree import nearest
from mocapbridge.errors import ConfigError

Scalar: TypeAlias = str | int | float | bool | None

LIVE: Final = (
    "filters.",
    "solve.root",
    "solve.smoothing",
    "solve.forearm_twist",
    "solve.occlusion.",
)
"""Beginnings of the names that can be changed while a run goes on: what lies in these stages is
remade between two frames. Everything else belongs to what was opened at the start."""


def live_parameters(config: RunConfig) -> dict[str, Scalar]:
    """The settings that can be changed while a run goes on, with their values."""
    return {name: value for name, value in _leaves(config) if name.startswith(LIVE)}


def with_parameter(config: RunConfig, name: str, value: Scalar) -> RunConfig:
    """A configuration in which one setting has another value.

    Args:
        config: the one to start from; it stays as it is.
        name: dotted name, such as ``filters.preset``.
        value: the new value.

    Raises:
        ConfigError: there is no such setting, it cannot be changed while a run goes on, or the
            value is not one that it can have.
    """
    valid = live_parameters(config)
    if name not in valid:
        raise ConfigError(f"{name!r} cannot be set while running; {choice(name, list(valid))}")
    tree = msgspec.to_builtins(config)
    *parents, key = name.split(".")
    branch: dict[str, Any] = tree
    for parent in parents:
        branch = branch[parent]
    branch[key] = value
    try:
        changed = msgspec.convert(tree, RunConfig)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{name} cannot be {value!r}: {error}") from error
    # Mappings are not looked at: one that is being edited is nothing to the solver.
    problems = check(changed)
    if problems:
        raise error_of(problems, None)
    return changed


def choice(name: str, valid: Sequence[str]) -> str:
    """What there is instead of a name that there is not, the nearest first."""
    near = nearest(name, list(valid))
    meant = f"did you mean {near!r}? " if near else ""
    return f"{meant}valid: {', '.join(valid)}"


def _leaves(config: RunConfig) -> Iterator[tuple[str, Scalar]]:
    tree = msgspec.to_builtins(config)
    for branch in ("filters", "solve"):
        yield from _named(tree[branch], branch)


def _named(node: object, name: str) -> Iterator[tuple[str, Scalar]]:
    if isinstance(node, Mapping):
        for key, child in cast("Mapping[str, object]", node).items():
            yield from _named(child, f"{name}.{key}")
    elif isinstance(node, str | int | float | bool | None):
        yield name, node
