"""How types and values are called in messages."""

from __future__ import annotations

from typing import Final

import msgspec.inspect as mi

from mocapbridge.document.problems import shortened
from mocapbridge.document.tree import MappingNode, Node, ScalarNode, did_you_mean

_YAML_1_1_WORDS: Final = frozenset({"yes", "no", "on", "off", "y", "n"})


def expected(kind: mi.Type) -> str:
    """What a type allows, for example ``a number > 0``."""
    match kind:
        case mi.Metadata():
            text = expected(kind.type)
        case mi.UnionType():
            text = _union(kind)
        case mi.LiteralType():
            values = sorted(kind.values, key=lambda value: (isinstance(value, str), value))
            text = f"one of {', '.join(str(value) for value in values)}"
        case mi.StrType():
            text = f"text{_length(kind)}"
        case mi.TupleType():
            text = f"a list of {len(kind.item_types)}"
        case _:
            text = _expected_simple(kind)
    return text


def _expected_simple(kind: mi.Type) -> str:
    match kind:
        case mi.BoolType():
            text = "true or false"
        case mi.IntType():
            text = f"a whole number{_range(kind)}"
        case mi.FloatType():
            text = f"a number{_range(kind)}"
        case mi.VarTupleType() | mi.ListType():
            text = "a list, each item on a line of its own after a dash"
        case _:
            text = "a section with keys of its own"
    return text


def got(node: Node) -> str:
    """What stands in the file instead."""
    if not isinstance(node, ScalarNode):
        return "a section" if isinstance(node, MappingNode) else "a list"
    if node.value is None:
        return "nothing"
    text = shortened(node.text)
    return repr(text) if isinstance(node.value, str) else text


def hint(node: Node, kind: mi.Type) -> str:
    """What was probably meant, with a leading semicolon; empty when there is no telling."""
    members = kind.types if isinstance(kind, mi.UnionType) else (kind,)
    if not isinstance(node, ScalarNode):
        return ""
    if node.value is None:
        return "; give a value or remove the line"
    if any(isinstance(member, mi.StrType) for member in members):
        return (
            "" if isinstance(node.value, str) else f"; put it in quotes: '{shortened(node.text)}'"
        )
    if not isinstance(node.value, str):
        return ""
    return _hint_for_text(node.value, members)


def _hint_for_text(text: str, members: tuple[mi.Type, ...]) -> str:
    if any(isinstance(member, mi.BoolType) for member in members):
        return "; yes, no, on and off are text here" if text.lower() in _YAML_1_1_WORDS else ""
    choices = [
        value
        for member in members
        if isinstance(member, mi.LiteralType)
        for value in member.values
        if isinstance(value, str)
    ]
    return did_you_mean(text, choices)


def _union(kind: mi.UnionType) -> str:
    names = [expected(member) for member in kind.types if not isinstance(member, mi.NoneType)]
    tags = sorted(str(m.tag) for m in kind.types if isinstance(m, mi.StructType) and m.tag)
    if tags:
        names = [f"a section with type: {', '.join(tags)}"]
    if any(isinstance(member, mi.NoneType) for member in kind.types):
        names.append("null")
    return " or ".join(names)


def _range(kind: mi.IntType | mi.FloatType) -> str:
    if kind.ge is not None and kind.le is not None:
        return f" from {kind.ge:g} to {kind.le:g}"
    limits = [
        f"{sign} {limit:g}"
        for sign, limit in ((">=", kind.ge), (">", kind.gt), ("<=", kind.le), ("<", kind.lt))
        if limit is not None
    ]
    return f" {' and '.join(limits)}" if limits else ""


def _length(kind: mi.StrType) -> str:
    if kind.pattern is not None:
        return f" of the form {kind.pattern}"
    if kind.min_length and kind.max_length:
        return f" of {kind.min_length} to {kind.max_length} characters"
    return " that is not empty" if kind.min_length else ""
