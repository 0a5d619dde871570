"""Calibration profiles: what is known of a performer and a camera, kept by name in a YAML file."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
import yaml
from msgspec import Meta, Struct, field
from msgspec.structs import replace
from platformdirs import user_data_path

from mocapbridge.document.read import read_document
from mocapbridge.errors import ConfigError
from mocapbridge.solve.build import scaled
from mocapbridge.solve.options import (
    BoneLengths,
    Fraction,
    RestingMesh,
    SolveCameraOptions,
    SolveOptions,
)

_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,79}")
_SUFFIX: Final = ".yaml"
_MOST_BYTES: Final = 100_000


class Profile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One performer before one camera."""

    version: Literal[1] = 1
    height_m: Annotated[float, Meta(ge=0.3, le=3.0)]
    """Height of the performer."""
    height_measured: bool
    """False where nobody said how tall the performer is: one camera cannot see it."""
    bones: BoneLengths
    camera: SolveCameraOptions
    """Field of view, tilt and roll."""
    camera_height_m: float | None = None
    """Camera over the floor; None where no feet were seen."""
    neutral_face: dict[str, Fraction] = field(default_factory=dict[str, float])
    """ARKit weights of the resting face; empty when the face was not calibrated."""
    resting_mesh: RestingMesh | None = None
    """Where brows, mouth, eyes and lids rest; None when the face was not calibrated."""


def profiles_folder() -> Path:
    """Where named profiles are."""
    return user_data_path("mocapbridge", appauthor=False) / "profiles"


def profile_names() -> list[str]:
    """The profiles there are."""
    return sorted(path.stem for path in profiles_folder().glob(f"*{_SUFFIX}"))


def name_problem(name: str) -> str | None:
    """Why a profile cannot have a name; None when it can."""
    if _NAME.fullmatch(name):
        return None
    return (
        "valid: 1 to 80 letters (a-z, A-Z), digits, dots, dashes and underscores, beginning with "
        "a letter, digit or underscore"
    )


def save_profile(profile: Profile, name: str) -> Path:
    """Write a profile, in place of an older one of that name.

    Raises:
        ConfigError: the name is not allowed or the folder cannot be written to.
    """
    problem = name_problem(name)
    if problem is not None:
        raise ConfigError(f"a profile cannot be called {name[:100]!r}; {problem}")
    path = profiles_folder() / f"{name}{_SUFFIX}"
    text: str = yaml.safe_dump(msgspec.to_builtins(profile), sort_keys=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".part")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        raise ConfigError(
            f"the profile cannot be written ({error.strerror or error}): {path}"
        ) from error
    return path


def load_profile(name: str) -> Profile:
    """A profile by its name, or by the path of its file.

    Raises:
        ConfigError: there is none of that name (the message lists those there are), or the file is
            not a profile.
    """
    path = _find(name)
    content = read_document(path, "the profile", _MOST_BYTES)
    if len(content) > _MOST_BYTES:
        raise ConfigError(f"this is not a profile, it is far too long: {path}")
    try:
        return msgspec.convert(yaml.safe_load(content), Profile)
    except (yaml.YAMLError, msgspec.ValidationError, UnicodeDecodeError) as error:
        told = " ".join(str(error).split())
        raise ConfigError(
            f"this is not a profile: {told}; make one with `mocapbridge calibrate` ({path})"
        ) from error


def _find(name: str) -> Path:
    given = Path(name).expanduser()
    if given.suffix in (_SUFFIX, ".yml") or given.name != name:
        if given.is_file():
            return given
        raise ConfigError(f"there is no profile at {given}: give the path of one, or a name")
    path = profiles_folder() / f"{name}{_SUFFIX}"
    if path.is_file():
        return path
    names = profile_names()
    if not names:
        raise ConfigError(
            f"there is no profile {name!r}, and no other: make one with "
            f"`mocapbridge calibrate --name {name}`"
        )
    near = difflib.get_close_matches(name, names, 1)
    meant = f"; did you mean {near[0]!r}?" if near else ""
    raise ConfigError(f"there is no profile {name!r}: there are {', '.join(names)}{meant}")


def with_profile(options: SolveOptions) -> SolveOptions:
    """The options with what their profile says wherever they say nothing themselves.

    Raises:
        ConfigError: as ``load_profile``.
    """
    if options.profile is None:
        return options
    profile = load_profile(options.profile)
    height_m = options.height_m or profile.height_m
    same_camera = options.camera == SolveCameraOptions()
    return replace(
        options,
        profile=None,
        height_m=height_m,
        bones=options.bones or scaled(profile.bones, height_m / profile.height_m),
        camera=profile.camera if same_camera else options.camera,
        neutral_face=options.neutral_face or profile.neutral_face,
        face=replace(options.face, resting_mesh=options.face.resting_mesh or profile.resting_mesh),
    )
