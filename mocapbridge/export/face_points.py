"""Where the parts of a face are in MediaPipe's 468-point mesh, and in its irises after it.

Left is the performer's; the right side has the mirrored points.
"""

from __future__ import annotations

from typing import Final

MESH_POINTS: Final = 468
"""Those after are the irises."""
IRISES: Final = (473, 468)
"""Middle of the left and of the right iris."""

UPPER_LID: Final = (398, 384, 385, 386, 387, 388, 466)
LOWER_LID: Final = (382, 381, 380, 374, 373, 390, 249)
EYE_CORNERS: Final = (362, 263)
"""Inner and outer."""
BROW: Final = (336, 296, 334, 293, 300, 276, 283, 282, 295, 285)
"""Around it: along the top from the nose on, back along the bottom."""

# A lip is four lines, outermost first, each from the performer's right to the left; the points of a
# column lie behind one another.
UPPER_LIP_LINES: Final = (
    (185, 40, 39, 37, 0, 267, 269, 270, 409),
    (184, 74, 73, 72, 11, 302, 303, 304, 408),
    (183, 42, 41, 38, 12, 268, 271, 272, 407),
    (191, 80, 81, 82, 13, 312, 311, 310, 415),
)
LOWER_LIP_LINES: Final = (
    (146, 91, 181, 84, 17, 314, 405, 321, 375),
    (77, 90, 180, 85, 16, 315, 404, 320, 307),
    (96, 89, 179, 86, 15, 316, 403, 319, 325),
    (95, 88, 178, 87, 14, 317, 402, 318, 324),
)
RIGHT_CORNER: Final = (61, 76, 62, 78)
"""Where the lines of both lips meet, outermost first."""
LEFT_CORNER: Final = (291, 306, 292, 308)

UPPER_LIP: Final = sum(UPPER_LIP_LINES, ())
LOWER_LIP: Final = sum(LOWER_LIP_LINES, ())
UPPER_INNER_LIP: Final = UPPER_LIP_LINES[-1]
LOWER_INNER_LIP: Final = LOWER_LIP_LINES[-1]
MOUTH_CORNERS: Final = (RIGHT_CORNER[-1], LEFT_CORNER[-1])

OUTLINE: Final = (
    *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
    *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109),
)
"""Around the face, from the forehead on."""
