"""The official address, played by a web server on loopback."""

from __future__ import annotations

import io
import threading
from http.client import HTTPMessage
from http.server import BaseHTTPRequestHandler
from urllib.error import HTTPError
from urllib.request import Request

import pytest

from mocapbridge.errors import ModelMissing
from mocapbridge.tracking.model_store.official import NoDowngrade, OfficialHost
from tests.model_bundles import REFUSED_URL, answer_with, http_host

BODY = bytes(range(256)) * 3000


def download(base_url: str, **settings: float) -> bytes:
    return b"".join(OfficialHost(base_url, **settings).chunks("folder/model.task"))


def test_bytes_arrive_as_they_were_sent() -> None:
    with http_host(answer_with(BODY)) as (url, asked):
        assert download(url) == BODY
    assert asked == ["/folder/model.task"]


def test_redirects_are_followed() -> None:
    with (
        http_host(answer_with(BODY)) as (target, _),
        http_host(answer_with(b"", status=302, location=f"{target}/elsewhere")) as (url, _),
    ):
        assert download(url) == BODY


def test_a_redirect_never_leaves_https() -> None:
    with pytest.raises(HTTPError, match="redirect away from https") as caught:
        NoDowngrade().redirect_request(
            Request("https://example.org/a"),
            io.BytesIO(),
            302,
            "Found",
            HTTPMessage(),
            "http://example.org/b",
        )
    caught.value.close()


@pytest.mark.parametrize("status", [403, 404, 500])
def test_http_errors_are_reasons(status: int) -> None:
    with (
        http_host(answer_with(b"no", status=status)) as (url, _),
        pytest.raises(ModelMissing, match=f"HTTP {status}"),
    ):
        download(url)


def test_a_body_that_ends_early_is_noticed() -> None:
    with (
        http_host(answer_with(BODY, announced=len(BODY) + 1)) as (url, _),
        pytest.raises(ModelMissing, match=r"connection (ended|broke)"),
    ):
        download(url)


def test_what_is_no_http_is_a_reason() -> None:
    def babble(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"\x00\x01 this is no web server\r\n\r\n")

    with http_host(babble) as (url, _), pytest.raises(ModelMissing):
        download(url)


def test_a_silent_host_is_given_up_and_not_asked_again() -> None:
    let_go = threading.Event()

    def hang(_request: BaseHTTPRequestHandler) -> None:
        let_go.wait(30)

    with http_host(hang) as (url, asked):
        host = OfficialHost(url, answer_deadline_s=0.2)
        for _ in range(3):
            with pytest.raises(ModelMissing, match=r"no answer within 0\.2 s"):
                list(host.chunks("model.task"))
        let_go.set()
    assert len(asked) == 1


def test_a_body_that_stalls_is_given_up() -> None:
    let_go = threading.Event()

    def stall(request: BaseHTTPRequestHandler) -> None:
        answer_with(BODY[:1000], announced=len(BODY))(request)
        request.wfile.flush()
        let_go.wait(30)

    with http_host(stall) as (url, _):
        with pytest.raises(ModelMissing, match="connection broke"):
            download(url, read_timeout_s=0.2)
        let_go.set()


def test_a_refused_connection_is_remembered() -> None:
    host = OfficialHost(REFUSED_URL)
    for _ in range(2):
        with pytest.raises(ModelMissing, match="cannot be reached"):
            list(host.chunks("model.task"))


def test_an_unknown_host_is_a_reason() -> None:
    with pytest.raises(ModelMissing, match=r"cannot be reached|no answer within"):
        download("https://no-such-host.invalid")
