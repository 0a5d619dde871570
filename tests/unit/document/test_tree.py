from __future__ import annotations

import textwrap
import tracemalloc

import pytest

from mocapbridge.document.tree import MappingNode, ScalarNode, parse, plain
from mocapbridge.errors import ConfigError


def _read(text: str) -> object:
    root = parse(textwrap.dedent(text).encode(), "x.yaml")
    return None if root is None else plain(root)


def test_values_are_those_of_yaml_1_2() -> None:
    assert _read(
        """
        texts: [on, off, yes, no, y, 1:30, 2024-01-01, 1_000, 0b11, 12e03x, "1", 'true', '']
        truths: [true, False, TRUE]
        numbers: [0, -1, +3, 010, 0x1F, 0o17, 1.5, .5, 3., 1e3, -2.5E-1]
        nothing: [null, ~, Null, ]
        empty:
        """
    ) == {
        "texts": [
            *("on", "off", "yes", "no", "y", "1:30", "2024-01-01", "1_000", "0b11", "12e03x"),
            *("1", "true", ""),
        ],
        "truths": [True, False, True],
        "numbers": [0, -1, 3, 10, 31, 15, 1.5, 0.5, 3.0, 1000.0, -0.25],
        "nothing": [None, None, None],
        "empty": None,
    }


def test_places_are_counted_from_one() -> None:
    root = parse(b"a: 1\nb:\n  c: [x, y]\n", "x.yaml")
    assert isinstance(root, MappingNode)
    inner = root.entries["b"].value
    assert isinstance(inner, MappingNode)
    entry = inner.entries["c"]
    assert (entry.place.line, entry.place.column) == (3, 3)
    assert (entry.value.place.line, entry.value.place.column) == (3, 6)


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "null\n", "~", "\n\n"])
def test_an_empty_file_is_nothing(text: str) -> None:
    assert parse(text.encode(), "x.yaml") is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_what_editors_and_shells_save_can_be_read(encoding: str) -> None:
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    root = parse((mark + "subject: Zoë\r\n").encode(encoding), "x.yaml")
    assert root is not None
    assert plain(root) == {"subject": "Zoë"}


def test_aliases_repeat_a_value() -> None:
    assert _read("a: &x {k: 1}\nb: *x\n") == {"a": {"k": 1}, "b": {"k": 1}}


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("a: 1\na: 2\n", "'a' was given before, in line 1", "2:1"),
        ("a: {b: 1, b: 2}\n", "'b' was given before", "1:11"),
        ("a: !!python/object/apply:os.system [id]\n", "tags are not used", "1:4"),
        ("a: !!str 1\n", "tags are not used", "1:4"),
        ("! a: 1\n", "tags are not used", "1:1"),
        ("a: .nan\n", "finite", "1:4"),
        ("a: [-.Inf]\n", "finite", "1:5"),
        ("a: 1e999\n", "larger than any number", "1:4"),
        (f"a: {'9' * 5000}\n", "too many digits", "1:4"),
        ('a: "\\ud83d"\n', "half a character", "1:4"),
        ("a: *b\n", "no anchor &b", "1:4"),
        ("a: &b [*b]\n", "inside the value it names", "1:8"),
        ("? [1, 2]\n: 3\n", "a key is a word", "1:3"),
        ("a: 1\n---\nb: 2\n", "one document", "2:1"),
        ("a: [1, 2\n", "not valid YAML", "2:1"),
        ("a:\n\t- 1\n", "not valid YAML", "2:1"),
        ("a: 'b\n", "not valid YAML", "2:1"),
        ("a: b: c\n", "not valid YAML", "1:5"),
        ('a: "C:\\clips"\n', "single quotes", "1:8"),
        ("[" * 30, "deeper than 20", "1:21"),
        ("[" * 200_000, "deeper than 20", "1:21"),
        ("- " * 100_000, "deeper than 20", "1:41"),
        ("&a [" * 30, "deeper than 20", ""),
    ],
)
def test_what_is_no_configuration_is_named_with_its_place(
    text: str, message: str, place: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text.encode(), "x.yaml")
    assert message in str(caught.value)
    assert f"(x.yaml:{place}" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"\xff\xfe\xfd", b"a: \xc3\x28", b"a: \0", b"\x80" * 100])
def test_bytes_that_are_no_text_are_refused(content: bytes) -> None:
    with pytest.raises(ConfigError, match=r"not valid YAML.*\(x\.yaml"):
        parse(content, "x.yaml")


def test_a_file_beyond_the_size_limit_is_refused() -> None:
    assert parse(b"#" * 256_000, "x.yaml") is None
    with pytest.raises(ConfigError, match="at most 256 kB"):
        parse(b"#" * 256_001, "x.yaml")


def test_depth_counts_through_aliases() -> None:
    nested = "a: &a [[[[[[[[[1]]]]]]]]]\nb: [[[[[[[[[[*a]]]]]]]]]]\n"
    with pytest.raises(ConfigError, match="deeper than 20"):
        parse(nested.encode(), "x.yaml")


def test_values_count_through_aliases() -> None:
    hundred = f"a: &a [{','.join('1' * 100)}]\n"
    _read(f"{hundred}b: [{','.join(['*a'] * 90)}]\n")
    with pytest.raises(ConfigError, match="more than 10000 values"):
        _read(f"{hundred}b: [{','.join(['*a'] * 100)}]\n")
    with pytest.raises(ConfigError, match="more than 10000 values"):
        _read(f"[{'1,' * 10_001}]")


def test_an_alias_bomb_is_refused_before_it_unfolds() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]" for n in range(9)]
    tracemalloc.start()
    try:
        with pytest.raises(ConfigError, match="more than 10000 values"):
            _read("\n".join(lines))
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak_bytes < 5_000_000


def test_a_quoted_word_is_text() -> None:
    root = parse(b"'null'", "x.yaml")
    assert isinstance(root, ScalarNode)
    assert root.value == "null"
