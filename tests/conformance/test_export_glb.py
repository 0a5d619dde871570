"""GLB and VRMA: by Khronos' validator where it is installed, and unpacked by hand."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.spatial.transform import Rotation

from mocapbridge.blendshapes import ARKIT_INDEX, ARKIT_NAMES
from mocapbridge.export.glb import write_glb
from mocapbridge.export.options import ExportOptions
from mocapbridge.export.vrma import write_vrma
from mocapbridge.skeleton import JOINT_INDEX, JOINT_NAMES, JOINTS
from tests.export_clips import moving_clip

VALIDATE = """\
const validator = require("gltf-validator");
const bytes = new Uint8Array(require("fs").readFileSync(process.argv[1]));
validator.validateBytes(bytes, {maxIssues: 100}).then(
  (report) => console.log(JSON.stringify(report.issues)));
"""

# In the words of three.js' own loader; it looks for the browser's global object.
LOAD = """\
import {GLTFLoader} from "three/examples/jsm/loaders/GLTFLoader.js";
import {AnimationMixer, Vector3} from "three";
import {VRMAnimationLoaderPlugin} from "@pixiv/three-vrm-animation";
import {readFileSync} from "fs";
globalThis.self = globalThis;
const bytes = new Uint8Array(readFileSync(process.argv[1]));
const loader = new GLTFLoader();
loader.register((parser) => new VRMAnimationLoaderPlugin(parser));
const gltf = await new Promise((done, failed) => loader.parse(bytes.buffer, "", done, failed));
const motion = (gltf.userData.vrmAnimations || [])[0];
const result = {duration: gltf.animations[0].duration};
if (motion) {
  const tracks = motion.humanoidTracks;
  result.bones = [...tracks.rotation.keys()];
  result.hips = Array.from(tracks.translation.get("hips").values);
  result.arm = Array.from(tracks.rotation.get("leftUpperArm").values);
  result.custom = motion.expressionTracks.custom.size;
  result.preset = motion.expressionTracks.preset.size;
  result.gaze = motion.lookAtTrack !== undefined;
} else {
  const mixer = new AnimationMixer(gltf.scene);
  mixer.clipAction(gltf.animations[0]).play();
  mixer.setTime(0.4);
  gltf.scene.updateMatrixWorld(true);
  const hand = gltf.scene.getObjectByName("leftHand").getWorldPosition(new Vector3());
  result.hand = hand.toArray();
  result.weights = [];
  // A mesh for each material.
  gltf.scene.getObjectByName("Face").traverse((mesh) => {
    if (mesh.isMesh) result.weights.push(mesh.morphTargetInfluences);
  });
}
console.log(JSON.stringify(result));
"""

_NUMPY = {5126: "<f4", 5123: "<u2", 5121: "u1"}
_WIDTH = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


class Glb:
    """A GLB file, read from the specification."""

    def __init__(self, path: Path) -> None:
        data = path.read_bytes()
        magic, version, length, json_length, json_type = struct.unpack_from("<4s4I", data)
        assert (magic, version, length, json_type) == (b"glTF", 2, len(data), 0x4E4F534A)
        self.document: dict[str, Any] = json.loads(data[20 : 20 + json_length])
        self._binary = data[28 + json_length :]

    def array(self, index: int) -> npt.NDArray[Any]:
        accessor = self.document["accessors"][index]
        view = self.document["bufferViews"][accessor["bufferView"]]
        width = _WIDTH[accessor["type"]]
        flat = np.frombuffer(
            self._binary,
            dtype=_NUMPY[accessor["componentType"]],
            count=accessor["count"] * width,
            offset=view["byteOffset"],
        )
        return flat if width == 1 else flat.reshape(-1, width)

    def track(self, node: int, path: str) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Times and values of what the animation does with a node."""
        animation = self.document["animations"][0]
        (channel,) = (
            c for c in animation["channels"] if c["target"] == {"node": node, "path": path}
        )
        sampler = animation["samplers"][channel["sampler"]]
        return self.array(sampler["input"]), self.array(sampler["output"])

    def node(self, name: str) -> int:
        (index,) = (i for i, n in enumerate(self.document["nodes"]) if n["name"] == name)
        return index


def _run_in_node(script: str, path: Path, package: str) -> dict[str, Any]:
    """What a script prints as JSON; the test is skipped without node or the npm package."""
    node = shutil.which("node")
    modules = Path(os.environ.get("NODE_PATH", "node_modules"))
    if node is None or not (modules / package).is_dir():
        pytest.skip(f"needs node and, in the node_modules that NODE_PATH names, {package}")
    kind = "module" if script.startswith("import") else "commonjs"
    ended = subprocess.run(
        [node, f"--input-type={kind}", "-e", script, str(path)],
        capture_output=True,
        text=True,
        check=False,
        # Modules are looked for from here, scripts where NODE_PATH says.
        cwd=modules.parent,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.mark.parametrize("ending", ["glb", "vrma"])
def test_the_validator_of_khronos_finds_no_error(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    write = write_glb if ending == "glb" else write_vrma
    write(moving_clip(50, jitter=0.4), path, ExportOptions(), lambda _done: None)
    issues = _run_in_node(VALIDATE, path, "gltf-validator")
    assert issues["numErrors"] == 0, issues
    assert issues["numWarnings"] == 0, issues


def test_glb_moves_joints_hips_and_face_at_the_times_of_the_take(tmp_path: Path) -> None:
    clip = moving_clip(30, jitter=0.4)
    path = tmp_path / "a.glb"
    write_glb(clip, path, ExportOptions(), lambda _done: None)
    glb = Glb(path)
    for name in ("hips", "head", "leftLowerArm", "rightLittleDistal"):
        times, values = glb.track(glb.node(name), "rotation")
        assert np.allclose(times, clip.times_s, atol=1e-6)
        assert np.array_equal(values[:, 3], clip.rotations_wxyz[:, JOINT_INDEX[name], 0])
        assert np.array_equal(values[:, :3], clip.rotations_wxyz[:, JOINT_INDEX[name], 1:])
    _, values = glb.track(glb.node("hips"), "translation")
    assert np.array_equal(values, clip.root_in_world_m)
    _, weights = glb.track(glb.node("Face"), "weights")
    assert np.array_equal(weights.reshape(30, 52), clip.blendshapes)
    face = glb.document["meshes"][glb.document["nodes"][glb.node("Face")]["mesh"]]
    assert face["extras"]["targetNames"] == list(ARKIT_NAMES)


def test_every_shape_of_the_face_moves_it_and_sides_are_the_performers(tmp_path: Path) -> None:
    path = tmp_path / "a.glb"
    write_glb(moving_clip(2), path, ExportOptions(), lambda _done: None)
    glb = Glb(path)
    primitive, *others = glb.document["meshes"][0]["primitives"]
    for other in others:  # one set of points; each material has triangles of its own
        assert (other["attributes"], other["targets"]) == (
            primitive["attributes"],
            primitive["targets"],
        )
    rest = glb.array(primitive["attributes"]["POSITION"])
    for name, target in zip(ARKIT_NAMES, primitive["targets"], strict=True):
        moved = np.linalg.norm(glb.array(target["POSITION"]), axis=1)
        assert 0.0005 < moved.max() < 0.05, name
        centre_x = np.average(rest[:, 0], weights=moved)
        if name.endswith("Left") and name not in ("jawLeft", "mouthLeft"):
            assert centre_x > 0.002, name
        if name.endswith("Right") and name not in ("jawRight", "mouthRight"):
            assert centre_x < -0.002, name
    chin = np.argmin(rest[:, 1])
    jaw = glb.array(primitive["targets"][ARKIT_INDEX["jawOpen"]]["POSITION"])
    assert jaw[chin, 1] < -0.005


def test_vrma_is_what_its_specification_asks_for(tmp_path: Path) -> None:
    clip = moving_clip(30)
    path = tmp_path / "a.vrma"
    write_vrma(clip, path, ExportOptions(), lambda _done: None)
    glb = Glb(path)
    assert glb.document["extensionsUsed"] == ["VRMC_vrm_animation"]
    extension = glb.document["extensions"]["VRMC_vrm_animation"]
    assert extension["specVersion"] == "1.0"
    bones = extension["humanoid"]["humanBones"]
    assert set(bones) == set(JOINT_NAMES) - {"leftEye", "rightEye"}
    assert {joint.name for joint in JOINTS if joint.required} <= set(bones)
    moved = {
        channel["target"]["node"]
        for channel in glb.document["animations"][0]["channels"]
        if channel["target"]["path"] == "translation"
    }
    expressions = extension["expressions"]
    weights = [e["node"] for group in expressions.values() for e in group.values()]
    assert moved == {bones["hips"]["node"], *weights}
    assert set(expressions["custom"]) == set(ARKIT_NAMES)
    assert not {"lookUp", "lookDown", "lookLeft", "lookRight"} & set(expressions["preset"])
    assert not set(expressions["custom"]) & set(expressions["preset"])
    _, values = glb.track(expressions["preset"]["aa"]["node"], "translation")
    assert np.array_equal(values[:, 0], clip.blendshapes[:, ARKIT_INDEX["jawOpen"]])


def test_vrma_gaze_is_yaw_to_the_left_and_pitch_up(tmp_path: Path) -> None:
    clip = moving_clip(30)
    path = tmp_path / "a.vrma"
    write_vrma(clip, path, ExportOptions(), lambda _done: None)
    glb = Glb(path)
    node = glb.document["extensions"]["VRMC_vrm_animation"]["lookAt"]["node"]
    _, values = glb.track(node, "rotation")
    forward = Rotation.from_quat(values).apply([0.0, 0.0, 1.0])
    yaw, pitch = clip.gaze_rad.mean(axis=1).T
    assert np.allclose(np.arctan2(forward[:, 0], forward[:, 2]), yaw, atol=1e-5)
    assert np.allclose(np.arcsin(forward[:, 1]), pitch, atol=1e-5)


def test_three_js_plays_the_glb_as_the_take_has_it(tmp_path: Path) -> None:
    clip = moving_clip(40, rate=Fraction(25))
    path = tmp_path / "a.glb"
    write_glb(clip, path, ExportOptions(), lambda _done: None)
    played = _run_in_node(LOAD, path, "@pixiv/three-vrm-animation")
    assert abs(played["duration"] - clip.duration_s) < 1e-5
    hand_m = clip.positions_in_world_m[10, JOINT_INDEX["leftHand"]]
    assert np.linalg.norm(np.array(played["hand"]) - hand_m) < 0.0005
    assert len(played["weights"]) == 4
    assert np.allclose(played["weights"], clip.blendshapes[10], atol=1e-4)


def test_three_vrm_takes_the_vrma_for_one(tmp_path: Path) -> None:
    clip = moving_clip(40, rate=Fraction(25))
    path = tmp_path / "a.vrma"
    write_vrma(clip, path, ExportOptions(), lambda _done: None)
    read = _run_in_node(LOAD, path, "@pixiv/three-vrm-animation")
    assert set(read["bones"]) == set(JOINT_NAMES) - {"leftEye", "rightEye"}
    assert (read["custom"], read["preset"], read["gaze"]) == (52, 11, True)
    assert np.allclose(np.reshape(read["hips"], (-1, 3)), clip.root_in_world_m, atol=1e-6)
    arm_wxyz = clip.rotations_wxyz[:, JOINT_INDEX["leftUpperArm"]]
    assert np.allclose(np.roll(np.reshape(read["arm"], (-1, 4)), 1, axis=1), arm_wxyz, atol=1e-6)
