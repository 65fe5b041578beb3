"""Decoding pictures: RGB arrays, or an error that names the file."""

from __future__ import annotations

import io
import warnings

import numpy as np
from PIL import Image, UnidentifiedImageError

from haversack.data.errors import DataError
from haversack.data.sample import Picture

MAX_PIXELS = 200_000_000


def decode(content: bytes, name: str) -> Picture:
    """Decode a JPEG, PNG or other picture to ``(height, width, 3)`` uint8 RGB.

    Args:
        content: The file's bytes.
        name: The file's name, for the error.

    Raises:
        DataError: It is not a picture, is cut short, or is absurdly large.
    """
    hint = "Replace or remove the file, then run it again."
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


def resize(image: Picture, width: int, height: int) -> Picture:
    """Resize a picture bilinearly (antialiased when it shrinks)."""
    if image.shape[:2] == (height, width):
        return image
    return np.array(Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR))
