"""Files that travel with the program: ready configurations, sample clips, the model manifest.

In a clone (and in an editable installation) they lie in the folders of the repository; a built
wheel carries copies of them inside the package, as `mocapbridge/_bundled/`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent


def bundled_path(relative: str) -> Path:
    """Where a file that travels with the program lies.

    Args:
        relative: path below the root of the repository with forward slashes, for example
            `configs/default.yaml`. Must name a file or folder that the wheel carries.

    Raises:
        FileNotFoundError: there is no such file; the installation is incomplete.
    """
    inside_wheel = _PACKAGE / "_bundled"
    root = inside_wheel if inside_wheel.is_dir() else _PACKAGE.parent
    path = root / relative
    if not path.exists():
        raise FileNotFoundError(f"{relative} is missing from this installation: {path}")
    return path
