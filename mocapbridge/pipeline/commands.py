"""What a running pipeline can be told: the commands behind every control socket."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeAlias

import msgspec
from msgspec import Meta, Struct

from mocapbridge.config.parameter import Scalar, choice, live_parameters, with_parameter
from mocapbridge.config.schema import RunConfig
from mocapbridge.errors import CommandRefused, ConfigError, TakeUnwritable
from mocapbridge.pipeline.live_calibration import LiveCalibration
from mocapbridge.pipeline.motion import Motion
from mocapbridge.pipeline.runner import Pipeline
from mocapbridge.pipeline.stages import Smoothing, StreamDescription
from mocapbridge.pipeline.take_opener import recorded_settings
from mocapbridge.solve.base import Solver
from mocapbridge.solve.calibration import STAND_S, Wanted
from mocapbridge.solve.profile import Profile, name_problem, save_profile

Result: TypeAlias = Mapping[str, object]


class _Nothing(Struct, forbid_unknown_fields=True):
    """No arguments."""


class _Slate(Struct, forbid_unknown_fields=True):
    """What to call a take."""

    slate: str | int | None = None
    """A number is a name, too: senders tell one for the other."""


class _Mirror(Struct, forbid_unknown_fields=True):
    """As in a mirror, or as it is; the other of the two when left out."""

    on: bool | None = None


class _Calibrate(Struct, forbid_unknown_fields=True):
    """What to measure, and what to call the profile."""

    name: str | int = "performer"
    height_m: Annotated[float, Meta(ge=0.3, le=3.0)] | None = None
    body: bool = True
    face: bool = False


class _Name(Struct, forbid_unknown_fields=True):
    """Which setting."""

    parameter: str


class _Setting(Struct, forbid_unknown_fields=True):
    """Which setting, and its new value."""

    parameter: str
    value: Scalar


@dataclass(frozen=True)
class StageMakers:
    """How stages are made, for settings that change while a run goes on."""

    smoother: Callable[[RunConfig], Smoothing]
    solver: Callable[[RunConfig], Solver]


@dataclass(frozen=True)
class _Command:
    says: str
    """What it does, for the list."""
    arguments: type[Struct]
    carry_out: Callable[[Any], Result]


class RunCommands:
    """Carries out the commands for one run. May be called from any thread.

    Args:
        pipeline: the run.
        config: what it was started with.
        make: how its stages are made.
        description: told of changed settings, for the headers of takes.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        config: RunConfig,
        make: StageMakers,
        description: StreamDescription,
    ) -> None:
        self._pipeline = pipeline
        self._description = description
        self._calibration = LiveCalibration(pipeline, self._use_profile)
        self._config = config
        self._make = make
        self._commands: Final[dict[str, _Command]] = {
            "list": _Command(
                "the commands, and the settings that `set` takes", _Nothing, self._list
            ),
            "status": _Command("counters, timings and what is tracked", _Nothing, self._status),
            "record_start": _Command("begin a take: slate", _Slate, self._record_start),
            "record_stop": _Command("end the take", _Nothing, self._record_stop),
            "recentre": _Command(
                "the world's origin goes to the floor under the performer", _Nothing, self._recentre
            ),
            "mirror": _Command(
                "send the motion as in a mirror, or as it is: on", _Mirror, self._mirror
            ),
            "calibrate": _Command(
                "measure the performer who stands still for 3 s: name, height_m, body, face",
                _Calibrate,
                self._calibrate,
            ),
            "get": _Command("the value of a setting: parameter", _Name, self._get),
            "set": _Command("change a setting: parameter, value", _Setting, self._set),
        }

    def carry_out(self, command: str, arguments: Mapping[str, Scalar]) -> Result:
        """Do what a command says.

        Args:
            command: its name.
            arguments: by name.

        Returns:
            What the sender is told; plain values only.

        Raises:
            CommandRefused: there is no such command, or it cannot be carried out.
        """
        known = self._commands.get(command)
        if known is None:
            there_is = choice(command, list(self._commands))
            raise CommandRefused(f"there is no command {command!r}; {there_is}")
        try:
            told = msgspec.convert(dict(arguments), known.arguments)
        except msgspec.ValidationError as error:
            takes = ", ".join(known.arguments.__struct_fields__) or "none"
            raise CommandRefused(f"{command}: {error}; its arguments: {takes}") from error
        return known.carry_out(told)

    def _list(self, _: _Nothing) -> Result:
        return {
            "commands": {name: command.says for name, command in self._commands.items()},
            "parameters": live_parameters(self._config),
        }

    def _status(self, _: _Nothing) -> Result:
        told = {"run": self._pipeline.snapshot(), "calibration": self._calibration.state}
        return msgspec.to_builtins(told)

    def _record_start(self, told: _Slate) -> Result:
        slate = None if told.slate is None else str(told.slate)
        try:
            return {"take": str(self._pipeline.recording.start(slate))}
        except TakeUnwritable as error:
            raise CommandRefused(str(error)) from error

    def _record_stop(self, _: _Nothing) -> Result:
        try:
            path = self._pipeline.recording.stop()
        except TakeUnwritable as error:
            raise CommandRefused(str(error)) from error
        if path is None:
            raise CommandRefused("no take is being recorded: record_start begins one")
        return {"take": str(path)}

    def _recentre(self, _: _Nothing) -> Result:
        self._pipeline.between_frames(Motion.recentre)
        return {}

    def _mirror(self, told: _Mirror) -> Result:
        def turn(motion: Motion) -> bool:
            wanted = not motion.mirrored if told.on is None else told.on
            motion.set_mirrored(mirrored=wanted)
            return wanted

        return {"on": self._pipeline.between_frames(turn)}

    def _calibrate(self, told: _Calibrate) -> Result:
        name = str(told.name)
        problem = name_problem(name)
        if problem is not None:
            raise CommandRefused(f"a profile cannot be called {name[:100]!r}; {problem}")
        if not (told.body or told.face):
            raise CommandRefused("there is nothing to measure: body and face are both false")
        wanted = Wanted(body=told.body, face=told.face, height_m=told.height_m)
        self._calibration.start(name, wanted, self._config.solve.camera)
        return {"stand_still_s": STAND_S, "then": "see calibration in status"}

    def _use_profile(self, profile: Profile, name: str) -> None:
        save_profile(profile, name)
        solve = msgspec.structs.replace(self._config.solve, profile=name)
        changed = msgspec.structs.replace(self._config, solve=solve)
        self._go_on_with(changed, filters=False)

    def _go_on_with(self, changed: RunConfig, *, filters: bool) -> None:
        """Replace the stage that the change is about; takes begun from now on say so."""
        settings = recorded_settings(changed)
        if filters:
            smoother = self._make.smoother(changed)
            self._pipeline.between_frames(lambda motion: motion.replace_smoother(smoother))
        else:
            solver = self._make.solver(changed)
            self._pipeline.between_frames(lambda motion: motion.replace_solver(solver))
        self._config = changed
        self._description.settings = settings

    def _get(self, told: _Name) -> Result:
        parameters = live_parameters(self._config)
        if told.parameter not in parameters:
            there_is = choice(told.parameter, list(parameters))
            raise CommandRefused(f"there is no setting {told.parameter!r}; {there_is}")
        return {"parameter": told.parameter, "value": parameters[told.parameter]}

    def _set(self, told: _Setting) -> Result:
        try:
            changed = with_parameter(self._config, told.parameter, told.value)
            self._go_on_with(changed, filters=told.parameter.startswith("filters."))
        except ConfigError as error:
            raise CommandRefused(str(error)) from error
        return {"parameter": told.parameter, "value": live_parameters(changed)[told.parameter]}
