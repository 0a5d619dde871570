from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

SCRIPT = """
import logging, os, sys, threading
from mocapbridge.native_noise import quiet_native_stderr

def native(text):
    os.write(2, text.encode())

if "--debug" in sys.argv:
    logging.getLogger("mocapbridge").setLevel(logging.DEBUG)
native("[before]")
inside, leave = threading.Event(), threading.Event()

def other_thread():
    with quiet_native_stderr():
        inside.set()
        leave.wait()

thread = threading.Thread(target=other_thread)
with quiet_native_stderr():
    native("[native]")
    print("[python]", end="", file=sys.stderr)
    with quiet_native_stderr():
        native("[nested]")
    thread.start()
    inside.wait()
native("[other thread]")
leave.set()
thread.join()
native("[after]")
print("[python after]", end="", file=sys.stderr)
"""


def _stderr(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return done.stderr


def test_native_output_is_dropped_and_pythons_own_is_not() -> None:
    assert _stderr() == "[before][python][after][python after]"


def test_nothing_is_hidden_when_debugging() -> None:
    assert "[native]" in _stderr("--debug")
    assert "[nested]" in _stderr("--debug")
