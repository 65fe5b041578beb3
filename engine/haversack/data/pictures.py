"""Decoding pictures: RGB arrays, or an error that names the file."""

from __future__ import annotations

import io
import warnings

import numpy as np
import simplejpeg
from PIL import Image, UnidentifiedImageError

from haversack.data.errors import DataError
from haversack.data.sample import Picture

MAX_PIXELS = 200_000_000
_JPEG = b"\xff\xd8\xff"


def decode(content: bytes, name: str) -> Picture:
    """Decode a JPEG, PNG or other picture to ``(height, width, 3)`` uint8 RGB.

    Args:
        content: The file's bytes.
        name: The file's name, for the error.

    Raises:
        DataError: It is not a picture, is cut short, or is absurdly large.
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
                return np.array(picture.convert("RGB"))
    except UnidentifiedImageError as error:
        raise DataError(f"{name} is not a picture that can be read", hint) from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f"{name} is damaged: {error}", hint) from error


def _quick_jpeg(content: bytes) -> Picture | None:
    """Decode an ordinary JPEG, to the same pixels as Pillow's; None for whatever else it is."""
    if not content.startswith(_JPEG):
        return None
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(content)
        if height * width > MAX_PIXELS or colours not in ("YCbCr", "Gray"):
            return None
        return simplejpeg.decode_jpeg(content, "RGB")
    except ValueError:
        return None  # Pillow says what is wrong with it


def size_of(content: bytes, name: str) -> tuple[int, int]:
    """Give a picture's width and height; only its head is read.

    Raises:
        DataError: It is not a picture that can be read.
    """
    try:
        with Image.open(io.BytesIO(content)) as picture:
            return picture.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(f"{name} cannot be read: {error}", "Replace or remove it.") from error


def resize(image: Picture, width: int, height: int) -> Picture:
    """Resize a picture bilinearly (antialiased when it shrinks)."""
    if image.shape[:2] == (height, width):
        return image
    return np.array(Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR))
