"""CURVE for the ZeroMQ publisher: encryption, and subscribers with known keys only.

CurveZMQ (RFC 26) with ZAP (RFC 27): libzmq asks an authenticator, here pyzmq's own, whether a
subscriber's key is let in. Whoever has no key or another one never gets a message.
"""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path
from typing import Any, Final

import zmq
import zmq.auth
from zmq.auth.thread import ThreadAuthenticator
from zmq.utils.monitor import recv_monitor_message

from mocapbridge.clock import NS_PER_S, Clock
from mocapbridge.errors import OutputUnavailable
from mocapbridge.outputs.options import CurveOptions

_log = logging.getLogger(__name__)

_DOMAIN: Final = b"mocapbridge"
_LOG_PERIOD_NS: Final = 10 * NS_PER_S
_FAILURES: Final = (
    zmq.EVENT_HANDSHAKE_FAILED_AUTH
    | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
    | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL
)


class KnownKeys:
    """Tells the authenticator which keys are let in."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._keys = frozenset(key.encode() for key in keys)

    def callback(self, domain: str, key: bytes) -> bool:  # noqa: ARG002 - pyzmq's interface
        """Whether a public key, in Z85, is known."""
        return key in self._keys


class CurveGuard:
    """Guards one publisher's socket from before it is bound until it is closed."""

    def __init__(self, options: CurveOptions, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._authenticator: ThreadAuthenticator | None = None
        self._monitor: zmq.Socket[Any] | None = None
        self._log_due_ns = 0
        self.refused = 0
        """Subscribers turned away so far; each tries again and again."""

    def start(self, context: zmq.Context[zmq.Socket[bytes]], socket: zmq.Socket[bytes]) -> None:
        """Set the socket up.

        Raises:
            OutputUnavailable: the key file cannot be read, holds no secret key, or libzmq was
                built without encryption.
        """
        if not zmq.has("curve"):
            raise OutputUnavailable(
                "this libzmq was built without encryption: install pyzmq from the package index"
            )
        public, secret = _read_keys(Path(self._options.key_file).expanduser())
        self._authenticator = ThreadAuthenticator(context)
        self._authenticator.start()
        self._authenticator.configure_curve_callback(
            _DOMAIN.decode(), credentials_provider=KnownKeys(self._options.clients)
        )
        socket.setsockopt(zmq.CURVE_SERVER, 1)
        socket.setsockopt(zmq.CURVE_PUBLICKEY, public)
        socket.setsockopt(zmq.CURVE_SECRETKEY, secret)
        socket.setsockopt(zmq.ZAP_DOMAIN, _DOMAIN)
        self._monitor = socket.get_monitor_socket(_FAILURES)

    def note_refusals(self, target: str) -> None:
        """Count who was turned away since the last call, and say so now and then."""
        before = self.refused
        while self._monitor is not None and self._monitor.poll(0):
            recv_monitor_message(self._monitor)
            self.refused += 1
        now_ns = self._clock.monotonic_ns()
        if self.refused > before and now_ns >= self._log_due_ns:
            self._log_due_ns = now_ns + _LOG_PERIOD_NS
            _log.warning(
                "turned away %d attempts to subscribe at %s: no key, or none of curve.clients",
                self.refused,
                target,
            )

    def stop(self) -> None:
        """Let go; before the context is destroyed. May be called twice."""
        if self._monitor is not None:
            self._monitor.close(linger=0)
        if self._authenticator is not None:
            self._authenticator.stop()
        self._monitor = self._authenticator = None


def make_keys(folder: Path, name: str) -> tuple[Path, Path]:
    """A new pair of keys: files with the public and with the secret key, the latter for us alone.

    Raises:
        OutputUnavailable: a file of that name is there, or the folder cannot be written to.
    """
    public, secret = folder / f"{name}.key", folder / f"{name}.key_secret"
    for path in (public, secret):
        if path.exists():
            raise OutputUnavailable(f"{path} is there already: choose another name or remove it")
    before = os.umask(0o077)
    try:
        zmq.auth.create_certificates(folder, name)  # pyright: ignore[reportUnknownMemberType]
    except OSError as error:
        raise OutputUnavailable(f"no keys can be written to {folder}: {error.strerror}") from error
    finally:
        os.umask(before)
    return public, secret


def read_certificate(path: Path) -> tuple[bytes, bytes | None]:
    """Public and secret key in a file, in Z85; the secret is None where the file has none.

    Raises:
        OSError, ValueError: no key can be read there.
    """
    # pyzmq leaves the type of paths open.
    return zmq.auth.load_certificate(path)  # pyright: ignore[reportUnknownMemberType]


def _read_keys(path: Path) -> tuple[bytes, bytes]:
    try:
        public, secret = read_certificate(path)
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise OutputUnavailable(
            f"no key can be read from {path}: `mocapbridge keys NAME` makes one"
        ) from error
    if secret is None:
        raise OutputUnavailable(
            f"{path} holds a public key alone: curve.key_file names the file that ends in "
            "key_secret"
        )
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise OutputUnavailable(
            f"others on this machine can read the secret key in {path}: chmod 600 it"
        )
    return public, secret
