# pyright: basic
"""Curves of an unseen clip, for the eye. matplotlib comes with mediapipe and has few types."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bench.face.blendshape_agreement import own_scores
from bench.face.measured import measured_scores
from bench.face.rendered import FOLLOWS, read_truth
from bench.face.tracks import FaceTrack, Sources
from mocapbridge.blendshapes import ARKIT_INDEX

_CHANNELS: Final = (
    "jawOpen",
    "eyeBlinkLeft",
    "mouthSmileLeft",
    "browInnerUp",
    "browDownLeft",
    "eyeLookOutLeft",
)


def plot_curves(official: FaceTrack, rebuilt: FaceTrack, sources: Sources, out: Path) -> None:
    """Official and own scores of a rendered clip, with what the performer does."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    truth = read_truth(sources.footage / f"{official.clip.name}.json")
    own = own_scores(rebuilt, "rebuilt")
    curves = (
        ("official", "tab:blue", official.blendshapes),
        ("own, official mesh", "tab:green", own_scores(official, "official")),
        ("own, rebuilt mesh", "tab:orange", own),
        ("own, rebuilt mesh, solved", "tab:red", measured_scores(rebuilt, own)),
    )
    time_s = official.frame / official.fps
    controls = dict(FOLLOWS)
    figure, axes = plt.subplots(len(_CHANNELS), 1, figsize=(11, 2 * len(_CHANNELS)), sharex=True)
    for axis, channel in zip(axes, _CHANNELS, strict=True):
        wanted = truth.controls[controls[channel]][official.frame]
        axis.fill_between(time_s, wanted / wanted.max(), color="0.88", label="performer")
        for name, colour, scores in curves:
            axis.plot(time_s, scores[:, ARKIT_INDEX[channel]], color=colour, label=name, lw=1.1)
        axis.set_ylabel(channel)
        axis.set_ylim(-0.02, 1.02)
    axes[0].legend(loc="upper right", fontsize=7)
    axes[-1].set_xlabel("seconds")
    figure.tight_layout()
    figure.savefig(out, dpi=80)
