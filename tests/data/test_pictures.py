"""Pictures as cameras and instruments write them: lying on their side, or in 16 bits."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageOps
from PIL.PngImagePlugin import PngInfo
from sklearn.datasets import load_sample_image

from haversack.data.errors import DataError
from haversack.data.pictures import decode, lying_size, size_of

ORIENTATION = 0x0112
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="{}"/>'
    "</rdf:RDF></x:xmpmeta>"
)


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


def _with_xmp(picture: Image.Image, form: str, orientation: int, exif: int = 0) -> bytes:
    file, xmp, tags = io.BytesIO(), XMP.format(orientation), b""
    if exif:
        told = Image.Exif()
        told[ORIENTATION] = exif
        tags = told.tobytes()
    if form == "TIFF":
        picture.save(file, form, exif=tags, tiffinfo={700: xmp.encode()})
    elif form == "PNG":
        texts = PngInfo()
        texts.add_itxt("XML:com.adobe.xmp", xmp)
        picture.save(file, form, exif=tags, pnginfo=texts)
    else:
        picture.save(file, form, exif=tags, xmp=xmp.encode())
    return file.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_upright_as_its_xmp_says_where_exif_says_nothing(
    form: str, orientation: int
) -> None:
    photo = Image.fromarray(load_sample_image("china.jpg")[:24, :40])
    lying = decode(_saved(photo, form), "photo")
    turned = Image.fromarray(lying)
    turned.getexif()[ORIENTATION] = orientation
    content = _with_xmp(photo, form, orientation)
    found = decode(content, "photo")
    np.testing.assert_array_equal(found, np.array(ImageOps.exif_transpose(turned)))
    assert size_of(content, "photo") == found.shape[1::-1]
    assert lying_size(content) == ((40, 24) if orientation >= 5 else None)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_exif_is_believed_where_xmp_says_something_else(form: str) -> None:
    photo = Image.fromarray(load_sample_image("china.jpg")[:24, :40])
    content = _with_xmp(photo, form, orientation=6, exif=1)
    assert decode(content, "photo").shape[:2] == (24, 40)
    assert size_of(content, "photo") == (40, 24)


@pytest.mark.parametrize("said_by", ["exif", "xmp"])
def test_an_orientation_is_found_behind_a_large_colour_profile(said_by: str) -> None:
    photo = Image.fromarray(load_sample_image("china.jpg")[:24, :40])
    content = _saved(photo, "JPEG", 6) if said_by == "exif" else _with_xmp(photo, "JPEG", 6)
    profile = b"\xff\xe2\xff\xff" + bytes(65533)
    assert decode(content[:2] + 2 * profile + content[2:], "photo").shape[:2] == (40, 24)


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_sixteen_bits_become_eight_and_keep_their_order(form: str) -> None:
    values = (257 * np.arange(256)).astype(np.uint16).reshape(16, 16)
    found = decode(_saved(Image.fromarray(values), form), "x-ray")
    np.testing.assert_array_equal(found, np.arange(256).reshape(16, 16, 1).repeat(3, 2))


def test_floats_are_refused_for_nobody_says_which_of_them_is_white() -> None:
    content = _saved(Image.fromarray(np.ones((8, 8), np.float32)), "TIFF")
    with pytest.raises(DataError, match=r"depth\.tif holds numbers beyond 16 bits"):
        decode(content, "depth.tif")
