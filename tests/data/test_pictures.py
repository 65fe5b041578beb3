"""Pictures as cameras and instruments write them: lying on their side, or in 16 bits."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageOps
from sklearn.datasets import load_sample_image

from haversack.data.errors import DataError
from haversack.data.pictures import decode, size_of

ORIENTATION = 0x0112


def _saved(picture: Image.Image, form: str, orientation: int = 0) -> bytes:
    file, exif = io.BytesIO(), picture.getexif()
    if orientation:
        exif[ORIENTATION] = orientation
    picture.save(file, form, exif=exif)
    return file.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_upright_as_its_exif_says(form: str, orientation: int) -> None:
    photo = Image.fromarray(load_sample_image("china.jpg")[:24, :40])
    content = _saved(photo, form, orientation)
    turned = decode(content, "photo")
    with Image.open(io.BytesIO(content)) as opened:
        opened.load()
        wanted = np.array(ImageOps.exif_transpose(opened).convert("RGB"))
    np.testing.assert_array_equal(turned, wanted)
    assert turned.shape[:2] == ((40, 24) if orientation >= 5 else (24, 40))
    assert size_of(content, "photo") == turned.shape[1::-1]


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_sixteen_bits_become_eight_and_keep_their_order(form: str) -> None:
    values = (257 * np.arange(256)).astype(np.uint16).reshape(16, 16)
    found = decode(_saved(Image.fromarray(values), form), "x-ray")
    np.testing.assert_array_equal(found, np.arange(256).reshape(16, 16, 1).repeat(3, 2))


def test_floats_are_refused_for_nobody_says_which_of_them_is_white() -> None:
    content = _saved(Image.fromarray(np.ones((8, 8), np.float32)), "TIFF")
    with pytest.raises(DataError, match=r"depth\.tif holds numbers beyond 16 bits"):
        decode(content, "depth.tif")
