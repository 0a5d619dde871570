"""YAML text as a tree that knows where everything stands.

The reading is that of YAML 1.2 (core schema): only ``true`` and ``false`` are truth values, ``on``,
``no`` and ``1:30`` are text. Tags are refused, keys must not repeat, and size, depth and aliases
are limited, so that no file can run code or fill the memory.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias, cast

import yaml

from mocapbridge.errors import ConfigError

SIZE_LIMIT_BYTES: Final = 256_000
DEPTH_LIMIT: Final = 20
NODE_LIMIT: Final = 10_000
"""How many values a file may have, aliases counted as often as they are used."""

Scalar: TypeAlias = str | int | float | bool | None

# https://yaml.org/spec/1.2.2/#103-core-schema
_INTEGER: Final = re.compile(r"([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
NUMBERS: Final = (_INTEGER, _FLOAT)
"""What is read as a number unless it is quoted."""
_NOT_FINITE: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS: Final[dict[str, Scalar]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_LONGEST_NUMBER: Final = 40
"""Digits; Python takes quadratic time for long ones."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line and column, counted from 1."""

    line: int
    column: int

    @classmethod
    def of(cls, mark: yaml.Mark) -> Place:
        """The place of a mark of the YAML reader."""
        return cls(mark.line + 1, mark.column + 1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping, with its value."""

    key: str
    place: Place
    value: Node


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """Text, a number, a truth value or nothing."""

    place: Place
    value: Scalar
    text: str
    """As it is written."""
    nodes: int = 1
    depth: int = 1


@dataclass(frozen=True, slots=True)
class MappingNode:
    """Keys with values, in the order of the file."""

    place: Place
    entries: dict[str, Entry]
    nodes: int
    depth: int


@dataclass(frozen=True, slots=True)
class SequenceNode:
    """A list."""

    place: Place
    items: tuple[Node, ...]
    nodes: int
    depth: int


Node: TypeAlias = ScalarNode | MappingNode | SequenceNode


def parse(content: bytes, name: str) -> Node | None:
    """The tree of a YAML document; None when it is empty.

    Args:
        content: the bytes of the file: UTF-8, or UTF-16 with a byte order mark.
        name: names the file in messages.

    Raises:
        ConfigError: not YAML, beyond the limits, more than one document, a tag or a repeated key.
    """
    if len(content) > SIZE_LIMIT_BYTES:
        raise ConfigError(
            f"a file has at most {SIZE_LIMIT_BYTES // 1000} kB, "
            f"this one has {len(content) // 1000} ({name})"
        )
    try:
        return _Composer(content, name).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        problem = " ".join(filter(None, (error.context, error.problem)))
        if "escape" in problem:
            problem += "; backslashes, as in paths of Windows, belong in single quotes"
        raise ConfigError(f"this is not valid YAML: {problem} ({where})") from error
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise ConfigError(f"this is not valid YAML: {reason} ({name})") from error


def plain(node: Node) -> object:
    """The tree as dictionaries, lists and scalars."""
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.items]
    return {key: plain(entry.value) for key, entry in node.entries.items()}


def nearest(word: str, choices: Iterator[str] | list[str]) -> str | None:
    """The choice that a misspelt word most likely means; None when none is near."""
    near = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.6)
    return near[0] if near else None


def did_you_mean(word: str, choices: Iterator[str] | list[str]) -> str:
    """``; did you mean 'x'?`` for the end of a message; nothing when no choice is near."""
    near = nearest(word, choices)
    return f"; did you mean {near!r}?" if near else ""


class _Events(Protocol):
    """What is used of the YAML reader."""

    def get_event(self) -> yaml.Event:
        """The next event."""
        ...


class _Composer:
    """Builds the tree from the events of the YAML reader, within the limits."""

    def __init__(self, content: bytes, name: str) -> None:
        self._reader = cast("_Events", yaml.SafeLoader(content))
        self._name = name
        self._anchors: dict[str, Node | None] = {}
        self._seen = 0

    def document(self) -> Node | None:
        self._next()  # StreamStart
        if isinstance(self._next(), yaml.StreamEndEvent):
            return None
        root = self._node(self._next(), 1)
        self._next()  # DocumentEnd
        event = self._next()
        if not isinstance(event, yaml.StreamEndEvent):
            raise self._error("a file is one document: remove the line ---", event)
        if isinstance(root, ScalarNode) and root.value is None:
            return None
        return root

    def _next(self) -> yaml.Event:
        return self._reader.get_event()

    def _node(self, event: yaml.Event, level: int) -> Node:
        self._seen += 1
        if isinstance(event, yaml.AliasEvent):
            node = self._aliased(event)
        else:
            if level > DEPTH_LIMIT:
                raise self._error(f"nested deeper than {DEPTH_LIMIT} levels", event)
            node = self._anchored(cast("yaml.NodeEvent", event), level)
        if level + node.depth - 1 > DEPTH_LIMIT:
            raise self._error(f"nested deeper than {DEPTH_LIMIT} levels", event)
        if max(self._seen, node.nodes) > NODE_LIMIT:
            raise self._error(f"more than {NODE_LIMIT} values", event)
        return node

    def _aliased(self, event: yaml.AliasEvent) -> Node:
        anchor = cast("str", event.anchor)
        if anchor not in self._anchors:
            raise self._error(f"there is no anchor &{anchor[:60]} above", event)
        node = self._anchors[anchor]
        if node is None:
            raise self._error(f"*{anchor[:60]} stands inside the value it names", event)
        return node

    def _anchored(self, event: yaml.NodeEvent, level: int) -> Node:
        anchor = cast("str | None", event.anchor)
        if anchor is not None:
            self._anchors[anchor] = None
        tag = cast("str | None", getattr(event, "tag", None))
        if tag is not None:
            raise self._error(f"tags are not used here, remove {tag[:60]!r}", event)
        if isinstance(event, yaml.MappingStartEvent):
            node: Node = self._mapping(event, level)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._sequence(event, level)
        else:
            node = self._scalar(cast("yaml.ScalarEvent", event))
        if anchor is not None:
            self._anchors[anchor] = node
        return node

    def _mapping(self, start: yaml.Event, level: int) -> MappingNode:
        entries: dict[str, Entry] = {}
        nodes, depth = 1, 0
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._node(event, level + 1)
            if not isinstance(key, ScalarNode):
                raise self._error("a key is a word, not a list or a section", event)
            if key.text in entries:
                first = entries[key.text].place.line
                raise self._error(f"key {key.text[:60]!r} was given before, in line {first}", event)
            value = self._node(self._next(), level + 1)
            entries[key.text] = Entry(key.text, self._place(event), value)
            nodes += 1 + value.nodes
            depth = max(depth, value.depth)
        return MappingNode(self._place(start), entries, nodes, depth + 1)

    def _sequence(self, start: yaml.Event, level: int) -> SequenceNode:
        items: list[Node] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._node(event, level + 1))
        nodes = 1 + sum(item.nodes for item in items)
        depth = 1 + max((item.depth for item in items), default=0)
        return SequenceNode(self._place(start), tuple(items), nodes, depth)

    def _scalar(self, event: yaml.ScalarEvent) -> ScalarNode:
        text = self._whole_characters(cast("str", event.value), event)
        quoted = cast("str | None", event.style) is not None
        value = text if quoted else self._plain_value(text, event)
        return ScalarNode(self._place(event), value, text)

    def _whole_characters(self, text: str, event: yaml.Event) -> str:
        """The text, with characters joined that JSON writes as two escapes."""
        try:
            return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        except UnicodeDecodeError as error:
            raise self._error("half a character: an escape is missing its other half", event) from (
                error
            )

    def _plain_value(self, text: str, event: yaml.Event) -> Scalar:
        if text in _WORDS:
            return _WORDS[text]
        if _NOT_FINITE.fullmatch(text):
            raise self._error(f"{text} is not a number that can be used: give a finite one", event)
        if any(number.match(text) for number in NUMBERS):
            return self._number(text, event)
        return text

    def _number(self, text: str, event: yaml.Event) -> int | float:
        if len(text) > _LONGEST_NUMBER:
            raise self._error("a number with too many digits", event)
        if _INTEGER.match(text):
            base = {"0o": 8, "0x": 16}.get(text[:2], 10)
            return int(text, base)
        number = float(text)
        if not math.isfinite(number):
            raise self._error(f"{text} is larger than any number that can be used", event)
        return number

    def _place(self, event: yaml.Event) -> Place:
        return Place.of(cast("yaml.Mark", event.start_mark))

    def _error(self, problem: str, event: yaml.Event) -> ConfigError:
        place = self._place(event)
        return ConfigError(f"{problem} ({self._name}:{place.line}:{place.column})")
