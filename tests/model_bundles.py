"""Small stand-ins for bundles, for the wheel and for the official host, and a manifest of them."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import msgspec
import pytest

from mocapbridge.tracking.model_store import Manifest, load_manifest
from mocapbridge.tracking.model_store.manifest import Network

REFUSED_URL: Final = "http://127.0.0.1:1"
"""Nobody listens on port 1 of a healthy machine: refused at once."""
NETWORKS: Final = {
    "palm_detection_full": b"palm" * 500,
    "hand_landmark_full": b"hand" * 900,
}
Handler = Callable[[BaseHTTPRequestHandler], None]


def zip_of(members: dict[str, bytes]) -> bytes:
    """A ZIP with stored members: the same bytes at all times."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


FACE_BUNDLE: Final = zip_of(
    {
        "face_detector.tflite": b"detector" * 3000,
        "face_blendshapes.tflite": b"blendshapes",
        "geometry_pipeline_metadata_landmarks.binarypb": b"geometry",
    }
)


def small_manifest(official_base_url: str = REFUSED_URL) -> Manifest:
    """The real manifest with small bytes: the face is official only, the hands can be rebuilt."""
    manifest = load_manifest()
    bundles = dict(manifest.bundles)
    bundles["face_landmarker"] = msgspec.structs.replace(
        bundles["face_landmarker"],
        size_bytes=len(FACE_BUNDLE),
        sha256=("0" * 64, sha256(FACE_BUNDLE).hexdigest()),
        rebuild=(),
        instead="leave the face out",
    )
    networks = {
        name: Network(
            path=manifest.networks[name].path,
            size_bytes=len(content),
            sha256=sha256(content).hexdigest(),
        )
        for name, content in NETWORKS.items()
    }
    return msgspec.structs.replace(
        manifest, bundles=bundles, networks=networks, official_base_url=official_base_url
    )


def write_wheel(folder: Path, networks: dict[str, bytes] = NETWORKS) -> Path:
    """A wheel that pip accepts, with networks where the real one has them."""
    manifest = load_manifest()
    wheel = manifest.wheel
    tag = f"{wheel.abi}-{wheel.abi}-{wheel.platforms[0]}"
    info = f"{wheel.project}-{wheel.version}.dist-info"
    members = {manifest.networks[name].path: content for name, content in networks.items()}
    metadata = f"Metadata-Version: 2.1\nName: {wheel.project}\nVersion: {wheel.version}\n"
    members[f"{info}/METADATA"] = metadata.encode()
    members[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nTag: {tag}\n".encode()
    members[f"{info}/RECORD"] = b""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{wheel.project}-{wheel.version}-{tag}.whl"
    path.write_bytes(zip_of(members))
    return path


@contextmanager
def http_host(answer: Handler) -> Generator[tuple[str, list[str]], None, None]:
    """A web server on loopback; yields its base URL and the paths it was asked for."""
    asked: list[str] = []

    class Requests(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            answer(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Requests)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    patch = pytest.MonkeyPatch()
    patch.setenv("no_proxy", "127.0.0.1")
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        patch.undo()
        server.shutdown()
        thread.join()
        server.server_close()


def answer_with(
    body: bytes, *, status: int = 200, announced: int | None = None, location: str | None = None
) -> Handler:
    """Answers every request alike; `announced` lies about the length."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Length", str(len(body) if announced is None else announced))
        if location is not None:
            request.send_header("Location", location)
        request.end_headers()
        request.wfile.write(body)

    return answer
