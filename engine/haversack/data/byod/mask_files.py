"""Mask pictures: a class for each pixel by number (one channel, indexed) or by colour.

What is kept of every mask, whatever it was brought as, is an indexed PNG of its picture's size.
"""

from __future__ import annotations

import io
import warnings

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from haversack.data.byod.regions import Labels, Palette
from haversack.data.errors import DataError
from haversack.data.pictures import MAX_PIXELS, UNREADABLE
from haversack.data.sample import NOT_JUDGED

_HINT = "Replace or remove the mask, then run it again."


def decode_labels(content: bytes, name: str) -> Labels:
    """Read a mask of one channel, ``(height, width)``, as it is kept.

    Raises:
        DataError: It is no picture of one channel, or damaged.
    """
    values = decode_values(content, name, in_colour=False)
    if values.ndim != 2:
        raise DataError(f"{name} is a mask in colour; no class list says what that means", _HINT)
    return values


def decode_values(content: bytes, name: str, in_colour: bool) -> Labels:
    """Read a mask: ``(height, width)`` values, or ``(height, width, 3)`` colours.

    Args:
        content: The file's bytes.
        name: The file's name, for the error.
        in_colour: Whether a class list gives colours: then an indexed picture is asked for its
            colours and not for its indices; else a grey one of three channels is taken as one.

    Raises:
        DataError: It is no picture, damaged, too large, or holds numbers beyond 255.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content)) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise DataError(f"{name} claims too many pixels", _HINT)
                if picture.mode == "P" and in_colour:
                    return np.array(picture.convert("RGB"))
                if picture.mode in ("P", "L", "1"):
                    return np.array(picture).astype(np.uint8)
                if picture.mode.startswith("I"):
                    return _small(np.array(picture), name)
                colours = np.array(picture.convert("RGB"))
    except DataError:
        raise
    except UnidentifiedImageError as error:
        raise DataError(f"{name} is no mask that can be read", _HINT) from error
    except UNREADABLE as error:
        raise DataError(f"{name} is no mask that can be read: {error}", _HINT) from error
    is_grey = not in_colour and bool((colours == colours[..., :1]).all())
    return colours[..., 0] if is_grey else colours


def encode_labels(labels: Labels) -> bytes:
    """Write a mask ``(height, width)`` as an indexed PNG; the colours are for the eye only."""
    picture = Image.fromarray(labels, mode="P")
    picture.putpalette(_COLOURS.tobytes())
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=False, compress_level=6)
    return out.getvalue()


def to_numbers(values: Labels, palette: Palette) -> tuple[Labels, int]:
    """Turn a mask's values or colours into numbers of classes.

    Args:
        values: ``(height, width)``, or ``(height, width, 3)`` colours.
        palette: What they mean.

    Returns:
        ``(height, width)`` with 255 where nothing is judged, and how many pixels mean nothing.
        The value 255 and the colour that Pascal VOC gives to borders mean "not judged".
    """
    if values.ndim == 2:
        table = np.full(256, NOT_JUDGED, np.uint8)
        unknown = np.ones(256, bool)
        for value, number in {NOT_JUDGED: NOT_JUDGED, **palette.values}.items():
            table[value], unknown[value] = number, False
        return table[values], int(unknown[values].sum())
    packed = _packed(values)
    numbers: Labels = np.full(packed.shape, NOT_JUDGED, np.uint8)
    known = packed == _packed(np.asarray(_BORDER, np.uint8))
    for colour, number in palette.colours.items():
        here = packed == _packed(np.asarray(colour, np.uint8))
        numbers[here] = number
        known |= here
    return numbers, int((~known).sum())


def _packed(colours: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    wide = colours.astype(np.uint32)
    return np.asarray(wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2], np.uint32)


def _small(values: npt.NDArray[np.generic], name: str) -> Labels:
    wide = values.astype(np.int64)
    if wide.size and not 0 <= wide.min() <= wide.max() <= NOT_JUDGED:
        raise DataError(f"{name} holds numbers beyond 255", _HINT)
    return wide.astype(np.uint8)


def voc_colours() -> Labels:
    """Give the colours that Pascal VOC gives to numbers, ``(256, 3)``: bits spread from the top."""
    numbers = np.arange(256, dtype=np.uint8)
    colours = np.zeros((256, 3), np.uint8)
    for bit in range(8):
        for channel in range(3):
            colours[:, channel] |= ((numbers >> channel) & 1) << np.uint8(7 - bit)
        numbers >>= 3
    return colours


_COLOURS = voc_colours()
_BORDER = tuple(int(part) for part in _COLOURS[NOT_JUDGED])
