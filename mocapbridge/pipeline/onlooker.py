"""Tracks a source without a run: for calibrating, frame by frame, until enough was seen."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from typing import TypeAlias

from mocapbridge.clock import SystemClock
from mocapbridge.config.schema import RunConfig
from mocapbridge.pipeline.assemble import make_model_store, make_source, make_tracker
from mocapbridge.tracking.model_store import Progress
from mocapbridge.types import Landmarks

NextLandmarks: TypeAlias = Callable[[], "Landmarks | None"]
"""Gives the raw landmarks of the next frame; None when the footage is over."""


@contextlib.contextmanager
def looking_on(
    config: RunConfig, progress: Progress | None
) -> Generator[NextLandmarks, None, None]:
    """Yield what gives the raw landmarks of the next frame; None when the footage is over.

    Raises:
        MocapBridgeError: the source cannot be opened or a model is missing.
    """
    with contextlib.ExitStack() as opened:
        source = make_source(config.source, SystemClock())
        opened.callback(source.close)
        source.open()
        tracker = make_tracker(config, source, make_model_store(config, progress))
        opened.callback(tracker.close)

        def next_landmarks() -> Landmarks | None:
            frame = source.read()
            return None if frame is None else tracker.track(frame)

        yield next_landmarks


def watch(
    next_landmarks: NextLandmarks,
    enough: Callable[[Landmarks], bool],
    over: Callable[[], bool],
) -> bool:
    """Look until there is enough.

    Args:
        next_landmarks: what ``looking_on`` yields.
        enough: shown every frame; says whether that is enough.
        over: asked before every frame whether to give up.

    Returns:
        Whether there was enough; False when the footage ended or it was given up first.
    """
    while not over():
        landmarks = next_landmarks()
        if landmarks is None:
            return False
        if enough(landmarks):
            return True
    return False
