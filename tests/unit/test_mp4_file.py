"""Films keep every picture, whatever size it has."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from mocapbridge.mp4_file import Mp4File


def test_a_picture_of_another_size_is_fitted_into_the_first_ones(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    film = Mp4File(path, 25.0, "the film")
    for height, width in ((120, 160), (120, 160), (240, 80), (10, 400)):
        film.write(np.full((height, width, 3), 200, dtype=np.uint8))
    film.close()
    written = cv2.VideoCapture(str(path))
    pictures = [np.asarray(written.read()[1]) for _ in range(4)]
    assert not written.read()[0]
    assert {picture.shape for picture in pictures} == {(120, 160, 3)}
    tall, wide = pictures[2].mean(axis=2), pictures[3].mean(axis=2)
    for seen, black in ((tall[:, 64:96], tall[:, :50]), (wide[60, 8:152], wide[:50])):
        assert seen.min() > 150
        assert black.max() < 50
