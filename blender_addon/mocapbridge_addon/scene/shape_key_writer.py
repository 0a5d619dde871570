# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes blendshape weights to the shape keys of meshes."""

from __future__ import annotations

from collections.abc import Sequence

import bpy

from ..face.shape_names import Sources, shape_routes


class ShapeKeyWriter:
    """Remembers per mesh which key takes which blendshape, for as long as its keys are the same."""

    def __init__(self) -> None:
        self._routes: dict[tuple[str, tuple[str, ...]], tuple[list[str], list[Route]]] = {}

    def write(
        self, mesh: bpy.types.Object, names: tuple[str, ...], weights: Sequence[float]
    ) -> int:
        """Set a mesh's shape keys.

        Keys that a driver moves are left to it. Values go in all at once, because each single one
        would make Blender look through every object of the file.

        Returns:
            How many keys took a weight.
        """
        shape_keys = mesh.data.shape_keys
        if shape_keys is None:
            return 0
        blocks = shape_keys.key_blocks
        routes = self._routes_of(mesh.name, names, shape_keys)
        if not routes:
            return 0
        values = [0.0] * len(blocks)
        blocks.foreach_get("value", values)
        for key, sources in routes:
            value = 0.0
            for place, share in sources:
                value += weights[place] * share
            values[key] = min(1.0, max(0.0, value))
        blocks.foreach_set("value", values)
        mesh.update_tag()
        return len(routes)

    def forget(self) -> None:
        """Look all keys up anew."""
        self._routes.clear()

    def _routes_of(
        self, mesh_name: str, names: tuple[str, ...], shape_keys: bpy.types.Key
    ) -> list[Route]:
        present = shape_keys.key_blocks.keys()
        remembered = self._routes.get((mesh_name, names))
        if remembered is not None and remembered[0] == present:
            return remembered[1]
        routes = [
            (present.index(key), sources)
            for key, sources in undriven_routes(shape_keys, names).items()
        ]
        self._routes[(mesh_name, names)] = (present, routes)
        return routes


Route = tuple[int, tuple[tuple[int, float], ...]]
"""A key's place among its mesh's, and the blendshapes it takes with their shares."""


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
