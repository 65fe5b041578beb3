"""Decoding pictures: RGB arrays, or an error that names the file."""

from __future__ import annotations

import io
import struct
import warnings

import numpy as np
import simplejpeg
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from haversack.data.errors import DataError
from haversack.data.sample import Picture

MAX_PIXELS = 200_000_000
_JPEG = b"\xff\xd8\xff"
_MARKER, _START_OF_SCAN = 0xFF, 0xDA
_EXIF, _XMP, _XMP_ORIENTATION = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"tiff:Orientation"
_LYING = (5, 6, 7, 8)
"""Orientations in which width and height change places."""
_WHITE_16 = 65535
UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    struct.error,
    Image.DecompressionBombError,
)
"""What Pillow raises for a file whose bytes are not what its format says."""


def decode(content: bytes, name: str) -> Picture:
    """Decode a JPEG, PNG or other picture to ``(height, width, 3)`` uint8 RGB.

    It stands upright, as its EXIF says, or its XMP where EXIF says nothing. 16 bits become 8:
    65535 becomes 255.

    Args:
        content: The file's bytes.
        name: The file's name, for the error.

    Raises:
        DataError: It is not a picture, is cut short, is absurdly large, or holds numbers of which
            nobody says what is white.
    """
    hint = "Replace or remove the file, then run it again."
    quick = _quick_jpeg(content)
    if quick is not None:
        return quick
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content)) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise DataError(
                        f"{name} claims {picture.width} x {picture.height} pixels", hint
                    )
                return np.array(as_rgb(upright(picture), name))
    except UnidentifiedImageError as error:
        raise DataError(f"{name} is not a picture that can be read", hint) from error
    except UNREADABLE as error:
        raise DataError(f"{name} is damaged: {error}", hint) from error


def pictures_in(content: bytes) -> int:
    """Count the pictures in a file that can be decoded: pages of a TIFF, pictures that move.

    What lies beside a JPEG's picture, such as a preview, does not count.
    """
    if content.startswith(_JPEG):
        return 1
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content)) as picture:
                return int(getattr(picture, "n_frames", 1))
    except UNREADABLE:
        return 1  # the first can be decoded, and what follows is no picture


def upright(picture: Image.Image) -> Image.Image:
    """Turn an opened picture as its EXIF or XMP says; without them it stays as it is."""
    if isinstance(picture, TiffImageFile) or _orientation(picture) == 1:
        return picture  # Pillow turns a TIFF when its pixels are loaded
    return ImageOps.exif_transpose(picture)


def upright_size(picture: Image.Image) -> tuple[int, int]:
    """Give the width and height that an opened picture has once it stands upright."""
    width, height = picture.size
    if isinstance(picture, TiffImageFile) and ExifTags.Base.Orientation in picture.tag_v2:
        return width, height  # Pillow gives the upright size, but not where XMP alone says it
    return (height, width) if _orientation(picture) in _LYING else (width, height)


def as_rgb(picture: Image.Image, name: str) -> Image.Image:
    """Give a picture in 8 bits of red, green and blue; Pillow alone would cut 16 bits off at 255.

    Raises:
        DataError: It holds floats or numbers beyond 16 bits.
    """
    if not picture.mode.startswith(("I", "F")):
        return picture.convert("RGB")
    values = np.asarray(picture)
    if picture.mode == "F" or values.min() < 0 or values.max() > _WHITE_16:
        raise DataError(
            f"{name} holds numbers beyond 16 bits, and nothing says which of them is white",
            "Save it with 8 or 16 bits.",
        )
    return Image.fromarray(np.rint(values / (_WHITE_16 / 255)).astype(np.uint8)).convert("RGB")


def _orientation(picture: Image.Image) -> int:
    """Give EXIF's number, else XMP's; 1, upright, where there is none."""
    try:
        return int(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except UNREADABLE:
        return 1


def _quick_jpeg(content: bytes) -> Picture | None:
    """Decode an ordinary JPEG, to the same pixels as Pillow's; None for whatever else it is."""
    if not content.startswith(_JPEG):
        return None
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(content)
        if height * width > MAX_PIXELS or colours not in ("YCbCr", "Gray") or _lies(content):
            return None
        return simplejpeg.decode_jpeg(content, "RGB")
    except (OSError, SyntaxError, ValueError):
        return None  # Pillow says what is wrong with it


def _lies(content: bytes) -> bool:
    if not _tells_orientation(content):
        return False
    with Image.open(io.BytesIO(content)) as picture:
        return _orientation(picture) != 1


def _tells_orientation(content: bytes) -> bool:
    """Look through a JPEG's segments, up to its pixels, for EXIF, or XMP with an orientation."""
    at = 2
    while at + 4 <= len(content) and content[at] == _MARKER and content[at + 1] != _START_OF_SCAN:
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4])
        if content.startswith(_EXIF, at + 4):
            return True
        if content.startswith(_XMP, at + 4) and content.find(_XMP_ORIENTATION, at, end) >= 0:
            return True
        at = end
    return False


def lying_size(content: bytes) -> tuple[int, int] | None:
    """Give the width and height that a picture has before it is turned; None where it is not."""
    with Image.open(io.BytesIO(content)) as picture:
        width, height = upright_size(picture)
        return (height, width) if _orientation(picture) in _LYING else None


def size_of(content: bytes, name: str) -> tuple[int, int]:
    """Give a picture's width and height as it stands upright; only its head is read.

    Raises:
        DataError: It is not a picture that can be read.
    """
    hint = "Replace or remove it."
    try:
        with Image.open(io.BytesIO(content)) as picture:
            return upright_size(picture)
    except UnidentifiedImageError as error:
        raise DataError(f"{name} is not a picture that can be read", hint) from error
    except UNREADABLE as error:
        raise DataError(f"{name} cannot be read: {error}", hint) from error


def resize(image: Picture, width: int, height: int) -> Picture:
    """Resize a picture bilinearly (antialiased when it shrinks)."""
    if image.shape[:2] == (height, width):
        return image
    return np.array(Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR))
