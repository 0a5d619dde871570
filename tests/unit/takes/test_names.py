from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from mocapbridge.errors import TakeUnwritable
from mocapbridge.takes.names import create_take_file, slate_problem

DEVICES = ["CON", "PRN", "AUX", "NUL", *(f"COM{n}" for n in range(10)), "LPT1", "LPT9"]
HOSTILE = [
    *("", ".", "..", "...", "~", "~root", "$HOME", "%TEMP%", "-", "-rf", "--", " ", "  ", "\t"),
    *("../x", "..\\x", "a/b", "a\\b", "/etc/passwd", "C:\\x", "C:x", "\\\\host\\share", "//host/x"),
    *("a/../../b", "./x", ".hidden", "a\0b", "\0", "a\nb", "take\n", "\ntake", "a\rb", "a\x1bb"),
    *("a b", " take", "take ", "a:b", "a*b", "a?b", 'a"b', "a<b", "a>b", "a|b", "a;b", "a&b"),
    *("a'b", "a`b", "a$b", "a#b", "a%b", "a@b", "a!b", "a(b", "a)b", "a[b", "a{b", "a,b", "a=b"),
    *(
        "é",
        "take\u0301",
        "\uff54\uff41\uff4b\uff45",
        "\u202etake",
        "a\u2024b",
        "a\u2215b",
        "a\uff0fb",
        "a\u200bb",
    ),
    *("\uff11", "\u0661", "naïve", "тест", "日本", "\ud800", "\U0001f600", "a\u00a0b", "\ufeffa"),
    *("a" * 81, "a" * 300, "../" * 50, "%2e%2e%2f", "..%2f", "....//", "a/", "/", "\\"),
    # What a web form, a shell, a template or a file system may take for something else.
    *("%00", "a%00b", "%5c", "..%5c..%5c", "%c0%ae%c0%ae%c0%af", "..;/", "..\u2216", "\u2025"),
    *("..\u2044x", "\uff0e\uff0e\uff0fx", "\u3002\u3002/", "a\u2028b", "a\u2029b", "a\u0085b"),
    *("{{x}}", "${x}", "$(x)", "`x`", "|x", ">x", "x;rm", "x&&y", "x||y", "x\ny", "x\\ny", "~/x"),
    *("file:///etc", "http://x/y", "smb:x", "\\\\?\\C:\\x", "\\\\.\\pipe\\x", "x::$DATA", "x:y"),
    *("a\u202eb", "a\u2066b", "a\u00adb", "\u200f", "a\ufe0f", "\u212a", "\u017f", "ta\u212be"),
    *("\x7f", "a\x7f", "\x1b[2J", "\x08\x08", "\x00" * 8, "a\tb", "a\x0bb", "a\x0cb", "\ufffe"),
    *("...take", "..take", "-take", "--folder", "/.", "./.", "a/.", "a/..", "con.", "aux.mocap"),
    *(f"take{mark}" for mark in "^~£€¥§°±«»¿¡"),
    *(name for device in DEVICES for name in (device, device.lower(), f"{device}.txt")),
]


def test_the_corpus_is_large_enough() -> None:
    assert len(set(HOSTILE)) >= 200


@pytest.mark.parametrize("slate", sorted(set(HOSTILE)))
def test_hostile_names_are_refused_and_nothing_is_created(slate: str, tmp_path: Path) -> None:
    folder = tmp_path / "takes"
    with pytest.raises(TakeUnwritable, match="a take cannot be called"):
        create_take_file(folder, slate)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "slate", ["take", "Shot_1", "0", "_x", "a.b", "a-b", "a" * 80, "CONcert", "a..b", "com10"]
)
def test_ordinary_names_are_files_inside_the_folder(slate: str, tmp_path: Path) -> None:
    assert slate_problem(slate) is None
    path, file = create_take_file(tmp_path, slate)
    file.close()
    assert path == tmp_path / f"{slate}_001.mocap.jsonl"
    assert path.is_file()


def test_numbers_rise_past_the_highest_and_count_exports(tmp_path: Path) -> None:
    (tmp_path / "take_007.bvh").touch()
    (tmp_path / "take_1999.mocap.jsonl").touch()
    (tmp_path / "other_5000.mocap.jsonl").touch()
    (tmp_path / "take_final.txt").touch()
    path, file = create_take_file(tmp_path, "take")
    file.close()
    assert path.name == "take_2000.mocap.jsonl"


def test_another_case_of_the_same_slate_gets_another_number(tmp_path: Path) -> None:
    (tmp_path / "TAKE_001.mocap.jsonl").touch()
    path, file = create_take_file(tmp_path, "take")
    file.close()
    assert path.name == "take_002.mocap.jsonl"


def test_two_recordings_of_one_slate_never_share_a_file(tmp_path: Path) -> None:
    made = [create_take_file(tmp_path, "take") for _ in range(20)]
    for number, (_, file) in enumerate(made):
        file.write(b"%d" % number)
        file.close()
    assert [path.read_bytes() for path, _ in made] == [b"%d" % number for number in range(20)]


@pytest.mark.skipif(sys.platform == "win32", reason="making links needs rights on Windows")
def test_a_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "takes"
    folder.mkdir()
    victim = tmp_path / "victim"
    (folder / "take_000.mocap.jsonl").symlink_to(victim)  # numbers start past it
    (folder / "take_001.mocap.jsonl").symlink_to(victim)  # dangling, at the very name
    path, file = create_take_file(folder, "take")
    file.close()
    assert path.name == "take_002.mocap.jsonl"
    assert not victim.exists()


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="needs a user whom permissions stop"
)
def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(TakeUnwritable, match=r"record\.folder"):
            create_take_file(tmp_path, "take")
    finally:
        tmp_path.chmod(0o700)


def test_a_file_where_the_folder_should_be_is_named(tmp_path: Path) -> None:
    blocker = tmp_path / "takes"
    blocker.touch()
    with pytest.raises(TakeUnwritable, match=r"record\.folder"):
        create_take_file(blocker, "take")
