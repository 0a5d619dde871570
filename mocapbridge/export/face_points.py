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

# From the performer's right to the left.
UPPER_INNER_LIP: Final = (191, 80, 81, 82, 13, 312, 311, 310, 415)
LOWER_INNER_LIP: Final = (95, 88, 178, 87, 14, 317, 402, 318, 324)
MOUTH_CORNERS: Final = (78, 308)
"""Where the inner lips meet."""
UPPER_OUTER_LIP: Final = (185, 40, 39, 37, 0, 267, 269, 270, 409)
LOWER_OUTER_LIP: Final = (146, 91, 181, 84, 17, 314, 405, 321, 375)
LIP_CORNERS: Final = (61, 291)
"""Where the outer lips meet."""

UPPER_LIP: Final = (*UPPER_INNER_LIP, *UPPER_OUTER_LIP)
LOWER_LIP: Final = (*LOWER_INNER_LIP, *LOWER_OUTER_LIP)
CORNER: Final = (291, 308, 306)
"""Around the left corner of the mouth."""
