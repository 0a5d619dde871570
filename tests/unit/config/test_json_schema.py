from __future__ import annotations

import json
from typing import Any

from mocapbridge.config.json_schema import field_docs, json_schema, schema_text
from mocapbridge.outputs.options import OscOptions
from mocapbridge.sources.options import VideoOptions


def test_descriptions_come_from_the_lines_under_the_fields() -> None:
    docs = field_docs(VideoOptions)
    assert docs["end_s"] == "Stop at this time of the clip."
    assert docs["mirror"].startswith("Flip left and right")  # inherited
    assert "\n" not in docs["pace"]
    properties = json_schema()["$defs"]["VideoOptions"]["properties"]
    assert properties["mirror"]["description"] == docs["mirror"]


def test_sections_have_a_description_beside_their_reference() -> None:
    tracking = json_schema()["$defs"]["RunConfig"]["properties"]["tracking"]
    assert tracking["description"] == "What is tracked, and how."
    assert tracking["allOf"] == [{"$ref": "#/$defs/TrackingOptions"}]


def test_unknown_keys_are_errors_in_editors_and_kinds_are_required() -> None:
    definition = json_schema()["$defs"][OscOptions.__name__]
    assert definition["additionalProperties"] is False
    assert definition["required"] == ["type"]


def _keys(part: Any) -> set[str]:  # noqa: ANN401 - any part of a JSON document
    if isinstance(part, list):
        return {key for item in part for key in _keys(item)}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(part, dict):
        return set(part) | {key for value in part.values() for key in _keys(value)}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return set()


def test_nothing_newer_than_draft_7_is_used() -> None:
    schema = json.loads(schema_text())
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    newer = {"prefixItems", "unevaluatedProperties", "unevaluatedItems", "dependentRequired"}
    assert not newer & _keys(schema)
    crop = schema["$defs"]["CameraOptions"]["properties"]["crop"]["anyOf"][0]
    assert (len(crop["items"]), crop["additionalItems"]) == (4, False)
