# pyright: basic, reportMissingImports=false
# OpenCV, torch and mediapipe give partly untyped values; a training program keeps them here.
"""MediaPipe's blendshape network on its own: landmarks in, scores out.

Needs `pip install ai-edge-litert`, for training only. The network is a member of the official face
bundle; its input are 146 landmarks in pixels (the list is that of MediaPipe's
`face_blendshapes_graph.cc`; fed with the landmarks of a task it gives the task's scores bit for
bit).
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final

import numpy as np

from mocapbridge.blendshapes import ARKIT_INDEX, ARKIT_NAMES
from mocapbridge.types import Float32Array

SCORED: Final = ARKIT_INDEX["tongueOut"]
"""51: the ARKit shapes before `tongueOut`, which MediaPipe does not have."""
_NAMES: Final = ("_neutral", *sorted(ARKIT_NAMES[:SCORED]))
"""MediaPipe's order is that of the alphabet."""

# fmt: off
POINTS: Final = (
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66,
    67, 70, 78, 80, 81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144,
    145, 146, 148, 149, 150, 152, 153, 154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173,
    176, 178, 181, 185, 191, 195, 197, 234, 246, 249, 251, 263, 267, 269, 270, 276, 282, 283, 284,
    285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314, 317, 318, 321, 323, 324, 332,
    334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382, 384, 385, 386,
    387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466, 468, 469, 470, 471, 472, 473,
    474, 475, 476, 477,
)
# fmt: on


class Teacher:
    """Runs the network."""

    def __init__(self, bundle: Path) -> None:
        from ai_edge_litert.interpreter import Interpreter

        with zipfile.ZipFile(bundle) as members:
            network = members.read("face_blendshapes.tflite")
        self._interpreter = Interpreter(model_content=network, num_threads=1)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]
        self._order = np.array([ARKIT_INDEX.get(name, SCORED) for name in _NAMES])

    def scores(self, image: Float32Array, image_size_px: tuple[int, int]) -> Float32Array:
        """(n, 51) scores in ARKit order of (n, 478, 3) landmarks."""
        points_px = (image[:, POINTS, :2] * np.array(image_size_px)).astype(np.float32)
        scores = np.empty((len(image), SCORED + 1), np.float32)  # the last column is `_neutral`
        for row, points in zip(scores, points_px, strict=True):
            self._interpreter.set_tensor(self._input, points[None])
            self._interpreter.invoke()
            row[self._order] = self._interpreter.get_tensor(self._output)
        return scores[:, :SCORED]
