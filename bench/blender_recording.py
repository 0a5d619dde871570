"""How long writing a recording takes: ``python -m bench.blender_recording [4.5 5.0]``.

In each bpy, ten minutes at 30 frames per second of a whole body, fingers and 52 shape keys are kept
as while recording and then written as Actions, with all keys and with fewer. Writing is printed in
CPU time of Blender's main thread and by the clock, because the machine may have other work.
"""

from __future__ import annotations

from bench.in_blenders import run_in_blenders

if __name__ == "__main__":
    run_in_blenders("inside_blender_recording.py")
