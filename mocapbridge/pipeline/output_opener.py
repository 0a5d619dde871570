"""Opens the outputs of a run, each with what its mapping makes of the motion."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial

from mocapbridge.config.mappings import MappingRequest, requested_mapping
from mocapbridge.config.schema import RunConfig
from mocapbridge.outputs.base import Output
from mocapbridge.outputs.options import OutputOptions
from mocapbridge.outputs.rate_limited import RateLimited
from mocapbridge.pipeline.mapping_watch import MappingWatch, WatchedMapping
from mocapbridge.registry import OUTPUTS, implementation
from mocapbridge.retarget import mapping
from mocapbridge.retarget.load import load_mapping
from mocapbridge.types import StreamInfo


@dataclass(frozen=True)
class OpenedOutputs:
    """Outputs that are open, and what is done for them."""

    outputs: tuple[Output, ...]
    retargets: tuple[mapping.Retarget | None, ...]
    """What is made of the motion for each of them."""
    watch_mappings: Callable[[threading.Event], None] | None
    """Body of the thread that takes over edited mappings; None without any mapping."""


def open_outputs(
    config: RunConfig,
    mappings: Mapping[MappingRequest, mapping.Mapping],
    info: StreamInfo,
    opened: ExitStack,
) -> OpenedOutputs:
    """Open every output that is switched on.

    Args:
        config: the run.
        mappings: what ``output_mappings`` made of it.
        info: the stream without any mapping.
        opened: closes what was opened.

    Raises:
        OutputUnavailable: one cannot be opened.
    """
    retargets = {request: mapping.Retarget(made, info) for request, made in mappings.items()}
    outputs: list[Output] = []
    chosen: list[mapping.Retarget | None] = []
    for options in config.outputs:
        if not options.enabled:
            continue
        request = requested_mapping(config, options)
        retarget = None if request is None else retargets[request]
        output = _output(options, info if retarget is None else retarget.info)
        opened.callback(output.close)
        output.open()
        outputs.append(output)
        chosen.append(retarget)
    watched = [
        WatchedMapping(retarget, partial(load_mapping, *request))
        for request, retarget in retargets.items()
    ]
    watch = MappingWatch(watched).run if watched else None
    return OpenedOutputs(tuple(outputs), tuple(chosen), watch)


def _output(options: OutputOptions, info: StreamInfo) -> Output:
    if options.subject is not None:
        info = replace(info, subject=options.subject)
    kind = str(options.__struct_config__.tag)
    made = implementation(OUTPUTS, "mocapbridge.output", kind)(options, info)
    return made if options.rate_limit_hz is None else RateLimited(made, options.rate_limit_hz)
