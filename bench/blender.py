"""What the Blender add-on costs Blender's main thread: ``python -m bench.blender [4.5 5.0]``.

In each bpy, a rig of 65 bones and a mesh with 52 shape keys follow a moving performer. Printed in
microseconds per frame: the add-on's own share (a whole ``pump`` without Blender's evaluation, frame
after frame, and between evaluations, which leave the processor's caches cold; and what of it is
arithmetic), then the time with evaluation (``view_layer.update``) against the floor
of the same run: the same values put in by ``foreach_set`` and the same evaluation. The clock is the
main thread's own CPU time, because the machine has other work.
"""

from __future__ import annotations

from bench.in_blenders import run_in_blenders

if __name__ == "__main__":
    run_in_blenders("inside_blender.py")
