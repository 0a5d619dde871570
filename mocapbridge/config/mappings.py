"""Which mapping each output has."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from mocapbridge.config.schema import RunConfig
from mocapbridge.document.problems import KeyPath, Problem, place_of
from mocapbridge.document.tree import Node
from mocapbridge.errors import ConfigError
from mocapbridge.outputs.options import OutputOptions
from mocapbridge.retarget.files import find_mapping
from mocapbridge.retarget.load import Freedom, load_mapping
from mocapbridge.retarget.mapping import Mapping


class MappingRequest(NamedTuple):
    """Arguments of ``load_mapping``. Outputs with the same share one."""

    reference: str
    folder: Path
    freedom: Freedom


def requested_mapping(config: RunConfig, output: OutputOptions) -> MappingRequest | None:
    """The mapping that an output has: its own, else the run's, else none."""
    reference = output.mapping or config.mapping
    if reference is None:
        return None
    # Paths of a file have been resolved; those of the command line start where it is.
    return MappingRequest(reference, Path.cwd(), Freedom(output.names_shapes, output.names_joints))


def output_mappings(
    config: RunConfig, name: str | None = None, root: Node | None = None
) -> dict[MappingRequest, Mapping]:
    """All mappings of the outputs that are switched on, ready to run.

    Args:
        config: the run.
        name: names the file it comes from in messages; None for none.
        root: that file.

    Raises:
        ConfigError: a mapping is not there, or says what cannot be meant; the message names its
            file, line and key, and the output that asks for it.
    """
    made: dict[MappingRequest, Mapping] = {}
    for index, output in enumerate(config.outputs):
        request = requested_mapping(config, output) if output.enabled else None
        if request is None or request in made:
            continue
        path: KeyPath = ("outputs", index, "mapping") if output.mapping else ("mapping",)
        place = None if root is None else place_of(root, path)
        try:
            find_mapping(request.reference, request.folder)
        except ConfigError as error:
            raise ConfigError(Problem(path, str(error), place).line(name)) from error
        try:
            made[request] = load_mapping(*request)
        except ConfigError as error:
            asked = (
                f"outputs[{index}], of type {output.__struct_config__.tag}, asks for this mapping"
            )
            raise ConfigError(f"{error}\n{Problem(path, asked, place).line(name)}") from error
    return made
