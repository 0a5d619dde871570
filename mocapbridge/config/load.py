"""From a YAML file to a ``RunConfig``, or to every reason why not."""

from __future__ import annotations

from pathlib import Path

import msgspec

from mocapbridge.config.checks import check
from mocapbridge.config.mappings import output_mappings
from mocapbridge.config.paths import with_resolved_paths
from mocapbridge.config.schema import RunConfig
from mocapbridge.document.problems import Problem, error_of, place_of
from mocapbridge.document.read import read_document
from mocapbridge.document.tree import MappingNode, Node, parse, plain
from mocapbridge.document.validate import type_problems
from mocapbridge.errors import ConfigError


def load_config(path: Path) -> RunConfig:
    """Read a configuration file.

    Relative paths in it (``source.path``, ``tracking.models_folder``, ``record.folder``,
    ``mapping``) start at the file's own folder.

    Args:
        path: the file; ``paths.find_config`` makes it from what a user types.

    Raises:
        ConfigError: the file cannot be read, or says something that cannot be meant; the message
            has a line for each problem, with file, line, column, key and what is allowed.
    """
    return parse_config(read_document(path, "the configuration"), str(path), path.parent)


def parse_config(content: bytes, name: str, folder: Path) -> RunConfig:
    """Read a configuration from the bytes of a file.

    Args:
        content: YAML.
        name: names the file in messages.
        folder: where relative paths start.

    Raises:
        ConfigError: as ``load_config``.
    """
    root = parse(content, name)
    if root is None:
        return RunConfig()
    if not isinstance(root, MappingNode):
        raise ConfigError(
            "a configuration consists of keys, for example `subject: Anna` "
            f"({name}:{root.place.line})"
        )
    problems = type_problems(root, RunConfig)
    if problems:
        raise error_of(problems, name)
    config = _converted(root, name)
    problems = [
        Problem(problem.path, problem.text, place_of(root, problem.path))
        for problem in check(config)
    ]
    if problems:
        raise error_of(problems, name)
    config = with_resolved_paths(config, folder)
    output_mappings(config, name, root)
    return config


def checked(config: RunConfig) -> RunConfig:
    """A configuration that was made or changed by the program, after the checks of a file.

    Raises:
        ConfigError: settings that cannot be meant together.
    """
    problems = check(config)
    if problems:
        raise error_of(problems, None)
    output_mappings(config)
    return config


def _converted(root: Node, name: str) -> RunConfig:
    try:
        return msgspec.convert(plain(root), RunConfig)
    except msgspec.ValidationError as error:  # msgspec has the last word on types
        raise ConfigError(f"{error} ({name})") from error
