"""The parts of a GLB file: one JSON document and one buffer of numbers.

Format: Khronos glTF 2.0 specification, sections 3.6 (buffers, accessors) and 4 (GLB).
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

from mocapbridge.errors import TakeError

Json: TypeAlias = dict[str, Any]

ARRAY_BUFFER: Final = 34962
ELEMENT_ARRAY_BUFFER: Final = 34963

_TYPES: Final = {(): "SCALAR", (2,): "VEC2", (3,): "VEC3", (4,): "VEC4", (4, 4): "MAT4"}
_COMPONENTS: Final = {np.dtype("<f4"): 5126, np.dtype("<u2"): 5123, np.dtype("u1"): 5121}
_MAGIC: Final = 0x46546C67
_JSON_CHUNK: Final = 0x4E4F534A
_BINARY_CHUNK: Final = 0x004E4942
_LARGEST_BYTES: Final = 2**32 - 1


class GltfBuffer:
    """Collects arrays and describes each as an accessor."""

    def __init__(self) -> None:
        self.accessors: list[Json] = []
        self.views: list[Json] = []
        self._arrays: list[npt.NDArray[Any]] = []
        self._size = 0

    def add(
        self,
        array: npt.NDArray[Any],
        *,
        target: Literal[34962, 34963] | None = None,
        bounds: bool = False,
    ) -> int:
        """Add float32, uint16 or uint8 elements.

        Args:
            array: `(n,)` numbers, `(n, 2..4)` vectors or `(n, 4, 4)` matrices, column by column.
            target: what a mesh uses them for.
            bounds: whether to state the least and the largest (positions and times need it).

        Returns:
            The accessor's index.
        """
        data = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        view: Json = {"buffer": 0, "byteOffset": self._size, "byteLength": data.nbytes}
        if target is not None:
            view["target"] = target
        accessor: Json = {
            "bufferView": len(self.views),
            "componentType": _COMPONENTS[data.dtype],
            "count": len(data),
            "type": _TYPES[data.shape[1:]],
        }
        if bounds:
            accessor["min"] = np.atleast_1d(data.min(axis=0)).tolist()
            accessor["max"] = np.atleast_1d(data.max(axis=0)).tolist()
        self.views.append(view)
        self.accessors.append(accessor)
        self._arrays.append(data)
        self._size += -(-data.nbytes // 4) * 4
        return len(self.accessors) - 1

    def write(self, document: Json, path: Path) -> None:
        """Write the file: the document with what was added, then the numbers.

        Raises:
            TakeError: it is larger than the format allows.
        """
        text = msgspec.json.encode(
            document
            | {
                "accessors": self.accessors,
                "bufferViews": self.views,
                "buffers": [{"byteLength": self._size}],
            }
        )
        text += b" " * (-len(text) % 4)
        total = 12 + 8 + len(text) + 8 + self._size
        if total > _LARGEST_BYTES:
            raise TakeError("the motion is larger than the 4 GB a GLB file holds: trim the take")
        with path.open("wb") as file:
            file.write(struct.pack("<5I", _MAGIC, 2, total, len(text), _JSON_CHUNK))
            file.write(text)
            file.write(struct.pack("<2I", self._size, _BINARY_CHUNK))
            for data in self._arrays:
                file.write(data.data)
                file.write(b"\0" * (-data.nbytes % 4))
