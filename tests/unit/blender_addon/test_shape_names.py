"""Shape keys find their blendshapes, however they are spelt."""

from __future__ import annotations

import pytest
from mocapbridge_addon.face.shape_names import arkit_shape, shape_routes
from mocapbridge_addon.motion.arkit import ARKIT_NAMES


@pytest.mark.parametrize("name", ARKIT_NAMES)
def test_every_spelling_of_every_shape_is_known(name: str) -> None:
    base = name.removesuffix("Left").removesuffix("Right")
    side = name[len(base) :][:1]
    spellings = [name, name[0].upper() + name[1:], f"Face.M_F00_{name}", name.lower()]
    if side and base not in ("jaw", "mouth"):
        spellings += [f"{base}_{side}", f"{base}.{side}", f"{base[0].upper()}{base[1:]}_{side}"]
    assert {arkit_shape(spelling) for spelling in spellings} == {name}


@pytest.mark.parametrize("key", ["Basis", "Smile", "Fcl_MTH_A", "A", "L", "_R", ""])
def test_other_keys_are_none_of_them(key: str) -> None:
    assert arkit_shape(key) is None


def test_vowels_are_mixed_where_a_mesh_has_nothing_else() -> None:
    routes = shape_routes(["Basis", "Fcl_MTH_A", "Fcl_EYE_Close_L", "Blink", "ou"], ARKIT_NAMES)
    jaw_open = ARKIT_NAMES.index("jawOpen")
    assert (jaw_open, 1.0) in routes["Fcl_MTH_A"]
    assert routes["Fcl_EYE_Close_L"] == ((ARKIT_NAMES.index("eyeBlinkLeft"), 1.0),)
    assert routes["ou"] == ((ARKIT_NAMES.index("mouthPucker"), 1.0),)
    assert sum(share for _, share in routes["Blink"]) == 1.0
    assert "Basis" not in routes


def test_a_mesh_with_arkits_shapes_does_not_blink_twice() -> None:
    routes = shape_routes(["eyeBlinkLeft", "eyeBlinkRight", "Blink", "Fcl_MTH_A"], ARKIT_NAMES)
    assert set(routes) == {"eyeBlinkLeft", "eyeBlinkRight", "Fcl_MTH_A"}


def test_shapes_that_the_stream_lacks_are_left_alone() -> None:
    assert shape_routes(["jawOpen", "tongueOut"], ("jawOpen",)) == {"jawOpen": ((0, 1.0),)}
