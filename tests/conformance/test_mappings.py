"""The shipped mappings: right, complete, and agreeing with whoever made the names."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from mocapbridge_addon.retarget.families import RIGIFY

from mocapbridge.blendshapes import ARKIT_NAMES
from mocapbridge.bundled import bundled_path
from mocapbridge.config.json_schema import schema_text
from mocapbridge.outputs.vmc_expressions import Preset, expressions
from mocapbridge.outputs.vmc_layout import BONE_NAMES
from mocapbridge.retarget.explain import explain
from mocapbridge.retarget.files import ready_mappings
from mocapbridge.retarget.load import FREE, Freedom, load_mapping
from mocapbridge.retarget.mapping import Mapped, Retarget
from mocapbridge.retarget.options import MappingFile
from mocapbridge.skeleton import JOINT_INDEX, JOINT_NAMES, PARENTS
from mocapbridge.wire.live_link_face import VALUE_NAMES
from tests.mapping_files import SEEN
from tests.motion_frames import random_frame, stream_info
from tests.skeleton_poses import apart_deg, world_rotations

MAPPINGS = ready_mappings()
REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "protocols.md"
HERE = Path()
FRAME = random_frame(5)
RIGS = {
    # column of the table in section 13, what a name has in front, how many joints have none
    "unity_humanoid": (3, "", 0),
    "mixamo": (4, "mixamorig:", 3),
    "ue5_manny": (5, "", 3),
    "rigify": (6, "", 0),
    "bvh_cmu": (8, "", 3),
}


def mapped(name: str, freedom: Freedom = FREE) -> Mapped:
    return Retarget(load_mapping(name, HERE, freedom), stream_info()).map(SEEN, FRAME)


def test_all_that_were_promised_are_there() -> None:
    assert {*RIGS, "arkit", "vrm0", "vrm1", "vrchat", "live_link_face", "metahuman"} <= set(
        MAPPINGS
    )


@pytest.mark.parametrize("name", MAPPINGS)
def test_every_shipped_mapping_runs_and_explains_itself(name: str) -> None:
    motion, info = mapped(name)
    names = info.names
    joints = len(names.joints if names else JOINT_NAMES)
    shapes = len(names.blendshapes if names else ARKIT_NAMES)
    assert motion.pose.rotations_wxyz.shape == (joints, 4)
    assert np.linalg.norm(motion.pose.rotations_wxyz, axis=1) == pytest.approx(np.ones(joints))
    assert info.rest_positions_m.shape == motion.pose.positions_in_world_m.shape == (joints, 3)
    assert motion.face.blendshapes.shape == (shapes,)
    assert np.isfinite(motion.face.blendshapes).all()
    assert explain(load_mapping(name, HERE))


@pytest.mark.parametrize("name", MAPPINGS)
def test_editors_find_the_schema(name: str) -> None:
    lines = MAPPINGS[name].read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["# yaml-language-server: $schema=schema.json", "#"]


def test_the_shipped_schema_is_current() -> None:
    shipped = bundled_path("configs/mappings/schema.json").read_text(encoding="utf-8")
    told = "run: mocapbridge map schema > configs/mappings/schema.json"
    assert shipped == schema_text(MappingFile), told


@pytest.mark.parametrize("name", [*RIGS, "rigify_fk", "metahuman"])
def test_every_joint_of_a_rig_points_where_ours_does(name: str) -> None:
    motion, info = mapped(name)
    assert info.names is not None
    mapping = load_mapping(name, HERE)
    ours = world_rotations(FRAME.pose.rotations_wxyz, PARENTS)
    theirs = world_rotations(motion.pose.rotations_wxyz, info.names.parents)
    # Of two joints that share one of ours, the last one has made the whole turn.
    last = {joint.source: index for index, joint in enumerate(mapping.joints or ())}
    pairs = [(theirs[index], ours[source]) for source, index in last.items()]
    assert len(pairs) >= 52
    assert apart_deg(*map(list, zip(*pairs, strict=True))) < 0.01


def test_rigify_fk_names_the_controls_that_the_blender_add_on_drives() -> None:
    # The add-on's tests generate the rig in Blender and move it by these controls.
    driven = {joint: bones[0].split("|")[0] for joint, bones in RIGIFY.joints().items()}
    joints = load_mapping("rigify_fk", HERE).joints or ()
    named = {JOINT_NAMES[joint.source]: joint.name for joint in joints}
    assert named.pop("hips") == "torso"  # where the add-on uses the torso for the lower back
    # The eyes' controls are aimed at, not turned.
    assert driven.keys() - named.keys() == {"hips", "spine", "leftEye", "rightEye"}
    assert all(driven[joint] == name for joint, name in named.items())


@pytest.mark.parametrize("name", ["arkit", "humanoid"])
def test_arkit_and_the_humanoid_are_what_we_have(name: str) -> None:
    motion, info = mapped(name)
    assert info.names is None
    assert np.array_equal(motion.face.blendshapes, FRAME.face.blendshapes)
    assert np.array_equal(motion.pose.rotations_wxyz, FRAME.pose.rotations_wxyz)


@pytest.mark.parametrize("preset", ["vrm0", "vrm1"])
def test_expressions_of_avatars_are_those_of_the_vmc_output(preset: Preset) -> None:
    names, from_arkit = expressions(preset)
    motion, info = mapped(preset)
    assert info.names is not None
    assert info.names.blendshapes == names
    expected = np.clip(from_arkit @ FRAME.face.blendshapes, 0.0, 1.0)
    assert motion.face.blendshapes == pytest.approx(expected, abs=1e-6)


def test_live_link_face_has_the_names_and_the_order_of_unreal() -> None:
    motion, info = mapped("live_link_face")
    assert info.names is not None
    assert tuple(map(str.lower, info.names.blendshapes)) == tuple(
        name.lower() for name in VALUE_NAMES[:52]
    )
    assert np.array_equal(motion.face.blendshapes, FRAME.face.blendshapes)
    fixed = mapped("live_link_face", Freedom(shapes=False, joints=False))
    assert fixed.info.names is None
    assert np.array_equal(fixed.motion.face.blendshapes, FRAME.face.blendshapes)


def test_unity_has_the_bones_of_the_vmc_output() -> None:
    names = mapped("unity_humanoid").info.names
    assert names is not None
    assert names.joints == BONE_NAMES
    lowered = mapped("vrm0").info.names
    assert lowered is not None
    assert lowered.joints == tuple(name[0].lower() + name[1:] for name in BONE_NAMES)


def test_vrchat_eyes_and_lids_follow_its_conventions() -> None:
    motion, info = mapped("vrchat")
    assert info.names is not None
    got = dict(zip(info.names.blendshapes, motion.face.blendshapes.tolist(), strict=True))
    shape = dict(zip(ARKIT_NAMES, FRAME.face.blendshapes.tolist(), strict=True))
    lid = 0.75 * (1 - shape["eyeBlinkLeft"]) + 0.25 * shape["eyeWideLeft"]
    assert got["EyeLidLeft"] == pytest.approx(min(1.0, lid))
    assert got["JawX"] == pytest.approx(shape["jawRight"] - shape["jawLeft"])
    yaw_deg = float(np.degrees(FRAME.face.gaze_rad[0, 0]))
    assert got["EyeLeftX"] == pytest.approx(np.clip(-yaw_deg / 45, -1, 1), abs=1e-4)


@pytest.mark.skipif(not REFERENCE.is_file(), reason="the reference tables are not at hand")
@pytest.mark.parametrize("name", RIGS)
def test_joint_tables_are_those_of_the_reference(name: str) -> None:
    column, prefix, absent = RIGS[name]
    section = REFERENCE.read_text(encoding="utf-8").split("## 13.")[1]
    rows = [
        row.strip("|").split("|") for row in re.findall(r"^\| \d+ \|.*$", section, re.MULTILINE)
    ]
    theirs = {
        row[1].split("`")[1]: row[column].replace("`", "").strip()
        for row in rows
        if "*" not in row[column] and "—" not in row[column]
    }
    assert len(theirs) == 55 - absent
    joints = load_mapping(name, HERE).joints or ()
    by_source: dict[str, list[str]] = {}
    for joint in joints:
        by_source.setdefault(JOINT_NAMES[joint.source], []).append(joint.name)
    assert by_source.keys() == theirs.keys()
    assert max(JOINT_INDEX[source] for source in by_source) == 54
    for ours, told in theirs.items():
        for given in by_source[ours]:
            # Where the table has several, as in "LowerBack / Spine", it is one of them.
            assert given.removeprefix(prefix) in re.split(r"[\s/>+()]+", told), (ours, told)
