"""How soon the program answers, and how much memory it takes: ``python -m bench.start``.

Starts ``mocapbridge`` as a user does, several times, and takes the best: what disturbs a start
makes it slower, nothing makes it faster. Models must be in the cache.
"""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import time
from pathlib import Path

from mocapbridge.bundled import bundled_path

_HELP_S = 0.25
_FIRST_PACKET_S = 4.0
_MEMORY_MB = 600.0
_POLL_S = 0.1
_PROGRAM = (sys.executable, "-m", "mocapbridge")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="starts of each (default 5)")
    rounds = parser.parse_args().rounds
    helped_s = [_help_s() for _ in range(rounds)]
    _print("--help", min(helped_s), _HELP_S, "s")
    runs = [_run() for _ in range(rounds)]
    _print("first packet of a run", min(first_s for first_s, _ in runs), _FIRST_PACKET_S, "s")
    if sys.platform == "linux":
        _print("resident memory at most", max(peak_mb for _, peak_mb in runs), _MEMORY_MB, "MB")


def _help_s() -> float:
    started_s = time.perf_counter()
    subprocess.run([*_PROGRAM, "--help"], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started_s


def _run() -> tuple[float, float]:
    """Time from the start to the first packet [s], and the most memory the run took [MB]."""
    clip = str(bundled_path("samples") / "performer_full.mp4")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(60.0)
        target = f"127.0.0.1:{receiver.getsockname()[1]}"
        started_s = time.perf_counter()
        arguments = ["run", "--source", clip, "--osc", target, "--headless"]
        process = subprocess.Popen([*_PROGRAM, *arguments], stdout=subprocess.DEVNULL)
        receiver.recv(65536)
        first_s = time.perf_counter() - started_s
        peak_mb = 0.0
        while process.poll() is None:
            peak_mb = max(peak_mb, _resident_mb(process.pid))
            time.sleep(_POLL_S)
    return first_s, peak_mb


def _resident_mb(process_id: int) -> float:
    try:
        status = Path(f"/proc/{process_id}/status").read_text()
    except OSError:  # it has just ended, or this is no Linux
        return 0.0
    lines = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(lines[0].split()[1]) / 1024 if lines else 0.0


def _print(what: str, value: float, bound: float, unit: str) -> None:
    print(f"{what} {value:.2f} {unit} (at most {bound:g}: {'yes' if value <= bound else 'NO'})")


if __name__ == "__main__":
    main()
