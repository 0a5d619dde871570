"""What is shown is what is read; what is told wrong is what msgspec refuses."""

from __future__ import annotations

import contextlib
import copy
import json
from pathlib import Path
from typing import Any, TypeAlias, cast

import msgspec
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mocapbridge.config.load import parse_config
from mocapbridge.config.schema import RunConfig
from mocapbridge.config.show import to_yaml
from mocapbridge.document.tree import parse, plain
from mocapbridge.document.validate import type_problems
from mocapbridge.errors import ConfigError
from mocapbridge.outputs.options import OscOptions, OutputOptions, ZmqOptions
from mocapbridge.sources.options import CameraOptions, StreamOptions, VideoOptions

Data: TypeAlias = Any

_scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(
        ["on", "no", "1e5", "0o17", "0x1", "1:30", "~", "null", "12.", "<<", "=", ".nan"]
    )
)
_documents: st.SearchStrategy[Data] = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(_documents)
def test_json_is_read_as_json_reads_it(document: Data) -> None:
    text = json.dumps(document)
    root = parse(text.encode(), "x.yaml")
    assert (None if root is None else plain(root)) == json.loads(text)


# Any text, but for surrogates, which no file can hold.
_texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
_tricky = _texts | st.sampled_from(
    [
        "on",
        "007",
        "1e5",
        "0o17",
        "0x1F",
        "1_000",
        "1:30",
        "null",
        "~",
        ".5",
        "12e3",
        "-",
        "a: b",
        "#x",
    ]
)
_printable = _tricky.map(str.strip).filter(lambda text: text.isprintable() and text != "")
_sources = st.one_of(
    st.builds(CameraOptions, device=st.integers(0, 9) | _tricky, mirror=st.booleans()),
    st.builds(
        VideoOptions,
        path=_printable.map(lambda text: str(Path("/base", text.lstrip("/\\")))),
        start_s=st.floats(0, 1e9),
    ),
    st.builds(StreamOptions, url=_tricky),
)


@st.composite
def _outputs(draw: st.DrawFn) -> tuple[OutputOptions, ...]:
    name, port = draw(_tricky), draw(st.integers(1, 65535))
    return draw(st.sampled_from([(), (OscOptions(name=name, port=port), ZmqOptions())]))


_configs = st.builds(RunConfig, subject=_printable, source=_sources, outputs=_outputs())


@settings(max_examples=50, deadline=None)
@given(_configs)
def test_what_is_shown_reads_as_the_same(config: RunConfig) -> None:
    shown = to_yaml(config).encode()
    assert parse_config(shown, "x.yaml", Path("/elsewhere")) == config
    # Other programs read it the same, where YAML 1.1 and 1.2 agree.
    assert yaml.safe_load(shown)["subject"] == config.subject


def _is_inner(part: Data) -> bool:
    return isinstance(part, (dict, list)) and bool(cast("Data", part))


def _keys(part: Data) -> list[Data]:
    is_list = isinstance(part, list)
    return list(range(len(cast("Data", part)))) if is_list else list(part)


@st.composite
def _damaged(draw: st.DrawFn) -> Data:
    """The defaults with some values replaced, removed or added."""
    document: Data = json.loads(msgspec.json.encode(RunConfig()))
    for _ in range(draw(st.integers(1, 4))):
        part = document
        while _is_inner(part):
            key = draw(st.sampled_from(_keys(part)))
            if not _is_inner(part[key]) or draw(st.integers(0, 3)) == 0:
                _damage(draw, part, key)
                break
            part = part[key]
    return document


_ALMOST: list[Data] = [0, 1, 2, 45, 90, 65536, 0.5, -1.0, "normal", "osc", "video", [], [1] * 4, {}]


def _damage(draw: st.DrawFn, part: Data, key: Data) -> None:
    what = draw(st.sampled_from(["replace", "replace", "remove", "add"]))
    almost: st.SearchStrategy[Data] = st.sampled_from(_ALMOST).map(copy.deepcopy)
    if what == "replace":
        part[key] = draw(almost | _scalars)
    elif what == "remove":
        del part[key]
    elif isinstance(key, str):
        part[draw(st.sampled_from(["fps", "path", "preset", "x"]))] = draw(almost)
    else:
        part.append(draw(almost))


@settings(max_examples=150, deadline=None)
@given(_damaged())
def test_problems_are_told_exactly_where_msgspec_refuses(document: Data) -> None:
    root = parse(json.dumps(document).encode(), "x.yaml")
    assert root is not None
    refusal = None
    try:
        msgspec.convert(document, RunConfig)
    except msgspec.ValidationError as error:
        refusal = error
    assert bool(type_problems(root, RunConfig)) == bool(refusal), refusal


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode(errors="replace"))
)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(ConfigError):
        parse_config(content, "x.yaml", Path("/base"))
