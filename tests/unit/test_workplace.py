"""Folders for unfinished files: gone after use, after a kill with the next use, never before."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

import mocapbridge
from mocapbridge import workplace as module
from mocapbridge.errors import TakeUnwritable
from mocapbridge.export.new_file import new_file
from mocapbridge.takes.reader import Take, read_take
from mocapbridge.takes.save import save_take, save_take_as
from mocapbridge.workplace import remove_left, workplace
from tests.takes_made import synthetic_take

WAIT_S = 60.0

# A process in the middle of a take. It waits to be killed.
SAVING = """\
import sys
from pathlib import Path
from mocapbridge.takes.reader import read_take
from mocapbridge.takes.save import save_take, save_take_as

take, folder, slate = read_take(Path(sys.argv[1])), Path(sys.argv[2]), sys.argv[3]

def frames():
    yield from take.frames()
    print("half way", flush=True)
    sys.stdin.read()

if slate:
    save_take(folder, slate, take.header, frames())
else:
    save_take_as(folder / "clip.mocap", take.header, frames())
"""

# A process in the middle of an export.
EXPORTING = """\
import sys
from pathlib import Path
from mocapbridge.export.new_file import new_file

with new_file(Path(sys.argv[2]) / "clip.bvh", force=False) as path:
    path.write_text("HIERARCHY")
    print("half way", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module", name="take")
def _take(tmp_path_factory: pytest.TempPathFactory) -> Take:
    return read_take(synthetic_take(tmp_path_factory.mktemp("take"), frames=3))


@contextmanager
def _half_way(script: str, *arguments: str) -> Generator[subprocess.Popen[str], None, None]:
    root = str(Path(mocapbridge.__file__).parents[1])
    path = os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])
    with subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half way\n"
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("script", "slate"),
    [(SAVING, ""), (SAVING, "clip"), (EXPORTING, "")],
    ids=["as", "slate", "export"],
)
def test_what_a_killed_process_left_goes_with_the_next_and_a_living_ones_stays(
    tmp_path: Path, take: Take, script: str, slate: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with _half_way(script, str(take.path), str(out), slate) as process:
        (living,) = out.iterdir()
        save_take_as(out / "other.mocap", take.header, take.frames())
        remove_left(out)
        assert len(list(living.iterdir())) == 2, "what it writes, and its lock"
        process.kill()
        process.wait(WAIT_S)
        assert living.is_dir(), "nobody tidied up after the kill"
    made = save_take(out, "clip", take.header, take.frames())
    assert sorted(out.iterdir()) == [made, out / "other.mocap"]
    assert made.name == "clip_001.mocap", "a killed process takes no number"


def test_a_process_that_goes_on_finishes_what_it_began(tmp_path: Path, take: Take) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with _half_way(SAVING, str(take.path), str(out), "") as process:
        for _ in range(3):
            remove_left(out)
        process.communicate("", WAIT_S)
    assert [path.name for path in out.iterdir()] == ["clip.mocap"]


def test_other_machines_and_other_programs_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [".mocapbridge-elsewhere-abc.part", "notes.part", ".mocapbridge-this-file.part"]
    for name in names[:2]:
        (tmp_path / name).mkdir()
    (tmp_path / names[2]).write_text("a file")
    monkeypatch.setattr(module.platform, "node", lambda: "this")
    remove_left(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_no_link_is_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "held").touch()
    (precious / "diary").write_text("dear")
    with workplace(tmp_path) as place:
        name = place.name
    linked = tmp_path / name
    linked.symlink_to(precious)
    remove_left(tmp_path)
    assert (precious / "diary").read_text() == "dear"
    linked.unlink()
    linked.mkdir()
    (linked / "to").symlink_to(precious)
    remove_left(tmp_path)
    assert not linked.exists()
    assert (precious / "diary").exists()


def test_a_workplace_goes_with_all_in_it_whatever_happens(tmp_path: Path) -> None:
    def fail(place: Path) -> None:
        (place / "deep").mkdir()
        (place / "deep" / "file").touch()
        raise RuntimeError

    with pytest.raises(RuntimeError), workplace(tmp_path) as place:
        fail(place)
    assert not list(tmp_path.iterdir())


def test_a_name_that_was_taken_meanwhile_is_not_taken_away(tmp_path: Path, take: Take) -> None:
    target = tmp_path / "out" / "clip.mocap"

    def frames() -> Generator[object, None, None]:
        yield from take.frames()
        target.write_text("mine")

    with pytest.raises(TakeUnwritable, match=r"clip\.mocap"):
        save_take_as(target, take.header, frames())  # pyright: ignore[reportArgumentType]
    assert target.read_text() == "mine"
    assert list(target.parent.iterdir()) == [target]
    other = tmp_path / "x.bvh"

    def taken(path: Path) -> None:
        path.write_text("new")
        other.write_text("mine")

    with pytest.raises(TakeUnwritable), new_file(other, force=False) as path:
        taken(path)
    assert other.read_text() == "mine"
