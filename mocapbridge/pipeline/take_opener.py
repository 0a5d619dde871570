"""How the takes of a run begin: where they go and what their headers say."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import msgspec

from mocapbridge.config.schema import RunConfig
from mocapbridge.pipeline.recording import OpenTake
from mocapbridge.pipeline.stages import RecordedSettings, StreamDescription
from mocapbridge.solve.options import SolveOptions
from mocapbridge.solve.profile import with_profile
from mocapbridge.sources.base import Source
from mocapbridge.takes.names import default_takes_folder
from mocapbridge.takes.records import CameraRecord, TakeHeader
from mocapbridge.takes.writer import TakeWriter, make_header, rest_record
from mocapbridge.tracking.model_store import ModelStore
from mocapbridge.types import StreamInfo


def take_header(
    config: RunConfig, source: Source, info: StreamInfo, store: ModelStore | None
) -> TakeHeader:
    """What every take of a run says of itself.

    Args:
        config: the run.
        source: open.
        info: what receivers are told.
        store: where the models came from; None where there are none.
    """
    return make_header(
        info,
        source=source.source_id,
        anchor=info.anchor,
        config=msgspec.to_builtins(config),
        camera=CameraRecord(
            kind=str(config.source.__struct_config__.tag),
            stated_fps=source.nominal_fps,
            horizontal_fov_deg=config.solve.camera.horizontal_fov_deg or 0.0,
            tilt_deg=config.solve.camera.tilt_deg,
            roll_deg=config.solve.camera.roll_deg,
        ),
        models=_models(store),
        calibration=calibration_record(config.solve),
    )


def take_opener(
    config: RunConfig, header: TakeHeader, description: StreamDescription | None = None
) -> OpenTake:
    """What begins the takes of a run.

    Args:
        config: the run.
        header: of each.
        description: where the bones and settings are found that a take begins with; None: the
            header's.
    """
    where = takes_folder(config)

    def open_take(slate: str | None) -> TakeWriter:
        begins = header
        if description is not None:
            rest_m = rest_record(description.info.rest_positions_m)
            changed = description.settings or RecordedSettings(header.config, header.calibration)
            begins = msgspec.structs.replace(
                header,
                rest_positions_m=rest_m,
                config=changed.config,
                calibration=changed.calibration,
            )
        return TakeWriter(where, slate or config.record.slate, begins)

    return open_take


def recorded_settings(config: RunConfig) -> RecordedSettings:
    """What the headers of takes say of a configuration.

    Raises:
        ConfigError: there is no such profile.
    """
    return RecordedSettings(msgspec.to_builtins(config), calibration_record(config.solve))


def takes_folder(config: RunConfig) -> Path:
    """Where the takes of a run go."""
    folder = config.record.folder
    return Path(folder).expanduser() if folder else default_takes_folder()


def calibration_record(options: SolveOptions) -> dict[str, object] | None:
    """What the solver takes from the performer's profile, for the header of takes.

    Raises:
        ConfigError: there is no such profile.
    """
    if options.profile is None:
        return None
    return {"profile": options.profile, **msgspec.to_builtins(with_profile(options))}


def _models(store: ModelStore | None) -> dict[str, str]:
    """What tracks, and where it came from, for the header of takes."""
    if store is None:
        return {}
    origins = {
        str(name): "official" if bundle.official else "rebuilt"
        for name, bundle in store.used.items()
    }
    return {"mediapipe": version("mediapipe"), **origins}
