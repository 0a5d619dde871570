"""Bone lists as files."""

from __future__ import annotations

import json

import pytest
from mocapbridge_addon.retarget.mapping import Mapping, MappingError, from_json, to_json


def test_a_bone_list_comes_back_as_it_was_saved() -> None:
    mapping = Mapping(
        "Mine", {"hips": ("pelvis",), "spine": ("a", "b")}, {"a": (0.6, 0.8, 0.0, 0.0)}
    )
    assert from_json(to_json(mapping)) == mapping


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"format": "other"}, "not a bone list"),
        ({"version": 2}, "version 2"),
        ({"joints": {"tail": ["x"]}}, "'tail'"),
        ({"joints": {"hips": "x"}}, "not a list"),
        ({"joints": None}, "missing"),
        ({"t_pose": {"a": [1, 2]}}, "four numbers"),
        ({"t_pose": []}, "table"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(change: dict[str, object], complaint: str) -> None:
    document = json.loads(to_json(Mapping("Mine", {"hips": ("pelvis",)})))
    with pytest.raises(MappingError, match=complaint):
        from_json(json.dumps(document | change))


@pytest.mark.parametrize("text", ["", "{", "[1]", '"x"'])
def test_what_is_no_bone_list_at_all_is_refused(text: str) -> None:
    with pytest.raises(MappingError):
        from_json(text)
