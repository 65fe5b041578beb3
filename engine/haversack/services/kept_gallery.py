"""An imported set to look at: its pictures straight from what is kept, and what its import told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from haversack.data.byod.look_alikes import LookAlike
from haversack.data.byod.records import Labelled, Problem
from haversack.data.byod.shard_index import read_told
from haversack.data.byod.shard_pictures import ShardPictures
from haversack.pantry.pantry import Pantry
from haversack.services.datasets import OwnSet, own_set
from haversack.services.gallery import Gallery, shown_of, thumbnails_of

__all__ = ["KeptSet", "LookAlike", "kept_gallery"]


@dataclass(frozen=True)
class KeptSet:
    """An imported set.

    Attributes:
        set: What the pantry says of it.
        gallery: Its pictures.
        splits: How many pictures each split has.
        problems: What its import left out or mended.
        alike: Pictures of the two splits that look alike.
    """

    set: OwnSet
    gallery: Gallery
    splits: dict[str, int]
    problems: tuple[Problem, ...]
    alike: tuple[LookAlike, ...]


def kept_gallery(name: str, pantry: Pantry) -> KeptSet:
    """Open an imported set to look at; no picture is read yet.

    Raises:
        NotInPantryError: There is none of that name.
        DataError: What is kept is damaged.
        StorageError: It cannot be read.
    """
    found = own_set(pantry, name)
    path = pantry.store.path(found.sha256)
    pictures = ShardPictures(path)
    problems, alike = read_told(path)
    gallery = Gallery(
        name,
        pictures.task,
        pictures.classes,
        tuple(map(shown_of, pictures.labelled)),
        pictures.read,
        lambda at: f"{found.sha256}:{pictures.where(at)}",
        thumbnails_of(pantry, f"set:{found.sha256}"),
        pictures.mask if pictures.task == "segmentation" else None,
    )
    return KeptSet(found, gallery, _splits(pictures.labelled), problems, alike)


def _splits(labelled: tuple[Labelled, ...]) -> dict[str, int]:
    return dict(Counter(one.split for one in labelled))
