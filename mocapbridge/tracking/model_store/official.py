"""The official address: one file over HTTPS, giving up soon where the host is blocked."""

from __future__ import annotations

import http.client
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import IO, Final

from mocapbridge.errors import ModelMissing

ANSWER_DEADLINE_S: Final = 4.0
"""Name look-up, connection, TLS and the first answer together. Blocked networks often swallow
packets, and a host has many addresses, so a time for each connection alone is not enough."""
READ_TIMEOUT_S: Final = 10.0
"""Longest silence in the middle of a file."""
_CHUNK_BYTES: Final = 1 << 18
_HTTP_OK: Final = 200


class NoDowngrade(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but never from https to anything else."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """The request to follow with."""
        if req.type == "https" and not newurl.startswith("https://"):
            raise urllib.error.HTTPError(newurl, code, "redirect away from https", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _Answer:
    """The head of an HTTP answer, waited for in a thread so that nothing can hold us up.

    A name look-up cannot be interrupted; the thread is left behind when it takes too long.
    """

    def __init__(self, url: str, deadline_s: float, read_timeout_s: float) -> None:
        self._url = url
        self._deadline_s = deadline_s
        self._read_timeout_s = read_timeout_s
        self._lock = threading.Lock()
        self._arrived = threading.Event()
        self._abandoned = False
        self._response: http.client.HTTPResponse | None = None
        self._error: Exception | None = None

    def wait(self) -> http.client.HTTPResponse:
        """The answer.

        Raises:
            OSError: refused, unreachable, an HTTP error, or nothing within the deadline.
            http.client.HTTPException: the answer is not HTTP.
        """
        threading.Thread(target=self._ask, name="official-model-host", daemon=True).start()
        self._arrived.wait(self._deadline_s)
        with self._lock:
            if self._response is not None:
                return self._response
            self._abandoned = True
        raise self._error or TimeoutError(f"no answer within {self._deadline_s:g} s")

    def _ask(self) -> None:
        opener = urllib.request.build_opener(NoDowngrade)
        try:
            response = opener.open(self._url, timeout=self._read_timeout_s)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._error = error
        else:
            with self._lock:
                if self._abandoned:
                    response.close()
                else:
                    self._response = response
        self._arrived.set()


class OfficialHost:
    """The host that serves the official bundles."""

    def __init__(
        self,
        base_url: str,
        *,
        answer_deadline_s: float = ANSWER_DEADLINE_S,
        read_timeout_s: float = READ_TIMEOUT_S,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._answer_deadline_s = answer_deadline_s
        self._read_timeout_s = read_timeout_s
        self._unreachable_because: str | None = None

    def url(self, path: str) -> str:
        """Where a bundle lies."""
        return f"{self._base_url}/{path}"

    def chunks(self, path: str) -> Iterator[bytes]:
        """What lies under a path, in pieces. The bytes are not verified here.

        A host that could not be reached once is not asked again by this object.

        Raises:
            ModelMissing: the host is unreachable, refuses, or stops before the end.
        """
        if self._unreachable_because is not None:
            raise ModelMissing(self._unreachable_because)
        with self._open(path) as response:
            yield from _body(response)

    def _open(self, path: str) -> http.client.HTTPResponse:
        try:
            response = _Answer(self.url(path), self._answer_deadline_s, self._read_timeout_s).wait()
        except urllib.error.HTTPError as error:
            error.close()
            raise ModelMissing(f"HTTP {error.code} {error.reason}") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            self._unreachable_because = f"cannot be reached ({reason})"
            raise ModelMissing(self._unreachable_because) from error
        if response.status != _HTTP_OK:
            response.close()
            raise ModelMissing(f"HTTP {response.status}")
        return response


def _body(response: http.client.HTTPResponse) -> Iterator[bytes]:
    done = 0
    while chunk := _read(response):
        done += len(chunk)
        yield chunk
    announced = response.headers.get("Content-Length")
    if announced is not None and announced.isdecimal() and done != int(announced):
        raise ModelMissing(f"the connection ended after {done} of {announced} bytes")


def _read(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read(_CHUNK_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise ModelMissing(f"the connection broke ({error or type(error).__name__})") from error
