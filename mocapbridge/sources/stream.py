"""A network stream that FFmpeg can open: RTSP, HTTP and others."""

from __future__ import annotations

from typing import Final

import cv2

from mocapbridge.clock import Clock
from mocapbridge.errors import ConfigError
from mocapbridge.sources.formats import STREAM_SCHEMES
from mocapbridge.sources.live import STALL_S, LiveSource
from mocapbridge.sources.opencv_capture import open_capture
from mocapbridge.sources.options import StreamOptions

_MS_PER_S: Final = 1000


class StreamSource(LiveSource):
    """The newest picture of a network stream, reopened by whoever reads it when it breaks off.

    User names, passwords and query strings of the address are given to FFmpeg and nobody else:
    ``source_id`` and messages go without. Implements ``sources.base.Source``.
    """

    def __init__(self, options: StreamOptions, clock: Clock) -> None:
        """Nothing is opened yet.

        Raises:
            ConfigError: the address has no scheme that a stream can have.
        """
        scheme = options.url.partition("://")[0].lower()
        if "://" not in options.url or scheme not in STREAM_SCHEMES:
            raise ConfigError(
                "a stream's address must begin with one of: "
                f"{', '.join(f'{valid}://' for valid in sorted(STREAM_SCHEMES))}"
            )
        # FFmpeg itself gives up after open_timeout_s; the first picture follows at some distance.
        super().__init__(
            without_credentials(options.url), options, clock, options.open_timeout_s + STALL_S
        )
        self._options = options

    def _open_capture(self) -> cv2.VideoCapture | None:
        settings = (
            *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, round(self._options.open_timeout_s * _MS_PER_S)),
            *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, round(STALL_S * _MS_PER_S)),
        )
        return open_capture(self._options.url, cv2.CAP_FFMPEG, settings)

    def _why_not(self, *, opened: bool) -> str:
        if opened:
            return f"the stream opens but delivers no picture: {self.source_id}"
        return (
            "no stream could be opened; check that the sender runs, the address, user and "
            f"password, the network: {self.source_id}"
        )


def without_credentials(url: str) -> str:
    """An address fit for logs and takes: no user, password, query, fragment or ``name=value``.

    Everything before the last ``@`` goes, because passwords may hold any character; a path with
    ``=`` goes too, because some cameras want the password there.
    """
    scheme, _, rest = url.partition("://")
    rest = rest.rpartition("@")[2]
    for start_of_secrets in "?#":
        rest = rest.partition(start_of_secrets)[0]
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host}{slash}{'...' if '=' in path else path}"
