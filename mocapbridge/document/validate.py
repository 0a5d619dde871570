"""Compares a file's tree with the types of its schema and says all that does not fit.

msgspec stops at the first thing that does not fit and knows no line numbers; its own description of
the types (``msgspec.inspect``) is walked here instead. msgspec still has the last word: the
document is made by ``msgspec.convert``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

import msgspec.inspect as mi

from mocapbridge.document.problems import KeyPath, Problem, dotted
from mocapbridge.document.tree import (
    Entry,
    MappingNode,
    Node,
    Place,
    ScalarNode,
    SequenceNode,
    nearest,
)
from mocapbridge.document.wording import expected, got, hint

_LISTS: Final = (mi.VarTupleType, mi.ListType)


def type_problems(root: Node, schema: type) -> list[Problem]:
    """Everything in a tree that is not of the schema's types, in the order of the file.

    Args:
        root: the file.
        schema: the ``msgspec.Struct`` that the whole is to be.
    """
    problems = list(_Checker(schema).check(root, mi.type_info(schema), ()))
    return sorted(problems, key=lambda problem: _order(problem.place))


def _order(place: Place | None) -> tuple[int, int]:
    return (place.line, place.column) if place else (0, 0)


class _Checker:
    """Walks a tree and a type side by side."""

    def __init__(self, schema: type) -> None:
        self._schema = schema

    def check(self, node: Node, kind: mi.Type, path: KeyPath) -> Iterator[Problem]:
        if isinstance(kind, mi.Metadata):
            yield from self.check(node, kind.type, path)
        elif isinstance(kind, mi.StructType) and isinstance(node, MappingNode):
            yield from self._check_struct(node, kind, path)
        elif isinstance(kind, mi.DictType) and isinstance(node, MappingNode):
            for key, entry in node.entries.items():
                yield from self.check(entry.value, kind.value_type, (*path, key))
        elif isinstance(kind, mi.UnionType):
            yield from self._check_union(node, kind, path)
        elif isinstance(kind, _LISTS) and isinstance(node, SequenceNode):
            for index, item in enumerate(node.items):
                yield from self.check(item, kind.item_type, (*path, index))
        elif isinstance(kind, mi.TupleType) and isinstance(node, SequenceNode):
            yield from self._check_tuple(node, kind, path)
        elif not (isinstance(node, ScalarNode) and scalar_fits(node, kind)):
            yield _misfit(node, kind, path)

    def _check_tuple(
        self, node: SequenceNode, kind: mi.TupleType, path: KeyPath
    ) -> Iterator[Problem]:
        if len(node.items) != len(kind.item_types):
            text = f"expected {expected(kind)}, got {len(node.items)}"
            yield Problem(path, text, node.place)
            return
        for index, (item, item_kind) in enumerate(zip(node.items, kind.item_types, strict=True)):
            yield from self.check(item, item_kind, (*path, index))

    def _check_union(self, node: Node, kind: mi.UnionType, path: KeyPath) -> Iterator[Problem]:
        structs = [member for member in kind.types if isinstance(member, mi.StructType)]
        if isinstance(node, MappingNode) and structs and structs[0].tag_field is not None:
            if not structs[0].tag_field:  # a section that may be left out
                yield from self._check_struct(node, structs[0], path)
            else:
                yield from self._check_tagged(node, structs, path)
            return
        # What has parts is compared part by part where it may stand, so that the part is named.
        for member in kind.types:
            if _has_form(node, member):
                yield from self.check(node, member, path)
                return
        if not any(isinstance(node, ScalarNode) and scalar_fits(node, m) for m in kind.types):
            yield _misfit(node, kind, path)

    def _check_tagged(
        self, node: MappingNode, structs: list[mi.StructType], path: KeyPath
    ) -> Iterator[Problem]:
        tag_field = structs[0].tag_field or ""
        by_tag = {str(struct.tag): struct for struct in structs}
        valid = ", ".join(sorted(by_tag))
        entry = node.entries.get(tag_field)
        if entry is None:
            yield Problem((*path, tag_field), f"missing, it says of what kind: {valid}", node.place)
            return
        tag = entry.value.value if isinstance(entry.value, ScalarNode) else None
        if not isinstance(tag, str) or tag not in by_tag:
            near = nearest(tag, list(by_tag)) if isinstance(tag, str) else None
            meant = f"; did you mean {near!r}?" if near else ""
            text = f"expected one of {valid}, got {got(entry.value)}{meant}"
            yield Problem((*path, tag_field), text, entry.value.place)
            return
        yield from self._check_struct(node, by_tag[tag], path, structs)

    def _check_struct(
        self,
        node: MappingNode,
        kind: mi.StructType,
        path: KeyPath,
        alternatives: list[mi.StructType] | None = None,
    ) -> Iterator[Problem]:
        fields = {field.encode_name: field for field in kind.fields}
        for key, entry in node.entries.items():
            if key in fields:
                yield from self.check(entry.value, fields[key].type, (*path, key))
            elif kind.tag_field is None or key != kind.tag_field:
                yield self._unknown_key(entry, kind, path, alternatives or [])
        for key, field in fields.items():
            if field.required and key not in node.entries:
                text = f"missing, it must be given: {expected(field.type)}"
                yield Problem((*path, key), text, node.place)

    def _unknown_key(
        self, entry: Entry, kind: mi.StructType, path: KeyPath, alternatives: list[mi.StructType]
    ) -> Problem:
        names = sorted(field.encode_name for field in kind.fields)
        valid = f"valid: {', '.join(names)}"
        elsewhere = _paths_by_key(self._schema).get(entry.key, [])
        owners = [str(other.tag) for other in alternatives if _has(other, entry.key)]
        near = nearest(entry.key, names)
        if owners:
            text = f"not for {kind.tag_field} {kind.tag}, only for {', '.join(owners)}; {valid}"
        elif len(elsewhere) == 1:
            text = f"unknown key here; did you mean {elsewhere[0]}? {valid}"
        elif near:
            text = f"unknown key; did you mean {near!r}? {valid}"
        else:
            text = f"unknown key; {valid}"
        return Problem((*path, entry.key), text, entry.place)


def _has_form(node: Node, kind: mi.Type) -> bool:
    if isinstance(node, SequenceNode):
        return isinstance(kind, (mi.TupleType, *_LISTS))
    return isinstance(node, MappingNode) and isinstance(kind, (mi.DictType, mi.StructType))


def _misfit(node: Node, kind: mi.Type, path: KeyPath) -> Problem:
    text = f"expected {expected(kind)}, got {got(node)}{hint(node, kind)}"
    return Problem(path, text, node.place)


def _has(kind: mi.StructType, key: str) -> bool:
    return any(field.encode_name == key for field in kind.fields)


@cache
def _paths_by_key(schema: type) -> dict[str, list[str]]:
    """Every key of a schema with the paths where it may stand (lists left out)."""
    paths: dict[str, list[str]] = {}

    def visit(kind: mi.Type, path: KeyPath) -> None:
        if isinstance(kind, mi.StructType):
            for field in kind.fields:
                here = (*path, field.encode_name)
                paths.setdefault(field.encode_name, []).append(dotted(here))
                visit(field.type, here)

    visit(mi.type_info(schema), ())
    return paths


def scalar_fits(node: ScalarNode, kind: mi.Type) -> bool:
    """Whether a single value is of a type and within its limits, as msgspec sees it."""
    value = node.value
    if isinstance(kind, mi.Metadata):
        return scalar_fits(node, kind.type)
    if isinstance(kind, mi.LiteralType):
        return any(type(value) is type(choice) and value == choice for choice in kind.values)
    if isinstance(value, bool) or value is None:
        return isinstance(kind, mi.NoneType if value is None else mi.BoolType)
    if isinstance(value, str):
        return isinstance(kind, mi.StrType) and _text_fits(value, kind)
    if isinstance(kind, mi.IntType):
        return isinstance(value, int) and _in_range(value, kind)
    return isinstance(kind, mi.FloatType) and _in_range(value, kind)


def _text_fits(value: str, kind: mi.StrType) -> bool:
    return (
        len(value) >= (kind.min_length or 0)
        and (kind.max_length is None or len(value) <= kind.max_length)
        and (kind.pattern is None or re.search(kind.pattern, value) is not None)
    )


def _in_range(value: float, kind: mi.IntType | mi.FloatType) -> bool:
    return (
        (kind.ge is None or value >= kind.ge)
        and (kind.gt is None or value > kind.gt)
        and (kind.le is None or value <= kind.le)
        and (kind.lt is None or value < kind.lt)
    )
