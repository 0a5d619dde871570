"""What a configuration may say: the settings of all stages, put together."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from mocapbridge.control.options import ControlOptions
from mocapbridge.filters.options import FilterOptions
from mocapbridge.outputs.options import LinkOptions, OscOptions, OutputOptions, ZmqOptions
from mocapbridge.solve.options import SolveOptions
from mocapbridge.sources.options import CameraOptions, SourceOptions
from mocapbridge.takes.options import RecordOptions
from mocapbridge.tracking.options import TrackingOptions


class MonitorOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The live view in the terminal."""

    view: bool = True
    """False: a plain line now and then instead of the view, as `--headless` does."""
    interval_s: Annotated[float, Meta(ge=0.05, le=60.0)] = 0.25
    """Time between two updates of the view."""


def _default_outputs() -> tuple[OutputOptions, ...]:
    return (OscOptions(), ZmqOptions(), LinkOptions())


class RunConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One run: where pictures come from, what is made of them and where it goes."""

    version: Literal[1] = 1
    """Version of the configuration's format."""
    subject: Annotated[str, Meta(min_length=1, max_length=64)] = "performer"
    """Name of the performer, under which receivers find the motion: 1 to 64 printable
    characters."""
    source: SourceOptions = field(default_factory=CameraOptions)
    """Where pictures come from."""
    tracking: TrackingOptions = field(default_factory=TrackingOptions)
    """What is tracked, and how."""
    filters: FilterOptions = field(default_factory=FilterOptions)
    """Smoothing, outliers, losses."""
    solve: SolveOptions = field(default_factory=SolveOptions)
    """From landmarks to a skeleton."""
    mapping: Annotated[str, Meta(min_length=1)] | None = None
    """What becomes of the motion before it is sent (docs/mapping.md): the name of a shipped
    mapping, or a YAML file. For all outputs that have none of their own."""
    outputs: tuple[OutputOptions, ...] = field(default_factory=_default_outputs)
    """Where the motion goes. A list given here takes the place of the default three: OSC, ZeroMQ
    and our link, all on this machine."""
    record: RecordOptions = field(default_factory=RecordOptions)
    """Recording of takes."""
    control: ControlOptions | None = None
    """Sockets that take commands while the run goes on. Left out: on this machine, ZeroMQ at port
    5557 and OSC at 54301, as far as no other run has them."""
    monitor: MonitorOptions = field(default_factory=MonitorOptions)
    """The live view in the terminal."""
