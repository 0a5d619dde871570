# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes blendshape weights to the shape keys of meshes."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Final

import bpy

from ..face.shape_names import Sources, shape_routes
from .runs import put, runs

_SETTING_TAGS: Final = bpy.app.version >= (4, 5, 0)
"""Since then Blender knows by itself that keys which were set in bulk have to be evaluated."""


class ShapeKeyWriter:
    """Remembers per mesh which key takes which blendshape, for as long as its keys are the same."""

    def __init__(self) -> None:
        self._routes: dict[str, _Routes] = {}

    def write(
        self, mesh: bpy.types.Object, names: tuple[str, ...], weights: Sequence[float]
    ) -> int:
        """Set a mesh's shape keys.

        Keys that a driver moves are left to it. Values go in all at once, because each single one
        would make Blender look through every object of the file.

        Args:
            mesh: a mesh object.
            names: of the blendshapes.
            weights: 0..1, in the same order.

        Returns:
            How many keys took a weight.
        """
        shape_keys = mesh.data.shape_keys
        if shape_keys is None:
            return 0
        blocks = shape_keys.key_blocks
        present = blocks.keys()
        routes = self._routes.get(mesh.name)
        if routes is None or routes.present != present or routes.names is not names:
            routes = self._routes[mesh.name] = _Routes(shape_keys, present, names)
        if not routes.count:
            return 0
        values = routes.values
        blocks.foreach_get("value", values)
        put(array("f", weights), values, routes.plain)
        for key, sources in routes.mixed:
            value = 0.0
            for place, share in sources:
                value += weights[place] * share
            values[key] = min(1.0, max(0.0, value))
        blocks.foreach_set("value", values)
        if not _SETTING_TAGS:
            mesh.update_tag()
        return routes.count

    def forget(self) -> None:
        """Look all keys up anew."""
        self._routes.clear()


class _Routes:
    """Which keys of a mesh take which blendshapes."""

    def __init__(
        self, shape_keys: bpy.types.Key, present: list[str], names: tuple[str, ...]
    ) -> None:
        self.present, self.names = present, names
        self.values = array("f", bytes(4 * len(present)))
        taken = undriven_routes(shape_keys, names)
        self.count = len(taken)
        sole: dict[int, int] = {}
        self.mixed: list[tuple[int, Sources]] = []
        """A key's place among its mesh's, and the blendshapes it takes with their shares."""
        for key, sources in taken.items():
            (source, share), place = sources[0], present.index(key)
            if len(sources) == 1 and share == 1.0 and source not in sole:
                sole[source] = place
            else:
                self.mixed.append((place, sources))
        self.plain = runs([sole.get(source) for source in range(len(names))])
        """From the weights to the keys that take one of them as it is."""


def undriven_routes(shape_keys: bpy.types.Key, names: tuple[str, ...]) -> dict[str, Sources]:
    """Per shape key that takes something and that no driver moves, what it takes."""
    routes = shape_routes(shape_keys.key_blocks.keys(), names)
    return {key: own for key, own in routes.items() if not _driven(shape_keys, key)}


def _driven(shape_keys: bpy.types.Key, key: str) -> bool:
    data = shape_keys.animation_data
    if data is None:
        return False
    path = f'key_blocks["{bpy.utils.escape_identifier(key)}"].value'
    return any(driver.data_path == path for driver in data.drivers)
