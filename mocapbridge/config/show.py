"""A configuration as YAML, with every default written out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final, Protocol, cast

import msgspec
import yaml

from mocapbridge.config.schema import RunConfig
from mocapbridge.document.tree import NUMBERS

_LINE_WIDTH: Final = 100


class _Dumper(yaml.SafeDumper):
    """Quotes what our reading of YAML would not take for text (``1e5`` is a number to us)."""


class _Rules(Protocol):
    """The part of a dumper's class that decides how text is written."""

    def add_implicit_resolver(
        self, tag: str, regexp: re.Pattern[str], first: Sequence[str]
    ) -> None:
        """Quote text that the pattern matches and that begins with one of these letters."""
        ...

    def add_representer(
        self, data_type: type[str], representer: Callable[[yaml.Dumper, str], yaml.Node]
    ) -> None:
        """Use this function for values of that type."""
        ...


def _text(_dumper: yaml.Dumper, text: str) -> yaml.Node:
    # PyYAML writes some line breaks of Unicode as they are and then reads spaces.
    style = None if text.isprintable() else '"'
    return yaml.ScalarNode("tag:yaml.org,2002:str", text, style=style)


_RULES: Final = cast("_Rules", _Dumper)
_RULES.add_representer(str, _text)
for _number in NUMBERS:  # PyYAML knows the numbers of YAML 1.1, which are other ones
    _RULES.add_implicit_resolver("tag:yaml.org,2002:float", _number, "-+.0123456789")


def to_yaml(config: RunConfig) -> str:
    """The configuration as YAML text; reading it gives an equal configuration."""
    return yaml.dump(
        msgspec.to_builtins(config),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=_LINE_WIDTH,
    )
