"""Where the paths of a configuration lead, and where ready configurations are."""

from __future__ import annotations

import glob
from pathlib import Path

import msgspec

from mocapbridge.bundled import bundled_path
from mocapbridge.config.schema import RunConfig
from mocapbridge.document.tree import did_you_mean
from mocapbridge.errors import ConfigError
from mocapbridge.outputs.options import OutputOptions, ZmqOptions
from mocapbridge.retarget.files import is_path
from mocapbridge.sources.options import ImagesOptions, TakeOptions, VideoOptions


def find_config(name: str) -> Path:
    """The file that ``--config NAME`` means: a path, or the bare name of a ready configuration.

    Raises:
        ConfigError: there is no such file.
    """
    path = _expanded(name)
    if path.is_file():
        return path
    ready = ready_configs()
    bare = name.removesuffix(".yaml")
    if bare in ready:
        return ready[bare]
    if path.is_dir():
        raise ConfigError(f"a configuration is a YAML file, and this is a folder ({path})")
    meant = did_you_mean(bare, list(ready))
    raise ConfigError(
        f"there is no configuration {name!r}: give a YAML file, "
        f"or one of the ready ones: {', '.join(ready)}{meant}"
    )


def ready_configs() -> dict[str, Path]:
    """The configurations that travel with the program, by their bare names."""
    try:
        folder = bundled_path("configs")
    except FileNotFoundError:
        return {}
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def with_resolved_paths(config: RunConfig, folder: Path) -> RunConfig:
    """The configuration with its relative paths taken from a folder, and ``~`` from the user's.

    Args:
        config: as it is written.
        folder: the folder of the file it is written in.
    """
    replace = msgspec.structs.replace
    source = config.source
    if isinstance(source, (VideoOptions, TakeOptions)) and source.path:
        source = replace(source, path=_resolved(source.path, folder))
    elif isinstance(source, ImagesOptions) and source.path:
        source = replace(source, path=_resolved_pattern(source.path, folder))
    tracking, record = config.tracking, config.record
    if tracking.models_folder is not None:
        tracking = replace(tracking, models_folder=_resolved(tracking.models_folder, folder))
    if record.folder is not None:
        record = replace(record, folder=_resolved(record.folder, folder))
    outputs = tuple(_with_files(output, folder) for output in config.outputs)
    mapping = _resolved_mapping(config.mapping, folder)
    return replace(
        config, source=source, tracking=tracking, record=record, mapping=mapping, outputs=outputs
    )


def _with_files(output: OutputOptions, folder: Path) -> OutputOptions:
    replace = msgspec.structs.replace
    output = replace(output, mapping=_resolved_mapping(output.mapping, folder))
    if not isinstance(output, ZmqOptions) or output.curve is None:
        return output
    key_file = _resolved(output.curve.key_file, folder)
    return replace(output, curve=replace(output.curve, key_file=key_file))


def _expanded(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError:  # ~NAME of no user here: then it is the name of a file
        return Path(path)


def _resolved(path: str, folder: Path) -> str:
    return str(folder.absolute() / _expanded(path))


def _resolved_mapping(reference: str | None, folder: Path) -> str | None:
    """As above, but for the names of shipped mappings."""
    if reference is None or not is_path(reference):
        return reference
    return _resolved(reference, folder)


def _resolved_pattern(path: str, folder: Path) -> str:
    """As above, where the path may hold wildcards: those of the folder's own name are none."""
    expanded = _expanded(path)
    if expanded.is_absolute() or not glob.has_magic(path) or (folder / expanded).exists():
        return str(folder.absolute() / expanded)
    return str(Path(glob.escape(str(folder.absolute()))) / expanded)
