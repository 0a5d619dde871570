"""An encrypted stream and who gets in, over real sockets."""

from __future__ import annotations

import logging
import os
import re
import stat
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
import zmq

from mocapbridge.cli.main import main
from mocapbridge.clock import SystemClock
from mocapbridge.errors import OutputUnavailable
from mocapbridge.outputs.options import CurveOptions, ZmqOptions
from mocapbridge.outputs.zmq_curve import make_keys, read_certificate
from mocapbridge.outputs.zmq_pub import ZmqOutput
from tests.motion_frames import random_frame, stream_info

pytestmark = pytest.mark.skipif(not zmq.has("curve"), reason="this libzmq has no encryption")


def public_key(folder: Path, name: str) -> str:
    key, _ = read_certificate(folder / f"{name}.key")
    return key.decode()


@contextmanager
def publisher(folder: Path, clients: tuple[str, ...]) -> Generator[ZmqOutput]:
    curve = CurveOptions(key_file=str(folder / "stage.key_secret"), clients=clients)
    output = ZmqOutput(
        ZmqOptions(bind="tcp://127.0.0.1:*", curve=curve), stream_info(), SystemClock()
    )
    output.open()
    try:
        yield output
    finally:
        output.close()


@contextmanager
def subscriber(folder: Path, output: ZmqOutput, name: str | None) -> Generator[zmq.Socket[bytes]]:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    socket = context.socket(zmq.SUB)
    socket.setsockopt(zmq.SUBSCRIBE, b"")
    if name is not None:
        public, secret = read_certificate(folder / f"{name}.key_secret")
        assert secret is not None
        socket.setsockopt(zmq.CURVE_PUBLICKEY, public)
        socket.setsockopt(zmq.CURVE_SECRETKEY, secret)
        socket.setsockopt(zmq.CURVE_SERVERKEY, public_key(folder, "stage").encode())
    socket.connect(output.target)
    try:
        yield socket
    finally:
        context.destroy(linger=0)


def heard(output: ZmqOutput, socket: zmq.Socket[bytes], within_s: float) -> bool:
    """Whether something of what is published arrives."""
    deadline_s = time.monotonic() + within_s
    while time.monotonic() < deadline_s:
        output.send(random_frame(1))
        output.idle()
        if socket.poll(50):
            return True
    return False


def test_only_known_keys_get_in_and_the_rest_is_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("stage", "friend", "stranger"):
        make_keys(tmp_path, name)
    with (
        caplog.at_level(logging.WARNING),
        publisher(tmp_path, (public_key(tmp_path, "friend"),)) as output,
    ):
        for name in ("stranger", None):
            with subscriber(tmp_path, output, name) as socket:
                assert not heard(output, socket, 1.0)
        with subscriber(tmp_path, output, "friend") as socket:
            assert heard(output, socket, 10.0)
    warned = [record.getMessage() for record in caplog.records]
    assert len(warned) == 1
    turned_away = re.search(r"turned away (\d+) attempts", warned[0])
    assert turned_away is not None
    assert int(turned_away[1]) > 0


def test_keys_are_made_once_and_kept_from_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keys", "stage", "--folder", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    public, secret = read_certificate(tmp_path / "stage.key_secret")
    assert secret is not None
    assert public.decode() in told
    assert secret.decode() not in told
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "stage.key_secret").stat().st_mode) == 0o600
    assert main(["keys", "stage", "--folder", str(tmp_path)]) == 5
    assert "is there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "no key can be read"), ("nonsense", "no key can be read"), ("public", "public key")],
)
def test_a_key_file_that_is_none_is_said(tmp_path: Path, content: str | None, told: str) -> None:
    public, _ = make_keys(tmp_path, "other")
    if content is not None:
        text = public.read_text() if content == "public" else content
        (tmp_path / "stage.key_secret").write_text(text)
    with (
        pytest.raises(OutputUnavailable, match=told),
        publisher(tmp_path, ("x" * 40,)),
    ):
        pass


@pytest.mark.skipif(os.name != "posix", reason="file modes are those of POSIX")
def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    _, secret = make_keys(tmp_path, "stage")
    secret.chmod(0o644)
    with pytest.raises(OutputUnavailable, match="chmod 600"), publisher(tmp_path, ("x" * 40,)):
        pass
