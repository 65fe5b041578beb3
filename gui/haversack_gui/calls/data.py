"""The data page's calls: check a folder, give its pictures, count what it holds, take it in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from haversack_gui import words
from haversack_gui.calls.pantry import OpenPantry, dataset_name
from haversack_gui.jobs import Changed, Told
from haversack_gui.words import tr

if TYPE_CHECKING:
    from haversack.services.gallery import Checked, Gallery, Problem
    from haversack.services.kept_gallery import LookAlike

GRID_EDGE = 192
BINS = 12


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants to look at.

    Attributes:
        folder: The folder.
        form: The format, or ``"auto"``.
        task: What the labels are for; empty for what the format is for.
        kept: The name of a set that was imported, which is looked at instead; empty for none.
    """

    folder: Path = Path()
    form: str = "auto"
    task: str = ""
    kept: str = ""

    @property
    def name(self) -> str:
        """What a person calls it."""
        return self.kept or self.folder.name


@dataclass(frozen=True)
class Looked:
    """A folder that was checked, or a set that was imported.

    Attributes:
        wish: What was asked.
        form: The format that was found; empty where it is one of the pantry's own.
        task: What the labels are for.
        gallery: The pictures.
        counts: How many pictures or objects of each class, by split.
        splits: How many pictures each split has.
        problems: What was left out or mended.
    """

    wish: Wish
    form: str
    task: str
    gallery: Gallery
    counts: dict[str, dict[str, int]]
    splits: dict[str, int]
    problems: tuple[Problem, ...]

    @property
    def source(self) -> str:
        """Say in words where it was read from."""
        if self.wish.kept:
            return tr("kept in the pantry")
        return tr("read as {format}").format(format=self.form)


@dataclass(frozen=True, slots=True)
class Thumb:
    """A small picture for the screen.

    Attributes:
        image: The picture.
        scale: Its pixels for one pixel of the picture itself.
        mask: The numbers of the classes at its pixels; None where there is no mask.
    """

    image: QImage
    scale: float
    mask: QImage | None = None


def formats() -> tuple[str, ...]:
    """Give the formats that a folder can be read as."""
    from haversack.services.datasets import FORMATS

    return FORMATS


def look_at(pantry: OpenPantry, wish: Wish, told: Told) -> Changed:
    """Read and decode everything in a folder; changes nothing."""
    from haversack.services.apart import APART
    from haversack.services.datasets import check_data
    from haversack.services.gallery import folder_gallery

    checked = check_data(
        wish.folder,
        wish.form,
        wish.task or None,
        readers=APART,
        on_event=told.on_event,
        cancel=told.cancel,
    )
    gallery = folder_gallery(wish.folder, checked, pantry.engine)
    return Changed(frozenset(), _looked(wish, checked, gallery), "")


def look_at_kept(pantry: OpenPantry, name: str) -> Looked:
    """Open a set that was imported; no picture is read yet."""
    from haversack.services.kept_gallery import kept_gallery

    kept = kept_gallery(name, pantry.engine)
    return Looked(
        Wish(kept=name),
        "",
        kept.gallery.task,
        kept.gallery,
        _counts(kept.gallery),
        kept.splits,
        (*kept.problems, *_look_alikes(kept.alike)),
    )


def kept_names(pantry: OpenPantry) -> list[str]:
    """Give the names of the sets that were imported."""
    from haversack.services.datasets import own_sets

    return sorted(one.name for one in own_sets(pantry.engine))


def _looked(wish: Wish, checked: Checked, gallery: Gallery) -> Looked:
    return Looked(
        wish,
        checked.format,
        checked.task,
        gallery,
        _counts(gallery),
        checked.splits(),
        (*checked.problems, *_look_alikes(checked.alike)),
    )


def _counts(gallery: Gallery) -> dict[str, dict[str, int]]:
    counted: dict[str, Counter[str]] = {name: Counter() for name in gallery.classes}
    for one in gallery.pictures:
        names = [name for name, *_ in one.boxes] if one.boxes else one.classes
        for name in names:
            counted[name][one.split] += 1
    return {name: dict(counts) for name, counts in counted.items()}


def _look_alikes(alike: Iterable[LookAlike]) -> list[Problem]:
    from haversack.services.gallery import Problem

    return [Problem(pair.val, f"looks like {pair.train}, which is trained on") for pair in alike]


def thumb(gallery: Gallery, at: int, edge: int = GRID_EDGE) -> Thumb | None:
    """Give one picture made small for the screen; None where it cannot be read any more."""
    from haversack.base.errors import HaversackError

    try:
        small = gallery.small(at, edge)
    except HaversackError:
        return None
    height, width = small.pixels.shape[:2]
    image = QImage(small.pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    mask = None
    if small.mask is not None:
        values = small.mask.tobytes()
        mask = QImage(values, width, height, width, QImage.Format.Format_Indexed8).copy()
    return Thumb(image.copy(), width / small.width, mask)


@dataclass(frozen=True, slots=True)
class Narrow:
    """Which of a set's pictures are wanted.

    Attributes:
        text: Part of the path; empty for any.
        label: A class that is shown; empty for any.
        split: The split; empty for any.
    """

    text: str = ""
    label: str = ""
    split: str = ""


def narrowed(gallery: Gallery, wanted: Narrow) -> Sequence[int]:
    """Give the places of the pictures that are wanted, ascending."""
    text, label, split = wanted.text.lower(), wanted.label, wanted.split
    if wanted == Narrow():
        return range(len(gallery.pictures))
    return [
        at
        for at, one in enumerate(gallery.pictures)
        if (not split or one.split == split)
        and (not label or label in one.classes)
        and (not text or text in one.name.lower())
    ]


def measure(gallery: Gallery) -> tuple[list[int], list[int]]:
    """Give the longer edges of the pictures, and the sizes of the boxes (root of their area)."""
    edges = [max(size) for size in gallery.sizes()]
    boxes = [
        round(((right - left) * (bottom - top)) ** 0.5)
        for one in gallery.pictures
        for _, left, top, right, bottom in one.boxes
    ]
    return edges, boxes


def take_in(
    pantry: OpenPantry,
    looked: Looked,
    name: str,
    licence: str,
    becomes: Mapping[str, str],
    told: Told,
) -> Changed:
    """Take a folder that was looked at into the pantry, its classes renamed or left out."""
    from haversack.services.apart import APART
    from haversack.services.datasets import import_data

    wish = looked.wish
    kept, checked = import_data(
        wish.folder,
        pantry.engine,
        name,
        wish.form,
        wish.task or None,
        licence or "NOASSERTION",
        mapping=becomes,
        readers=APART,
        on_event=told.on_event,
        cancel=told.cancel,
    )
    pictures = words.count(len(checked.pictures), "picture", "pictures")
    classes = words.count(len(checked.classes), "class", "classes")
    said = f"{kept.name}: {pictures} in {classes} lie in the pantry now."
    return Changed(frozenset({"assets"}), kept.name, said)


def name_for(folder: Path) -> str:
    """Give the name that a folder's data get unless the person says another."""
    return dataset_name(folder)


def bins(values: list[int], count: int = BINS) -> list[tuple[str, int]]:
    """Sort values into bins of equal width: what each spans, and how many it holds."""
    if not values:
        return []
    low, high = min(values), max(values)
    if low == high:
        return [(str(low), len(values))]
    width = max(1, -(-(high - low + 1) // count))
    held = Counter((value - low) // width for value in values)
    last = (high - low) // width
    return [(_span(low + at * width, width, high), held[at]) for at in range(last + 1)]


def _span(first: int, width: int, high: int) -> str:
    end = min(high, first + width - 1)
    return str(first) if end == first else f"{first}–{end}"
