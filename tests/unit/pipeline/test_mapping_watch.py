from __future__ import annotations

import logging
import os
from functools import partial
from pathlib import Path

import pytest

from mocapbridge.pipeline.mapping_watch import MappingWatch, WatchedMapping
from mocapbridge.retarget.load import load_mapping
from mocapbridge.retarget.mapping import Retarget
from tests.mapping_files import SEEN, write_mapping
from tests.motion_frames import random_frame, stream_info


class Edited:
    """A mapping in use, its files, and who watches them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._edits = 0
        self.edit("extends: base.yaml", "main.yaml")
        self.edit("shapes: {A: jawOpen}")
        load = partial(load_mapping, str(folder / "main.yaml"), folder)
        self.retarget = Retarget(load(), stream_info())
        self.watch = MappingWatch([WatchedMapping(self.retarget, load)])

    def edit(self, text: str, name: str = "base.yaml") -> None:
        # Times of its own, as two edits of a test may fall into one tick of the file system.
        self._edits += 1
        path = write_mapping(self._folder, text, name)
        os.utime(path, (self._edits, self._edits))

    def look(self, times: int = 2) -> tuple[str, ...]:
        for _ in range(times):
            self.watch.look()
        names = self.retarget.map(SEEN, random_frame(1)).info.names
        assert names is not None
        return names.blendshapes


def test_an_edit_is_taken_over_once_it_has_settled(tmp_path: Path) -> None:
    edited = Edited(tmp_path)
    assert edited.look(5) == ("A",)
    edited.edit("shapes: {B: jawOpen}")
    assert edited.look(1) == ("A",), "the editor may still be writing"
    assert edited.look(1) == ("B",)


def test_a_wrong_edit_keeps_the_old_mapping_and_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    edited = Edited(tmp_path)
    with caplog.at_level(logging.WARNING):
        edited.edit("shapes: {B: jawOpn}")
        assert edited.look(6) == ("A",)
    (told,) = caplog.messages
    assert "did you mean 'jawOpen'?" in told
    assert "base.yaml:1:10" in told
    edited.edit("shapes: {C: jawOpen}")
    assert edited.look() == ("C",)


def test_a_file_that_is_gone_for_a_while_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    edited = Edited(tmp_path)
    (tmp_path / "base.yaml").unlink()
    assert edited.look(1) == ("A",)
    edited.edit("shapes: {B: jawOpen}")
    assert edited.look() == ("B",)
    assert not caplog.messages


def test_files_that_come_to_be_extended_are_watched_too(tmp_path: Path) -> None:
    edited = Edited(tmp_path)
    edited.edit("shapes: {X: jawOpen}", "more.yaml")
    edited.edit("extends: [base.yaml, more.yaml]", "main.yaml")
    assert edited.look() == ("A", "X")
    edited.edit("shapes: {Y: jawOpen}", "more.yaml")
    assert edited.look() == ("A", "Y")
