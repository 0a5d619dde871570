"""What is left of an expression when the face is small: the same footage, scaled down.

    python -m bench.face.small_faces --footage FOLDER --official TASK --rebuilt TASK

Every clip is shown to each bundle with its face made 45, 30 and 22 pixels wide, as sharp pictures
and as JPEG of quality 85, in windows as the tracker cuts them, once as they are and once enlarged
as the tracker does it. Printed is what
arrives of the scores of the full-size pictures: the share where those are high, the correlation,
and the largest false score (99th percentile) where they are nought. Then what arrives of what the
rendered performer does in `performer_full`, whose face is 30 pixels wide as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice, product
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from bench.face import arguments
from bench.face.blendshape_agreement import own_scores
from bench.face.clips import CLIPS, Clip
from bench.face.rendered import read_truth
from bench.face.tracks import Sources, load_track, pictures_of
from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.bundled import bundled_path
from mocapbridge.tracking.face_follower import window_around
from mocapbridge.tracking.face_parts import FaceParts
from mocapbridge.tracking.mediapipe_tasks import FaceNetwork
from mocapbridge.tracking.options import FaceOptions
from mocapbridge.types import BLENDSHAPE_COUNT, Float32Array, Float64Array, UInt8Array

_WIDTHS_PX: Final = (45, 30, 22)
_JPEG_QUALITY: Final = 85
_LONGEST: Final = 150
"""Pictures of each clip that are looked at."""
_CHANNELS: Final = (
    ("smile", ("mouthSmileLeft", "mouthSmileRight"), 0.4),
    ("jawOpen", ("jawOpen",), 0.25),
    ("blink", ("eyeBlinkLeft", "eyeBlinkRight"), 0.4),
    ("pucker", ("mouthPucker",), 0.4),
)
"""Name, channels whose mean is taken, and what counts as a high score."""
_NOUGHT: Final = 0.03
_PLAYED: Final = (
    ("mouthSmileLeft", "smile"),
    ("jawOpen", "jaw_open"),
    ("eyeBlinkLeft", "blink_left"),
)


@dataclass(frozen=True)
class _SmallClip:
    """A clip whose full-size scores are known."""

    pictures: list[UInt8Array]
    """Scaled down already, so that the face is as wide as the widest that is looked at."""
    face_px: Float32Array
    """(478, 2) the face in the first of them."""
    scores: Float64Array
    """(n, 52) of the full-size pictures; NaN where no face was found."""


def main() -> None:
    """Measure and print."""
    sources = arguments.sources(arguments.parser(__doc__).parse_args())
    bundles = (("official", sources.official), ("rebuilt", sources.rebuilt))
    ways = ((False, "as it is"), (True, "enlarged"))
    for name, bundle in bundles:
        clips = [_known(clip, bundle, sources) for clip in CLIPS if clip.head_px is None]
        for width_px, jpeg in product(_WIDTHS_PX, (False, True)):
            small = [_smaller(clip, width_px, jpeg=jpeg) for clip in clips]
            for enlarged, way in ways:
                kind = "JPEG" if jpeg else "sharp"
                line = _line(*_both(small, bundle, enlarged=enlarged))
                print(f"{name:9} {width_px} px {kind:5} {way}   {line}", flush=True)
    print(
        "\nThe rendered performer: correlation with what is played, mean score at rest -> at full"
    )
    for name, bundle in bundles:
        for enlarged, way in ways:
            print(f"{name:9} performer_full {way}   {_played(bundle, enlarged=enlarged)}")


def _known(clip: Clip, bundle: Path, sources: Sources) -> _SmallClip:
    track = load_track(clip, bundle, sources)
    first = int(track.frame[0])
    pictures = pictures_of(sources.footage / f"{clip.name}.mp4")
    face_px = track.image[0, :, :2] * np.array(track.image_size_px, dtype=np.float32)
    scale = _WIDTHS_PX[0] / float(np.ptp(face_px[:, 0]))
    shown = [_scaled(one, scale) for one in islice(pictures, first, first + _LONGEST)]
    found = track.blendshapes if len(track.blendshapes) else own_scores(track, "rebuilt")
    scores = np.full((len(shown), BLENDSHAPE_COUNT), np.nan)
    inside = track.frame - first < len(shown)
    scores[track.frame[inside] - first] = found[inside]
    return _SmallClip(shown, scale * face_px, scores)


def _smaller(clip: _SmallClip, width_px: int, *, jpeg: bool) -> _SmallClip:
    scale = width_px / _WIDTHS_PX[0]
    pictures = [_scaled(picture, scale) for picture in clip.pictures]
    if jpeg:
        pictures = [_compressed(picture) for picture in pictures]
    return _SmallClip(pictures, scale * clip.face_px, clip.scores)


def _both(
    clips: list[_SmallClip], bundle: Path, *, enlarged: bool
) -> tuple[Float64Array, Float64Array]:
    """(n, 52) scores of the full-size and of the small pictures, of all clips."""
    told: list[Float64Array] = []
    shown: list[Float64Array] = []
    for clip in clips:
        scores = _scores(clip.pictures, clip.face_px, bundle, enlarged=enlarged)
        both = ~np.isnan(clip.scores[:, 0]) & ~np.isnan(scores[:, 0])
        told.append(clip.scores[both])
        shown.append(scores[both])
    return np.concatenate(told), np.concatenate(shown)


def _scaled(picture_bgr: UInt8Array, scale: float) -> UInt8Array:
    small = cv2.resize(picture_bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


def _compressed(picture_bgr: UInt8Array) -> UInt8Array:
    _, data = cv2.imencode(".jpg", picture_bgr, (cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY))
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)


def _scores(
    pictures: Iterable[UInt8Array], face_px: Float32Array, bundle: Path, *, enlarged: bool
) -> Float64Array:
    """(n, 52) what arrives of a face that is followed from the first picture on."""
    whole = b"face_blendshapes.tflite" in bundle.read_bytes()
    network = FaceNetwork(bundle, FaceOptions(), video=True, gpu=False, blendshapes=whole)
    parts = FaceParts(blendshapes=whole)
    scores: list[Float64Array] = []
    for index, picture in enumerate(pictures):
        size_px = (picture.shape[1], picture.shape[0])
        window = window_around(face_px)
        if not enlarged:
            window = replace(window, canvas_px=min(window.canvas_px, window.size_px))
        found = network.detect(window.cut(picture), 40 * index)
        if found is None:
            scores.append(np.full(BLENDSHAPE_COUNT, np.nan))
            continue
        image = window.full_from_window(found.image, size_px)
        face_px = image[:, :2] * np.array(size_px, dtype=np.float32)
        scores.append(parts.part(found, image, size_px).blendshapes.astype(np.float64))
    network.close()
    return np.array(scores)


def _line(told: Float64Array, shown: Float64Array) -> str:
    line = ""
    for name, channels, high in _CHANNELS:
        columns = [ARKIT_INDEX[channel] for channel in channels]
        full, small = told[:, columns].mean(axis=1), shown[:, columns].mean(axis=1)
        share = small[full > high].mean() / full[full > high].mean()
        false = np.percentile(small[full < _NOUGHT], 99)
        correlation = np.corrcoef(full, small)[0, 1]
        line += f"{name} {share:.2f}, {correlation:.2f}, false {false:.2f}   "
    return line


def _played(bundle: Path, *, enlarged: bool) -> str:
    truth = read_truth(bundled_path("samples/performer_full.json"))
    x, y, side = next(one.head_px for one in CLIPS if one.name == "performer_full") or (0, 0, 0)
    around_px = np.array(((x - side / 4, y - side / 4), (x + side / 4, y + side / 4)), np.float32)
    pictures = pictures_of(bundled_path("samples/performer_full.mp4"))
    scores = _scores(pictures, around_px, bundle, enlarged=enlarged)
    line = ""
    for channel, control in _PLAYED:
        played, values = truth.controls[control], scores[:, ARKIT_INDEX[channel]]
        seen = ~np.isnan(values)
        rest, full = values[seen & (played < 0.02)].mean(), values[seen & (played > 0.9)].mean()
        correlation = np.corrcoef(played[seen], values[seen])[0, 1]
        line += f"{channel} {correlation:.2f}, {rest:.2f}->{full:.2f}   "
    return line


if __name__ == "__main__":
    main()
