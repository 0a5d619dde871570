"""What is wrong with a file, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from mocapbridge.document.tree import MappingNode, Node, Place, SequenceNode
from mocapbridge.errors import ConfigError

KeyPath: TypeAlias = tuple[str | int, ...]
"""Keys and list positions from the top, for example ``("outputs", 1, "port")``."""

_MOST: Final = 20
"""Problems told at once."""

_LONGEST_QUOTE: Final = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong."""

    path: KeyPath
    text: str
    """What is wrong, what is allowed and what may have been meant."""
    place: Place | None = None
    """Where it stands; None when it does not come from a file."""

    def line(self, name: str | None) -> str:
        """One line for people.

        Args:
            name: the file; None when the settings do not come from one.
        """
        message = f"{dotted(self.path)}: {self.text}" if self.path else self.text
        if name is None:
            return message
        where = f":{self.place.line}:{self.place.column}" if self.place else ""
        return f"{message} ({name}{where})"


def dotted(path: KeyPath) -> str:
    """A path as people write it: ``outputs[1].port``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{shortened(step)}"
    return text.removeprefix(".")


def shortened(text: str) -> str:
    """Text from a file, short enough for a message."""
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}..."


def place_of(root: Node, path: KeyPath) -> Place:
    """Where a path stands in a file; where the part of it stands that is written there."""
    node, place = root, root.place
    for step in path:
        if isinstance(node, MappingNode) and step in node.entries:
            entry = node.entries[str(step)]
            node, place = entry.value, entry.place
        elif isinstance(node, SequenceNode) and isinstance(step, int):
            node = node.items[step]
            place = node.place
        else:
            break
    return place


def error_of(problems: Sequence[Problem], name: str | None) -> ConfigError:
    """All problems as one error, a line each."""
    lines = [problem.line(name) for problem in problems[:_MOST]]
    if len(problems) > _MOST:
        lines.append(f"and {len(problems) - _MOST} more")
    return ConfigError("\n".join(lines))
