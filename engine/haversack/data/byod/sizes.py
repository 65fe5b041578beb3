"""Pictures of another size than the file of their labels says: the labels would lie wrong."""

from __future__ import annotations

from haversack.data.byod.records import Labelled
from haversack.data.errors import DataError
from haversack.data.pictures import lying_size


def refuse_other_size(one: Labelled, content: bytes, width: int, height: int) -> None:
    """Refuse a picture that is not of the size that its labels' file says.

    Args:
        one: The picture with its labels.
        content: Its bytes.
        width: Its width as it stands upright.
        height: Its height as it stands upright.

    Raises:
        DataError: The sizes differ.
    """
    if one.size is None or one.size == (width, height):
        return
    said = f"its labels are for {one.size[0]} x {one.size[1]} pixels and it has {width} x {height}"
    if one.size == lying_size(content):
        said = f"{said} once it is turned as its EXIF says; draw them on the upright picture"
    raise DataError(said, "")
