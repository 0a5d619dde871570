"""Properties of what the model store reads and writes."""

from __future__ import annotations

import io
import struct
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mocapbridge.errors import ModelCorrupt
from mocapbridge.tracking.model_store.face_mesh import load_attention_mesh_map, merge_table
from mocapbridge.tracking.model_store.manifest import Member
from mocapbridge.tracking.model_store.rebuild import build_bundle
from mocapbridge.tracking.model_store.zip_members import (
    first_hostile_name,
    member_names,
    read_members,
)

_names = st.from_regex(r"[a-z_]{1,40}\.tflite", fullmatch=True)
_contents = st.dictionaries(_names, st.binary(max_size=200), max_size=6)
_LOCAL_HEADER_BYTES = 30


@settings(deadline=None)
@given(contents=_contents)
def test_bundles_are_reproducible_aligned_and_readable(contents: dict[str, bytes]) -> None:
    members = [Member(member=name, network=name) for name in contents]
    bundle = build_bundle(members, contents)
    assert bundle == build_bundle(members, contents)
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == contents
        for info in archive.infolist():
            assert info.compress_type == zipfile.ZIP_STORED
            name_and_extra = struct.unpack_from("<HH", bundle, info.header_offset + 26)
            start = info.header_offset + _LOCAL_HEADER_BYTES + sum(name_and_extra)
            assert start % 16 == 0
            assert bundle[start : start + info.file_size] == contents[info.filename]


@settings(max_examples=200, deadline=None)
@given(
    content=st.one_of(
        st.binary(max_size=300),
        st.binary(max_size=60).map(lambda tail: _ARCHIVE[: len(_ARCHIVE) - len(tail)] + tail),
    )
)
def test_any_bytes_are_an_archive_or_refused(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.whl")
        path.write_bytes(content)
        try:
            read = read_members(path, {"a.tflite": 7})
        except ModelCorrupt:
            pass
        else:
            assert read == {"a.tflite": b"network"}
            assert member_names(path) == {"a.tflite"}


_ARCHIVE = build_bundle([Member(member="a.tflite", network="a")], {"a": b"network"})


@settings(deadline=None)
@given(parts=st.lists(st.sampled_from(["..", ".", "a", "b.c", "", "...", "C:"]), max_size=6))
def test_names_that_leave_the_folder_are_found(parts: list[str]) -> None:
    name = "/".join(parts)
    depth, climbed = 0, name.startswith("/")
    for part in PurePosixPath(name).parts:
        depth += -1 if part == ".." else 1
        climbed = climbed or depth < 0
    if climbed:
        assert first_hostile_name(["fine", name]) == name
    if first_hostile_name([name]) is None:
        assert not climbed


@settings(deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_table_does_what_the_refinement_says(seed: int) -> None:
    generator = np.random.default_rng(seed)
    mesh_map = load_attention_mesh_map()
    outputs = [generator.random(1404), *(generator.random(2 * len(m)) for m in mesh_map.maps)]
    picked = np.concatenate(outputs)[merge_table(mesh_map)].reshape(478, 3)

    expected = np.full((478, 3), np.nan)
    expected[:468] = outputs[0].reshape(468, 3)
    for landmarks, output in zip(mesh_map.maps, outputs[1:], strict=True):
        for place, landmark in enumerate(landmarks):
            expected[landmark, 0] = output[2 * place]
            expected[landmark, 1] = output[2 * place + 1]
    irises = np.array(mesh_map.maps[3:])
    known = ~np.isnan(expected)
    assert np.array_equal(picked[known], expected[known])
    for iris, contour in zip(irises, mesh_map.iris_z_from, strict=True):
        assert set(picked[iris, 2]) <= set(expected[list(contour), 2])
    assert not np.isnan(picked).any()
