"""Every figure about the face: head pose, blendshapes, what the solver makes of them.

    python -m bench.face --footage FOLDER --official face_landmarker.task --rebuilt ...task

Compares with Google's bundle on the footage (people that no model was made from are marked), with
the exact truth of the rendered performer, and with Google's bundle on the mirrored pictures: how
far its own scores repeat is as much as anything can agree with them. `--plot FILE` draws official
and own curves of an unseen clip.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from bench.face import arguments
from bench.face.bent_controls import responses
from bench.face.blendshape_agreement import agreement, own_scores, score_time_ms
from bench.face.brow_travel import brow_travel
from bench.face.clips import CLIPS
from bench.face.live import camera_of, face_stores, report, report_head, run_live, tracked
from bench.face.measured import measure_time_ms, measured_scores
from bench.face.one_sided import one_sided
from bench.face.plot import plot_curves
from bench.face.pose_agreement import agreement as pose_agreement
from bench.face.pose_agreement import fit_time_ms, fitted, rendered_head
from bench.face.rendered import FOLLOWS, read_truth
from bench.face.tracks import FaceTrack, Sources, both_tracks, load_track, same_frames
from bench.face.turned_camera import turned_heads
from mocapbridge.blendshapes import ARKIT_INDEX, ARKIT_NAMES
from mocapbridge.bundled import bundled_path
from mocapbridge.geometry.face_pose import FacePoseFit
from mocapbridge.geometry.head_pose import HeadPoseFit
from mocapbridge.types import Float32Array, Float64Array

_CLEARLY_LIVE: Final = 0.05
_SWAPPED: Final = np.array(
    [
        ARKIT_INDEX[name.replace("Left", "@").replace("Right", "Left").replace("@", "Right")]
        for name in ARKIT_NAMES
    ]
)


def main() -> None:
    """Measure and print."""
    parser = arguments.parser(__doc__)
    parser.add_argument("--plot", type=Path, help="PNG to draw the curves into")
    options = parser.parse_args()
    sources = arguments.sources(options)
    pairs = [both_tracks(clip, sources) for clip in CLIPS]
    _head_pose(pairs, sources)
    _blendshapes(pairs, sources)
    _rendered(pairs, sources)
    _brows(pairs)
    _whole_way(sources)
    _turned(sources)
    _bent(sources)
    _one_sided(sources)
    _cost(pairs[-1][0])
    if options.plot is not None:
        plot_curves(*pairs[-1], sources, options.plot)


def _head_pose(pairs: list[tuple[FaceTrack, FaceTrack]], sources: Sources) -> None:
    print("\nHead pose against the official matrix: degrees median / 95 %, shift as % of distance")
    angles: tuple[list[float], list[float]] = ([], [])
    for official, rebuilt in pairs:
        reference = official.camera_from_face_cm.astype(np.float64)
        line = _name(official)
        for track, total in zip((official, rebuilt), angles, strict=True):
            found = pose_agreement(reference, fitted(track))
            total.extend(found.angle_deg.tolist())
            line += f"   {np.median(found.angle_deg):5.2f} / {_high(found.angle_deg):5.2f}"
            line += f"  {100 * np.median(found.relative_shift):5.2f} %"
        print(line)
    line = f"{'all frames':24}"
    for total in angles:
        line += f"   {np.median(total):5.2f} / {_high(np.array(total)):5.2f}         "
    print(line)
    official, rebuilt = pairs[-1]
    truth = rendered_head(read_truth(_truth_of(official, sources)), official.frame)
    print("Against the rendered head: bias (nod, turn, tilt), degrees median / 95 %")
    for name, matrices in (
        ("official matrix", official.camera_from_face_cm.astype(np.float64)),
        ("own, official mesh", fitted(official)),
        ("own, rebuilt mesh", fitted(rebuilt)),
    ):
        found = pose_agreement(truth, matrices)
        bias = " ".join(f"{value:5.2f}" for value in found.bias_deg)
        spread = f"{np.median(found.angle_deg):5.2f} / {_high(found.angle_deg):5.2f}"
        print(f"{name:24}   {bias}   {spread}")


def _blendshapes(pairs: list[tuple[FaceTrack, FaceTrack]], sources: Sources) -> None:
    print("\nBlendshapes against the official scores, live channels: mean correlation, error")
    print(f"{'unseen people':24}   own, official mesh   own, rebuilt mesh   official, mirrored")
    kept: list[list[Float32Array]] = [[], [], [], [], []]
    for official, rebuilt in pairs:
        if not official.clip.held_out:
            continue
        mirrored = load_track(official.clip, sources.official, sources, mirrored=True)
        straight, again = same_frames(official, mirrored)
        columns = (
            (official.blendshapes, own_scores(official, "official")),
            (official.blendshapes, own_scores(rebuilt, "rebuilt")),
            (straight.blendshapes, again.blendshapes[:, _SWAPPED]),
        )
        print(_name(official) + "".join(_agreement(*column) for column in columns))
        for store, scores in zip(kept, (*columns[0], columns[1][1], *columns[2]), strict=True):
            store.append(scores)
    official, own, rebuilt_own, straight, again = (np.concatenate(store) for store in kept)
    columns = ((official, own), (official, rebuilt_own), (straight, again))
    print(f"{'all of them together':24}" + "".join(_agreement(*column) for column in columns))
    tables = [agreement(*column) for column in columns]
    clear = tables[0].spread >= _CLEARLY_LIVE
    means = "".join(f"   {table.correlation[clear].mean():.3f}              " for table in tables)
    print(f"{f'the {clear.sum()} that move clearly':24}{means}")
    anywhere = np.max([one.blendshapes.max(axis=0) for one, _ in pairs], axis=0)
    print("\nPer channel: official spread, largest in all footage; correlation and error of own")
    print("(official mesh), of own (rebuilt mesh); correlation of official with itself mirrored")
    for index in np.argsort(-tables[0].spread):
        own_table, rebuilt_table, mirror_table = tables
        print(
            f"{ARKIT_NAMES[index]:22} {own_table.spread[index]:.3f} {anywhere[index]:.2f}"
            f"   {own_table.correlation[index]:5.2f} {own_table.error[index]:.3f}"
            f"   {rebuilt_table.correlation[index]:5.2f} {rebuilt_table.error[index]:.3f}"
            f"   {mirror_table.correlation[index]:5.2f}"
        )


def _rendered(pairs: list[tuple[FaceTrack, FaceTrack]], sources: Sources) -> None:
    official, rebuilt = pairs[-1]
    truth = read_truth(_truth_of(official, sources))
    own = own_scores(rebuilt, "rebuilt")
    columns = (
        official.blendshapes,
        measured_scores(official, official.blendshapes),
        own,
        measured_scores(rebuilt, own),
    )
    print("\nAgainst what the rendered performer does: correlation, score at rest -> at full")
    print(f"{'':24} official         official, solved    own (rebuilt)     own, solved")
    for channel, control in FOLLOWS:
        wanted = truth.controls[control][official.frame]
        full, rest = wanted > 0.9 * wanted.max(), wanted < 0.02 * wanted.max()
        line = f"{channel:24}"
        for scores in columns:
            values = scores[:, ARKIT_INDEX[channel]]
            correlation = np.corrcoef(wanted, values)[0, 1] if values.std() > 0.0 else 0.0
            line += (
                f" {correlation:5.2f} {np.mean(values[rest]):.2f}->{np.mean(values[full]):.2f}  "
            )
        print(line)


def _brows(pairs: list[tuple[FaceTrack, FaceTrack]]) -> None:
    print("\nBrows that Google scores as raised against those it does not: travel on the official")
    print("and the rebuilt mesh [cm], mean score")
    for official, rebuilt in pairs:
        one, other = brow_travel(official, official), brow_travel(official, rebuilt)
        if one is not None and other is not None:
            print(f"{_name(official)}   {one.up_cm:.2f}   {other.up_cm:.2f}   {one.score:.2f}")


def _whole_way(sources: Sources) -> None:
    for name, store in face_stores(sources):
        for clip in ("performer_upper", "performer_full"):
            raw = tracked(bundled_path(f"samples/{clip}.mp4"), store)
            truth = read_truth(bundled_path(f"samples/{clip}.json"))
            told = run_live(raw, truth, camera_of(truth, angle=True))
            report(f"{name} bundle, {clip}", told)
            usual = run_live(raw, truth, camera_of(truth, angle=False))
            report_head(f"{name} {clip}, told its {truth.horizontal_fov_deg:.0f} degrees", told)
            report_head(f"{name} {clip}, not told, taken for 60", usual)


def _turned(sources: Sources) -> None:
    print("\nThe same pictures seen by a camera that is turned: where the face is seen [degrees],")
    print("error of the head's rotation, median / 95 %: as MediaPipe's matrix has it, ours")
    for name, bundle in (("official", sources.official), ("rebuilt", sources.rebuilt)):
        for found in turned_heads(bundle):
            errors = "   ".join(
                f"{np.median(errors_deg):5.1f} / {_high(errors_deg):5.1f}"
                for errors_deg in (found.as_official_deg, found.ours_deg)
            )
            right_deg, up_deg = found.seen_deg
            print(f"{name:9} {right_deg:6.1f} right {up_deg:6.1f} up   {errors}")


def _bent(sources: Sources) -> None:
    print("\nBent pictures: how far the mesh follows [cm], how far it wanders at rest [cm],")
    print("rise of the channel's score and of the other side's; of both as solved")
    for name, official in (("official", True), ("rebuilt", False)):
        for found in responses(sources, official=official):
            print(
                f"{name:9} {found.control.channel:18} {found.followed_cm:6.3f} "
                f"{found.wander_cm:6.3f}   {found.score:5.2f} {found.other_score:5.2f}"
                f"   {found.measured:5.2f} {found.other_measured:5.2f}"
            )


def _one_sided(sources: Sources) -> None:
    print("\nOne half of the rendered face moves, the other rests: rise of the channel's score and")
    print("of the other side's; of both as solved")
    for name, bundle in (("official", sources.official), ("rebuilt", sources.rebuilt)):
        for found in one_sided(bundle):
            print(
                f"{name:9} {found.channel + found.side:18} {found.score:5.2f} "
                f"{found.other_score:5.2f}   {found.solved:5.2f} {found.other_solved:5.2f}"
            )


def _cost(track: FaceTrack) -> None:
    print("\nProcessor time per face, median [ms]")
    print(f"head pose  {fit_time_ms(track, HeadPoseFit()):.3f}")
    print(f"face frame {fit_time_ms(track, FacePoseFit()):.3f}")
    print(f"scores     {score_time_ms(track):.3f}")
    print(f"solver     {measure_time_ms(track, track.blendshapes):.3f}")


def _agreement(official: Float32Array, ours: Float32Array) -> str:
    found = agreement(official, ours)
    live = found.live
    means = f"{found.correlation[live].mean():.3f} {found.error[live].mean():.3f}"
    return f"   {means} ({live.sum():2d})   "


def _name(track: FaceTrack) -> str:
    return f"{track.clip.name + (' (unseen)' if track.clip.held_out else ''):24}"


def _truth_of(track: FaceTrack, sources: Sources) -> Path:
    return sources.footage / f"{track.clip.name}.json"


def _high(values: Float64Array) -> float:
    return float(np.percentile(values, 95))


if __name__ == "__main__":
    main()
