"""The mask of a brought picture, from its mask file or its regions, in the set's numbers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from haversack.data.byod.mask_files import decode_values, to_numbers
from haversack.data.byod.mask_folder import BACKGROUND
from haversack.data.byod.records import Found, Labelled
from haversack.data.byod.regions import NO_CLASS, Labels, Palette, paint
from haversack.data.errors import DataError
from haversack.data.readers.members import Members
from haversack.data.sample import NOT_JUDGED


def mask_classes(found: Found) -> tuple[str, ...]:
    """Give the classes of a set of masks: those of its list, else the ground and the regions'.

    Raises:
        DataError: There are more than a mask can tell apart.
    """
    if found.palette is not None:
        names = found.palette.names
    else:
        shown = {region.label for one in found.pictures for region in one.regions}
        names = (BACKGROUND, *sorted(shown - {BACKGROUND, NO_CLASS})) if shown else ()
    if len(names) > NOT_JUDGED:
        raise DataError(
            f"there are {len(names)} classes; masks tell {NOT_JUDGED} apart",
            "Put some together with --map-class OLD=NEW.",
        )
    return names


class Painter:
    """Gives the mask of each picture of a set.

    Args:
        members: The set.
        classes: Its classes in the order of their numbers.
        palette: What the values of its mask files mean.
    """

    def __init__(self, members: Members, classes: Iterable[str], palette: Palette | None) -> None:
        """Take the set's files, its classes and, for masks in colour, their palette."""
        self._members = members
        self._palette = palette
        self._numbers = {NO_CLASS: NOT_JUDGED}
        self._numbers |= {name: number for number, name in enumerate(classes)}

    def mask(self, one: Labelled, height: int, width: int) -> tuple[Labels, int]:
        """Paint the mask of a picture.

        Returns:
            ``(height, width)`` numbers of classes with 255 where nothing is judged, and how many
            pixels hold something that no class is known for.

        Raises:
            DataError: The mask cannot be read, or it is not of the picture's size.
        """
        if not one.mask or self._palette is None:
            _refuse_other_sizes(one, height, width)
            return paint(one.regions, self._numbers, height, width, self._numbers[BACKGROUND]), 0
        content = self._members.read(one.mask)
        values = decode_values(content, one.mask, in_colour=bool(self._palette.colours))
        if values.shape[:2] != (height, width):
            raise _other_size(one.mask, values.shape[1], values.shape[0], width, height)
        return to_numbers(values, self._palette)


def areas_of(mask: Labels, classes: tuple[str, ...]) -> dict[str, int]:
    """Count the pixels of each class that a mask shows."""
    counts = np.bincount(mask.ravel(), minlength=256)[: len(classes)]
    return {name: int(n) for name, n in zip(classes, counts, strict=True) if n}


def _refuse_other_sizes(one: Labelled, height: int, width: int) -> None:
    """Refuse runs of pixels that reach out of the picture; COCO's are of its very size."""
    for runs in (region.runs for region in one.regions if region.runs is not None):
        wide, high = runs.left + runs.width, runs.top + runs.height
        whole = not runs.by_columns or (wide, high) == (width, height)
        if wide > width or high > height or not whole:
            raise _other_size(one.picture, wide, high, width, height)


def _other_size(name: str, wide: int, high: int, width: int, height: int) -> DataError:
    return DataError(
        f"{name} has a mask of {wide} x {high} pixels for a picture of {width} x {height}",
        "Make the mask as large as its picture.",
    )
