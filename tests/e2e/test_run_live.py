"""Live sources that are quicker than inference, and the plain lines of a run without a terminal."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import cv2

from mocapbridge.cli.main import main
from mocapbridge.config.load import parse_config
from mocapbridge.pipeline.assemble import open_pipeline, stated_rate

CLIP = Path(__file__).resolve().parents[2] / "samples" / "performer_upper.mp4"
LIVE = b"""\
source: {type: synthetic, live: true, fps: 60, frames: 90}
tracking: {backend: synthetic, synthetic_delay_s: 0.05}
outputs: [{type: osc, port: 39123}]
"""


def test_every_frame_of_a_live_source_is_processed_or_counted_as_skipped() -> None:
    config = parse_config(LIVE, "live.yaml", Path())
    with open_pipeline(config) as pipeline:
        end = pipeline.run(threading.Event())
    assert end.captured == 90
    assert end.captured == end.processed + end.skipped
    assert end.skipped > 0
    (out,) = end.outputs
    # Nobody listens at that port: refused datagrams are counted, too.
    assert out.frames + out.skipped + out.errors >= end.processed


def test_statistics_are_written_also_when_the_time_is_over(tmp_path: Path) -> None:
    stats = tmp_path / "stats.json"
    flags = ["--source", "synthetic", "--osc", "39124", "--link", "39125", "--zmq", "39126"]
    assert main(["run", *flags, "--for", "0.5s", "--headless", "--stats-json", str(stats)]) == 0
    end = json.loads(stats.read_text(encoding="utf-8"))
    assert end["captured"] == end["processed"] + end["skipped"]
    assert end["processed"] > 0
    assert {"inference", "solve", "all but inference"} <= set(end["stages"])
    (publisher,) = [out for out in end["outputs"] if out["name"].startswith("zmq")]
    assert publisher["latency"]["p50_ms"] > 0.0


def test_rates_are_stated_as_broadcasters_write_them() -> None:
    assert stated_rate(25.0) == (25, 1)
    assert stated_rate(29.97002997) == (30000, 1001)
    assert stated_rate(23.976) == (24000, 1001)
    assert stated_rate(59.94) == (60000, 1001)
    assert stated_rate(24.0) == (24, 1)
    assert stated_rate(12.5) == (25, 2)
    assert stated_rate(0.0) == (30, 1)


def test_an_overlay_has_a_picture_for_every_frame(tmp_path: Path) -> None:
    config = tmp_path / "overlay.yaml"
    config.write_text(
        f"source: {{type: video, path: '{CLIP}', end_s: 0.6}}\n"
        "tracking: {backend: synthetic}\noutputs: []\n",
        encoding="utf-8",
    )
    overlay, stats = tmp_path / "overlay.mp4", tmp_path / "stats.json"
    flags = ["--config", str(config), "--overlay", str(overlay), "--stats-json", str(stats)]
    assert main(["run", *flags]) == 0
    end = json.loads(stats.read_text(encoding="utf-8"))
    written = cv2.VideoCapture(str(overlay))
    pictures = 0
    while written.grab():
        pictures += 1
    written.release()
    assert pictures == end["processed"] == end["captured"] > 0
