"""What a command is, whichever socket it comes in by."""

from __future__ import annotations

import hmac
import logging
import time
from collections.abc import Callable, Mapping
from typing import Annotated, Final, TypeAlias

import msgspec
from msgspec import Meta, Struct, field

from mocapbridge.errors import CommandRefused

_log = logging.getLogger(__name__)

MAX_REQUEST_BYTES: Final = 8192
MAX_RATE_HZ: Final = 50.0
"""Commands a second that a socket carries out; people press buttons, a flood is a mistake."""
_LOG_EVERY_S: Final = 10.0
_MAX_ARGUMENTS: Final = 16

Value: TypeAlias = str | int | float | bool | None
Result: TypeAlias = Mapping[str, object]
Handler: TypeAlias = Callable[[str, Mapping[str, Value]], Result]
"""Carries out a command; raises ``CommandRefused`` with what is valid."""


class Request(Struct, forbid_unknown_fields=True):
    """A command with its arguments."""

    command: Annotated[str, Meta(min_length=1, max_length=64)]
    arguments: dict[Annotated[str, Meta(max_length=64)], Value] = field(
        default_factory=dict[str, Value]
    )
    token: Annotated[str, Meta(max_length=128)] | None = None
    id: Annotated[str, Meta(max_length=64)] | int | None = None
    """Comes back in the reply, for senders that ask several things at once."""


class Reply(Struct, omit_defaults=True):
    """What came of it."""

    ok: bool
    result: Result | None = None
    error: str | None = None
    """Why not, what is valid and what to do."""
    id: str | int | None = None


_decode = msgspec.json.Decoder(Request).decode


class Gate:
    """Lets commands through to the handler: checks length, form, token and rate.

    Args:
        handler: carries commands out.
        token: what every command must carry; None: nothing.
        now_s: the time, for tests [s].
    """

    def __init__(
        self, handler: Handler, token: str | None, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._handler = handler
        self._token = token
        self._now_s = now_s
        self._allowance = MAX_RATE_HZ
        self._counted_s = now_s()
        self._log_due_s = -_LOG_EVERY_S
        self.refused = 0
        """Requests so far that were not carried out."""

    def answer(self, request: bytes) -> Reply:
        """The reply to a request as JSON."""
        if len(request) > MAX_REQUEST_BYTES:
            return self.refuse(f"a request has at most {MAX_REQUEST_BYTES} bytes")
        try:
            decoded = _decode(request)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return self.refuse(
                f'{error}; expected JSON such as {{"command": "status", "arguments": {{}}}}'
            )
        return self.carry_out(decoded)

    def take(self, parts: Mapping[str, object]) -> Reply:
        """The reply to a request that came in parts, by the names of ``Request``'s fields."""
        try:
            request = msgspec.convert(parts, Request)
        except msgspec.ValidationError as error:
            return self.refuse(str(error))
        return self.carry_out(request)

    def carry_out(self, request: Request) -> Reply:
        """The reply to a request."""
        # The token first: whoever lacks it must not use up the rate of who has it.
        if not self._trusts(request.token):
            return self.refuse("the token is missing or wrong", request.id)
        if not self._in_time():
            return self.refuse(f"more than {MAX_RATE_HZ:g} commands a second", request.id)
        if len(request.arguments) > _MAX_ARGUMENTS:
            return self.refuse(f"a command has at most {_MAX_ARGUMENTS} arguments", request.id)
        try:
            result = self._handler(request.command, request.arguments)
        except CommandRefused as error:
            return self.refuse(str(error), request.id)
        return Reply(ok=True, result=result, id=request.id)

    def _in_time(self) -> bool:
        """Whether the rate is kept: a bucket that holds one second's commands."""
        now_s = self._now_s()
        self._allowance += (now_s - self._counted_s) * MAX_RATE_HZ
        self._allowance = min(self._allowance, MAX_RATE_HZ)
        self._counted_s = now_s
        if self._allowance < 1.0:
            return False
        self._allowance -= 1.0
        return True

    def _trusts(self, token: str | None) -> bool:
        if self._token is None:
            return True
        # In constant time: how long it takes tells nothing about the token.
        return hmac.compare_digest(self._token.encode(), (token or "").encode())

    def refuse(self, reason: str, request_id: str | int | None = None) -> Reply:
        """The reply to what is not carried out; counted, and logged now and then."""
        self.refused += 1
        now_s = self._now_s()
        if now_s - self._log_due_s >= 0.0:
            self._log_due_s = now_s + _LOG_EVERY_S
            _log.info("refused a command: %s", reason)
        return Reply(ok=False, error=reason, id=request_id)
