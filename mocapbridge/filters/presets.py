"""The constants of the filters: three presets, seven groups of columns.

Speeds are in m/s at the performer, in the picture too (``scale.py`` says how), so that one set
serves every distance from the camera and every picture size; blendshapes in 1/s and the head's
turn in rad/s.

The body is let through almost as it is: the solver smooths the figure that it fits, with a filter
that trails less (``solve/tracking_filter.py``). Whoever sets ``filters.body`` or ``filters.root``
smooths it once more.

Where the numbers come from: ``python -m bench.filter_curve CLIPS`` prints the lag and the jitter
(mean second difference, as a share of the unfiltered track's) of every preset. Chosen so that
``normal`` lags 30 ms or less at 30 to 60 frames/s, ``crisp`` about half of that, and ``smooth``
twice as much; slow motion lags more than fast motion. The speed's own cut-off is the paper's 1 Hz
throughout. Medians over what the composed tracker finds in the first 300 frames of ten clips (one
dancer, one balancer, one signer, two gesturing hands, five talking heads; 24 to 60 frames/s;
mediapipe 1.2.2, official face bundle):

==============  ===========  ===========  ===========
lag, jitter     crisp        normal       smooth
==============  ===========  ===========  ===========
hands, world    15 ms, 41 %  18 ms, 28 %  21 ms, 20 %
hands, picture  14 ms, 62 %  22 ms, 47 %  34 ms, 36 %
face            15 ms, 60 %  22 ms, 49 %  48 ms, 34 %
blendshapes      8 ms, 66 %  15 ms, 52 %  20 ms, 39 %
head, rotation  15 ms, 57 %  20 ms, 46 %  38 ms, 34 %
head, place     15 ms, 66 %  20 ms, 54 %  32 ms, 41 %
==============  ===========  ===========  ===========
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from mocapbridge.filters import layout
from mocapbridge.filters.one_euro import OneEuro, OneEuroParameters
from mocapbridge.filters.options import FilterOptions, OneEuroOptions


class Preset(NamedTuple):
    """Constants for everything that is smoothed."""

    body: OneEuroParameters
    """Body landmarks relative to the hips (world landmarks)."""
    root: OneEuroParameters
    """Body landmarks in the picture: where the performer is follows from them."""
    hands: OneEuroParameters
    """Hand landmarks, world and picture."""
    face: OneEuroParameters
    """The face mesh in the picture."""
    blendshapes: OneEuroParameters
    """Weights. Of a blink of 100 ms ``crisp`` keeps 93 %, ``normal`` 85 %, ``smooth`` 73 % at 25
    and 30 frames/s in the worst phase."""
    head: OneEuroParameters
    """The head's rotation and, with ``HEAD_LEVER_M``, its translation."""


PRESETS: Final[dict[Literal["crisp", "normal", "smooth"], Preset]] = {
    "crisp": Preset(
        body=OneEuroParameters(300.0, 0.0),
        root=OneEuroParameters(300.0, 0.0),
        hands=OneEuroParameters(2.5, 25.0),
        face=OneEuroParameters(3.0, 80.0),
        blendshapes=OneEuroParameters(2.0, 15.0),
        head=OneEuroParameters(3.0, 15.0),
    ),
    "normal": Preset(
        body=OneEuroParameters(100.0, 0.0),
        root=OneEuroParameters(100.0, 0.0),
        hands=OneEuroParameters(1.5, 10.0),
        face=OneEuroParameters(2.0, 40.0),
        blendshapes=OneEuroParameters(1.0, 6.0),
        head=OneEuroParameters(2.0, 8.0),
    ),
    "smooth": Preset(
        body=OneEuroParameters(30.0, 0.0),
        root=OneEuroParameters(30.0, 0.0),
        hands=OneEuroParameters(1.0, 5.0),
        face=OneEuroParameters(1.0, 15.0),
        blendshapes=OneEuroParameters(1.0, 2.5),
        head=OneEuroParameters(1.0, 4.0),
    ),
}

HEAD_LEVER_M: Final = 0.15
"""A head that moves by this counts as much as one that turns by a radian: about the distance from
the neck's pivot to the face [m]."""

_UNFILTERED: Final = OneEuroParameters(min_cutoff_hz=1e9, beta=0.0)
"""Lets everything through. For visibilities, which MediaPipe smooths itself."""


def chosen(options: FilterOptions) -> Preset:
    """The preset that is asked for, with what the options set themselves."""
    preset = PRESETS[options.preset]
    return Preset(
        body=_overridden(preset.body, options.body),
        root=_overridden(preset.root, options.root),
        hands=_overridden(preset.hands, options.hands),
        face=_overridden(preset.face, options.face),
        blendshapes=_overridden(preset.blendshapes, options.blendshapes),
        head=_overridden(preset.head, options.head),
    )


def configured(preset: Preset) -> OneEuro:
    """A filter over all columns with the constants of each group."""
    one_euro = OneEuro(axes=3, count=layout.COLUMN_COUNT, parameters=_UNFILTERED)
    for columns, parameters in (
        (layout.POSE_IMAGE, preset.root),
        (layout.POSE_WORLD, preset.body),
        (layout.FACE_IMAGE, preset.face),
        (layout.HEAD_AXES, preset.head),
        (layout.HEAD_PLACE, preset.head),
        (layout.BLENDSHAPES, preset.blendshapes),
        (layout.LEFT_HAND_IMAGE, preset.hands),
        (layout.LEFT_HAND_WORLD, preset.hands),
        (layout.RIGHT_HAND_IMAGE, preset.hands),
        (layout.RIGHT_HAND_WORLD, preset.hands),
    ):
        one_euro.configure(columns, parameters)
    return one_euro


def _overridden(parameters: OneEuroParameters, options: OneEuroOptions) -> OneEuroParameters:
    own = (options.min_cutoff_hz, options.beta, options.derivative_cutoff_hz)
    return OneEuroParameters(
        *(preset if own is None else own for preset, own in zip(parameters, own, strict=True))
    )
