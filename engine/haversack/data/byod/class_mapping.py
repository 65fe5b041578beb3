"""Classes under other names: put together, renamed or left out before a set is checked."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from haversack.base.errors import UsageError
from haversack.data.byod.records import Found, Labelled
from haversack.data.byod.regions import NO_CLASS, Palette, Region
from haversack.data.sample import NOT_JUDGED


def parse_mapping(pairs: Iterable[str]) -> dict[str, str]:
    """Read ``OLD=NEW`` pairs; ``OLD=`` leaves a class out.

    Raises:
        UsageError: One has no ``=`` or no old name, or a class is named twice.
    """
    mapping: dict[str, str] = {}
    for pair in pairs:
        old, equals, new = (part.strip() for part in pair.rpartition("="))
        if not equals or not old:
            raise UsageError(f"{pair!r} maps no class", "Give OLD=NEW, or OLD= to leave it out.")
        if mapping.setdefault(old, new) != new:
            raise UsageError(f"the class {old} is mapped twice", "Give it once.")
    return mapping


def map_classes(found: Found, mapping: Mapping[str, str]) -> Found:
    """Rename and leave out the classes of a set.

    A picture whose class is left out goes; a box goes; a pixel of a mask is not judged.

    Args:
        found: What a reader made of the set.
        mapping: The new name of each class; empty leaves it out.

    Raises:
        UsageError: A class is not in the set.
    """
    known = classes_in(found)
    for old in mapping:
        if old not in known:
            near = difflib.get_close_matches(old, known) or sorted(known)[:5]
            raise UsageError(f"the set has no class {old!r}", f"Did you mean: {', '.join(near)}?")
    pictures = tuple(
        _renamed(one, mapping)
        for one in found.pictures
        if not one.label or mapping.get(one.label, one.label)
    )
    palette = None if found.palette is None else _mapped_palette(found.palette, mapping)
    return replace(found, pictures=pictures, palette=palette)


def classes_in(found: Found) -> set[str]:
    """Give the classes that a set speaks of."""
    classes = set(found.palette.names) if found.palette is not None else set()
    for one in found.pictures:
        classes.update(name for name, _ in one.boxes)
        classes.update(region.label for region in one.regions)
        classes.update({one.label} - {""})
    return classes


def _renamed(one: Labelled, mapping: Mapping[str, str]) -> Labelled:
    boxes = tuple((mapping.get(name, name), box) for name, box in one.boxes)
    regions = tuple(
        Region(mapping.get(region.label, region.label) or NO_CLASS, region.polygons, region.runs)
        for region in one.regions
    )
    kept = tuple((name, box) for name, box in boxes if name)
    return replace(one, label=mapping.get(one.label, one.label), boxes=kept, regions=regions)


def _mapped_palette(palette: Palette, mapping: Mapping[str, str]) -> Palette:
    renamed = [mapping.get(name, name) for name in palette.names]
    names = tuple(dict.fromkeys(name for name in renamed if name))
    numbers = [names.index(name) if name else NOT_JUDGED for name in renamed]
    values = {value: numbers[number] for value, number in palette.values.items()}
    colours = {colour: numbers[number] for colour, number in palette.colours.items()}
    return Palette(names, values, colours)
