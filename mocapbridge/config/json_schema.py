"""Configurations and mappings as JSON Schema, for editors that complete and check YAML."""

from __future__ import annotations

import ast
import inspect
import json
import sys
from functools import cache
from itertools import pairwise
from typing import Any, Final, cast

import msgspec
import msgspec.inspect as mi

from mocapbridge.config.schema import RunConfig

# The dialect that the YAML extensions of all editors understand.
_DIALECT: Final = "http://json-schema.org/draft-07/schema#"


def json_schema(root: type = RunConfig) -> dict[str, Any]:
    """JSON Schema of a kind of file; descriptions are the docstrings of classes and fields.

    Args:
        root: what the whole file is.

    Raises:
        OSError: the program was installed without its source text.
    """
    (reference,), definitions = msgspec.json.schema_components(
        [root], ref_template="#/$defs/{name}"
    )
    for struct in _structs(root):
        definition = definitions[struct.__name__]
        # Python 3.13 takes the indent off docstrings, older ones do not.
        definition["description"] = _one_line(definition["description"])
        docs = field_docs(struct)
        for name, schema in definition["properties"].items():
            text = docs.get(name) or docs.get(f"{name}_")  # from is a word of Python
            if text:
                _describe(schema, text)
    return _draft_07(
        {"$schema": _DIALECT, "title": "mocapbridge", "allOf": [reference], "$defs": definitions}
    )


def schema_text(root: type = RunConfig) -> str:
    """The schema as the text of a JSON file.

    Args:
        root: what the whole file is.

    Raises:
        OSError: as ``json_schema``.
    """
    return json.dumps(json_schema(root), indent=2, ensure_ascii=False) + "\n"


def _describe(schema: dict[str, Any], text: str) -> None:
    if "$ref" in schema:  # nothing may stand beside a reference
        schema["allOf"] = [{"$ref": schema.pop("$ref")}]
    schema["description"] = text


def _draft_07(schema: Any) -> Any:  # noqa: ANN401 - any part of a JSON document
    """The same schema without what came after draft 7: ``prefixItems``."""
    if isinstance(schema, list):
        return [_draft_07(item) for item in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    parts = {key: _draft_07(value) for key, value in cast("dict[str, Any]", schema).items()}
    if "prefixItems" in parts:
        parts["items"] = parts.pop("prefixItems")
        parts["additionalItems"] = False
    return parts


@cache
def field_docs(struct: type) -> dict[str, str]:
    """What stands under each field of a class and of those it inherits from, on one line."""
    docs: dict[str, str] = {}
    for owner in reversed(struct.__mro__):
        if owner.__module__.startswith("mocapbridge."):
            docs.update(_own_field_docs(owner))
    return docs


def _own_field_docs(owner: type) -> dict[str, str]:
    module = ast.parse(inspect.getsource(sys.modules[owner.__module__]))
    bodies = [
        node.body
        for node in module.body
        if isinstance(node, ast.ClassDef) and node.name == owner.__name__
    ]
    docs: dict[str, str] = {}
    for body in bodies:
        for field, below in pairwise(body):
            match field, below:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    docs[name] = _one_line(text)
                case _:
                    pass
    return docs


def _one_line(docstring: str) -> str:
    return " ".join(docstring.split()).replace("``", "`")


def _structs(root: type) -> list[type]:
    """Every class of a schema."""
    found: dict[type, None] = {}

    def visit(kind: mi.Type) -> None:
        match kind:
            case mi.StructType() if kind.cls not in found:
                found[kind.cls] = None
                for field in kind.fields:
                    visit(field.type)
            case mi.UnionType():
                for member in kind.types:
                    visit(member)
            case mi.VarTupleType():
                visit(kind.item_type)
            case mi.DictType():
                visit(kind.value_type)
            case _:
                pass

    visit(mi.type_info(root))
    return list(found)
