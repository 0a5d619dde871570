"""``python -m bench.solve [--shared FOLDER] [--points FOLDER]``: accuracy and cost of the solvers.

Every clip with a reference goes through the product's own tracker, then through filters and live
solver, and through the offline solver, with default settings but for the camera's field of view,
tilt and roll, which are the truth's. Printed are the measures of ``bench.solve.metrics``, the
rotation error of every joint where rotations are known, and what solving a frame costs. The sample
clip comes with the project; two clips of the Pose2Sim balancing trial, and the fingers of the
rendered performer's upper body, are measured when ``--shared`` names the folder that holds them.
``--points`` writes the joints for another scorer. At the end: what is lost of random poses whose
landmarks are exact.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np

from bench.clip_frames import clip_frames
from bench.solve import metrics
from bench.solve.cost import cost_ms
from bench.solve.finger_curls import print_finger_curls
from bench.solve.references import Reference, balancing, performer, upper_body
from bench.solve.round_trip import print_round_trip
from mocapbridge.filters.options import FilterOptions
from mocapbridge.filters.smoother import Smoother
from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_INDEX, PARENTS
from mocapbridge.solve.camera import Camera
from mocapbridge.solve.live import LiveSolver
from mocapbridge.solve.offline import OfflineSolver
from mocapbridge.solve.options import SolveOptions
from mocapbridge.tracking.composed import ComposedTracker
from mocapbridge.tracking.options import TrackingOptions
from mocapbridge.types import Float64Array, Landmarks, MocapFrame, TrackState

_ON_JOINTS: Final = {"shoulder": "UpperArm", "elbow": "LowerArm", "wrist": "Hand",
                     "hip": "UpperLeg", "knee": "LowerLeg", "ankle": "Foot"}  # fmt: skip
_NOSE_IN_HEAD_M: Final = np.array((0.0, 0.038, 0.115))
_TRUNK: Final = ("hips", "spine", "chest", "upperChest", "neck", "head")
_LIMBS: Final = ("Shoulder", "UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot")
_PARTS: Final = {
    "body": "pose", "face": "face", "left hand": "left_hand", "right hand": "right_hand"
}  # fmt: skip
Table: TypeAlias = dict[str, dict[str, float]]
"""By reference and measure."""
_BODY: Final = (*_TRUNK, *(f"{side}{part}" for part in _LIMBS for side in ("left", "right")))


@dataclass(frozen=True)
class _Run:
    rate_hz: float
    raw: list[Landmarks]
    live: list[MocapFrame]
    cost_ms: Float64Array
    """Of each live frame."""
    offline: list[MocapFrame]
    offline_cost_ms: float
    """Of a frame on average."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_Verbatim)
    parser.add_argument("--shared", type=Path, help="folder with accuracy/ and footage/")
    parser.add_argument("--points", type=Path, help="folder to write NAME.npz and NAME.raw.npz to")
    arguments = parser.parse_args()
    clips: dict[str, Reference | None] = {"performer_full": performer()}
    for number in (1, 2):
        found = balancing(arguments.shared, number) if arguments.shared else None
        clips[f"p2s_cam{number:02d}"] = found
    tables: dict[str, dict[str, Table]] = {}
    for name, reference in clips.items():
        if reference is None:
            print(f"{name}: left out, --shared names no folder that holds it")
            continue
        tables[name] = _measure(name, reference, arguments.points)
    if {"p2s_cam01", "p2s_cam02"} <= tables.keys():
        print("\nmean of p2s_cam01 and p2s_cam02")
        for solver in ("live", "offline"):
            first, second = tables["p2s_cam01"][solver], tables["p2s_cam02"][solver]
            print(f"  {solver}")
            _print({k: {m: (first[k][m] + second[k][m]) / 2.0 for m in first[k]} for k in first})
    upper = upper_body(arguments.shared) if arguments.shared else None
    if upper is not None:
        run = _run(upper)
        print("\nperformer_upper: legs out of the picture")
        for solver, solved in (("live", run.live), ("offline", run.offline)):
            print(f"  {solver}")
            _print_directions(_points(solved, upper), upper.joints_m, arms_only=True)
        print_finger_curls(upper.video.with_suffix(".json"), run.raw, run.live)
    print_round_trip()


class _Verbatim(argparse.RawDescriptionHelpFormatter):
    pass


def _measure(name: str, reference: Reference, points_folder: Path | None) -> dict[str, Table]:
    run = _run(reference)
    raw = _raw_points(run.raw)
    p50, p95 = np.percentile(run.cost_ms, (50, 95))
    print(f"\n{name}: {len(run.raw)} frames; what solving one costs:")
    print(f"  p50 {p50:.2f} ms, p95 {p95:.2f} ms live beside the tracker (time passed)")
    p50, p95 = cost_ms(run.raw, SolveOptions(camera=reference.camera))
    print(f"  p50 {p50:.2f} ms, p95 {p95:.2f} ms live alone (processor time): {_seen(run.raw)}")
    print(f"  {run.offline_cost_ms:.2f} ms offline (mean, processor time)")
    counts = {k: metrics.swapped_frames(raw, truth) for k, truth in reference.joints_m.items()}
    print("  frames that the tracker swaps left and right in:", _listed(counts))
    tables: dict[str, Table] = {}
    for solver, solved in (("live", run.live), ("offline", run.offline)):
        points = _points(solved, reference)
        tables[solver] = {
            key: metrics.scores(points, truth, reference.standing)
            | {"lag ms": metrics.lag_ms(points, raw, run.rate_hz)}
            for key, truth in reference.joints_m.items()
        }
        print(f"  {solver}")
        _print(tables[solver])
        _print_directions(points, reference.joints_m)
        if points_folder is not None:
            _write(points_folder / f"{name}.{solver}.npz", points, solved=True)
    if reference.rotations_wxyz:
        _print_rotations(run, reference.rotations_wxyz)
    if points_folder is not None:
        _write(points_folder / f"{name}.raw.npz", raw, solved=False)
    return tables


def _seen(raw: list[Landmarks]) -> str:
    """Which parts were there to be solved."""
    parts = {
        name: sum(getattr(frame, part).state is TrackState.TRACKED for frame in raw)
        for name, part in _PARTS.items()
    }
    return ", ".join(f"{name} in {count}" for name, count in parts.items())


def _write(path: Path, points_m: Float64Array, *, solved: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, points_m=points_m, joint_names=np.array(metrics.JOINTS), root_solved=solved)
    print(f"  {path}")


def _run(reference: Reference) -> _Run:
    """Track, filter and solve a clip."""
    tracker = ComposedTracker(TrackingOptions())
    options = SolveOptions(camera=reference.camera)
    smoother, solver = Smoother(FilterOptions()), LiveSolver("bench", options)
    raw: list[Landmarks] = []
    solved: list[MocapFrame] = []
    cost_ms: list[float] = []
    for frame in clip_frames(reference.video):
        raw.append(tracker.track(frame))
        smoothed = smoother.filter(raw[-1])
        begin = time.perf_counter()
        solved.append(solver.solve(smoothed))
        solver.adopt_bones()
        cost_ms.append((time.perf_counter() - begin) * 1e3)
    tracker.close()
    begin = time.process_time()
    offline = OfflineSolver("bench", options).solve(raw)
    mean_ms = (time.process_time() - begin) * 1e3 / len(raw)
    rate_hz = 1e9 / raw[0].capture_time_ns  # one frame time after 0
    return _Run(rate_hz, raw, solved, np.array(cost_ms), offline, mean_ms)


def _points(solved: list[MocapFrame], reference: Reference) -> Float64Array:
    """The thirteen joints ``(frames, 13, 3)`` in camera axes, one shift for the whole clip."""
    positions = np.array([frame.pose.positions_in_world_m for frame in solved])
    heads = np.array([frame.face.world_from_head for frame in solved])
    nose = heads[:, :3, 3] + heads[:, :3, :3] @ _NOSE_IN_HEAD_M
    points = [nose]
    for joint in metrics.JOINTS[1:]:
        side, _, part = joint.partition("_")
        points.append(positions[:, JOINT_INDEX[side + _ON_JOINTS[part]]])
    world_from_image = Camera(reference.camera).world_from_image
    return np.stack(points, axis=1).astype(np.float64) @ world_from_image


def _raw_points(raw: list[Landmarks]) -> Float64Array:
    """The same joints as the tracker gives them, relative to the hips."""
    numbers = [0, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28]
    return np.array([landmarks.pose.world_m[numbers] for landmarks in raw], dtype=np.float64)


def _listed(counts: dict[str, float]) -> str:
    return ", ".join(f"{count:.0f} ({key})" for key, count in counts.items())


def _print(table: dict[str, dict[str, float]]) -> None:
    print("  " + " " * 22 + "".join(f"{key:>10}" for key in table))
    for measure in next(iter(table.values())):
        print(f"  {measure:22}" + "".join(f"{row[measure]:10.2f}" for row in table.values()))


def _print_directions(
    points: Float64Array, references_m: dict[str, Float64Array], *, arms_only: bool = False
) -> None:
    """How far each bone of the limbs points elsewhere: median and 95 % of the frames."""
    errors = {
        key: metrics.limb_directions_deg(points, truth) for key, truth in references_m.items()
    }
    print("  bones point elsewhere by [deg], median and p95:")
    for bone in next(iter(errors.values())):
        if arms_only and "knee" in bone:
            continue
        row = (np.percentile(of_bones[bone], (50, 95)) for of_bones in errors.values())
        print(f"    {bone:22}" + "".join(f"{p50:8.1f} {p95:5.1f}" for p50, p95 in row))


def _print_rotations(run: _Run, truth_wxyz: dict[str, Float64Array]) -> None:
    errors = [_rotation_errors(solved, truth_wxyz) for solved in (run.live, run.offline)]
    print("  world rotation error [deg]      live           offline")
    print("                               median    p95   median    p95")
    for name in _BODY:
        print(f"    {name:24}", *(_median_and_p95(error[name]) for error in errors))
    everything = [float(np.median(np.stack(list(error.values())))) for error in errors]
    print(f"    {'all joints and frames':24} {everything[0]:8.1f} {everything[1]:15.1f}")


def _median_and_p95(error: Float64Array) -> str:
    return f"{np.median(error):8.1f} {np.percentile(error, 95):6.1f}"


def _rotation_errors(
    solved: list[MocapFrame], truth_wxyz: dict[str, Float64Array]
) -> dict[str, Float64Array]:
    """By joint, of every frame [degrees]."""
    local = np.array([frame.pose.rotations_wxyz for frame in solved], dtype=np.float64)
    world = local.copy()
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            world[:, joint] = quaternion.multiply(world[:, parent], local[:, joint])
    return {
        name: np.degrees(
            quaternion.angle_rad(world[:, JOINT_INDEX[name]], truth_wxyz[name][: len(world)])
        )
        for name in _BODY
    }


if __name__ == "__main__":
    main()
