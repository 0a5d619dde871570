"""Mapping files: found, read, and merged with those they extend."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from mocapbridge.bundled import bundled_path
from mocapbridge.document.problems import KeyPath, Problem, place_of
from mocapbridge.document.read import read_document
from mocapbridge.document.tree import (
    Entry,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    did_you_mean,
    parse,
    plain,
)
from mocapbridge.document.validate import type_problems
from mocapbridge.errors import ConfigError
from mocapbridge.retarget.options import MappingFile
from mocapbridge.retarget.sources import ANGLE_NAMES

_DEEPEST: Final = 8
"""How many mappings may extend each other in a row."""
_MOST_TOLD: Final = 20
_WILDCARDS: Final = frozenset("*?")


class Where(NamedTuple):
    """Where something stands: a file, and the keys that lead there."""

    file: Path
    root: MappingNode
    path: KeyPath

    def problem(self, text: str) -> str:
        """A line that says what is wrong here."""
        return Problem(self.path, text, place_of(self.root, self.path)).line(str(self.file))


class Given(NamedTuple):
    """A value that a file gives."""

    value: object
    where: Where


@dataclass
class Draft:
    """What the files say of one target, later ones over earlier ones."""

    target: str
    where: Where
    """Where it was named first."""
    given: dict[str, Given] = field(default_factory=dict[str, Given])


@dataclass
class Drafts:
    """What a mapping and all it extends say together."""

    files: tuple[Path, ...]
    mirror: bool = False
    scale: float = 1.0
    shapes: dict[str, Draft] | None = None
    joints: dict[str, Draft] | None = None
    angles: dict[str, Draft] = field(default_factory=dict[str, Draft])


def ready_mappings() -> dict[str, Path]:
    """The mappings that travel with the program, by their names."""
    folder = bundled_path("configs/mappings")
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def is_path(reference: str) -> bool:
    """Whether a mapping is given as a file, not as the name of a shipped one."""
    return "/" in reference or "\\" in reference or reference.endswith((".yaml", ".yml"))


def find_mapping(reference: str, folder: Path) -> Path:
    """The file that ``mapping: REFERENCE`` means.

    Args:
        reference: the name of a shipped mapping, or the path of a file.
        folder: where relative paths start.

    Raises:
        ConfigError: there is no such mapping.
    """
    ready = ready_mappings()
    if is_path(reference):
        path = folder / Path(reference).expanduser()
        if path.is_file():
            return path
        raise ConfigError(f"there is no mapping file {path}")
    if reference in ready:
        return ready[reference]
    meant = did_you_mean(reference, list(ready))
    raise ConfigError(
        f"there is no mapping {reference[:80]!r}: give a YAML file, or one of the shipped ones: "
        f"{', '.join(ready)}{meant}"
    )


def read_drafts(path: Path) -> Drafts:
    """Read a mapping and all it extends.

    Raises:
        ConfigError: a file cannot be read or says what cannot be meant; a line for each problem,
            with file, line, column, key and what is allowed.
    """
    layers: list[tuple[Path, MappingNode]] = []
    _collect(path, (), layers)
    drafts = Drafts(tuple(dict.fromkeys(file for file, _ in layers)))
    problems: list[str] = []
    for file, root in layers:
        _merge(drafts, file, root, problems)
    if problems:
        raise error_of(problems)
    return drafts


def error_of(problems: list[str]) -> ConfigError:
    """All problems as one error, a line each."""
    lines = problems[:_MOST_TOLD]
    if len(problems) > _MOST_TOLD:
        lines.append(f"and {len(problems) - _MOST_TOLD} more")
    return ConfigError("\n".join(lines))


def _collect(path: Path, above: tuple[Path, ...], layers: list[tuple[Path, MappingNode]]) -> None:
    """Add a file to the layers, after all that it extends."""
    root = _read(path)
    for reference in _extended(root):
        where = Where(path, root, ("extends",))
        try:
            base = find_mapping(reference, path.parent)
        except ConfigError as error:
            raise ConfigError(where.problem(str(error))) from error
        if base.resolve() in {file.resolve() for file in (*above, path)}:
            raise ConfigError(where.problem(f"{reference!r} extends this mapping in turn"))
        if len(above) + 1 >= _DEEPEST:
            raise ConfigError(where.problem(f"more than {_DEEPEST} mappings in a row"))
        _collect(base, (*above, path), layers)
    layers.append((path, root))


def _extended(root: MappingNode) -> list[str]:
    entry = root.entries.get("extends")
    if entry is None:
        return []
    items = entry.value.items if isinstance(entry.value, SequenceNode) else (entry.value,)
    return [str(plain(item)) for item in items]


def _read(path: Path) -> MappingNode:
    root = parse(read_document(path, "the mapping"), str(path))
    if not isinstance(root, MappingNode):
        line = root.place.line if root else 1
        raise ConfigError(
            f"a mapping consists of keys, for example `extends: arkit` ({path}:{line})"
        )
    problems = type_problems(root, MappingFile)
    if problems:
        raise error_of([problem.line(str(path)) for problem in problems])
    try:
        msgspec.convert(plain(root), MappingFile)
    except msgspec.ValidationError as error:  # msgspec has the last word on types
        raise ConfigError(f"{error} ({path})") from error
    return root


def _merge(drafts: Drafts, file: Path, root: MappingNode, problems: list[str]) -> None:
    for name, entry in root.entries.items():
        value = entry.value
        if name == "mirror":
            drafts.mirror = plain(value) is True
        elif name == "scale":
            drafts.scale = float(str(plain(value)))
        elif name in {"shapes", "joints", "angles"} and isinstance(value, MappingNode):
            section = _section(drafts, name)
            for rule in value.entries.values():
                where = Where(file, root, (name, rule.key))
                problems += _merge_rule(section, rule, where)


def _section(drafts: Drafts, name: str) -> dict[str, Draft]:
    if name == "angles":
        return drafts.angles
    section: dict[str, Draft] = getattr(drafts, name) or {}
    setattr(drafts, name, section)
    return section


def _merge_rule(section: dict[str, Draft], rule: Entry, where: Where) -> list[str]:
    """Put one entry over what is there; problems, if any."""
    dropped = isinstance(rule.value, ScalarNode) and rule.value.value is False
    if _WILDCARDS & set(rule.key) or dropped:
        choices = [*section, *(ANGLE_NAMES if where.path[0] == "angles" else ())]
        pattern = rule.key.replace("[", "[[]")  # bones may be called bone[0]
        targets = [name for name in dict.fromkeys(choices) if fnmatch.fnmatchcase(name, pattern)]
        if not targets:
            meant = did_you_mean(rule.key.strip("*?"), choices)
            return [where.problem(f"no target above has such a name{meant}")]
    else:
        targets = [rule.key]
    for target in targets:
        if dropped:
            del section[target]
            continue
        draft = section.setdefault(target, Draft(target, where))
        draft.given |= _given(rule.value, where)
    return []


def _given(node: Node, where: Where) -> dict[str, Given]:
    if isinstance(node, MappingNode):
        return {
            key: Given(plain(entry.value), where._replace(path=(*where.path, key)))
            for key, entry in node.entries.items()
        }
    value = plain(node)
    return {} if value is True else {"from": Given(value, where)}
