"""The command line that the face programs share."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from bench.face.tracks import Sources


def parser(about: str | None) -> argparse.ArgumentParser:
    """With the options that say where things lie."""
    made = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--footage", type=Path, required=True, help="folder with the clips")
    made.add_argument("--official", type=Path, required=True, help="Google's face_landmarker.task")
    made.add_argument("--rebuilt", type=Path, required=True, help="the one rebuilt from the wheel")
    cache = Path(tempfile.gettempdir()) / "mocapbridge-face"
    made.add_argument("--cache", type=Path, default=cache, help="tracks are kept here")
    return made


def sources(arguments: argparse.Namespace) -> Sources:
    """Where things lie."""
    return Sources(
        footage=arguments.footage,
        official=arguments.official,
        rebuilt=arguments.rebuilt,
        cache=arguments.cache,
    )
