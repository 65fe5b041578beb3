"""Pictures that a set made of others would both train on and validate on."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from haversack.base.digests import sha256_bytes
from haversack.data.sample import Dataset

Rows = npt.NDArray[np.int64]
END = 256
"""Last bytes of a picture's file: they tell files of one size apart before any is read whole."""


@runtime_checkable
class Stored(Protocol):
    """A dataset that knows the files that its pictures were brought as."""

    @property
    def file_sizes(self) -> Rows:
        """Bytes of each picture's file; -1 for one that lies in no file of its own."""
        ...

    def file(self, index: int, last: int = 0) -> bytes:
        """Give the file of a picture by its number, or only its ``last`` bytes."""
        ...


def file_sizes_of(dataset: Dataset) -> Rows:
    """Give the bytes of each picture's file; -1 for one that lies in no file of its own."""
    if isinstance(dataset, Stored):
        return dataset.file_sizes
    return np.full(len(dataset), -1, np.int64)


def file_of(dataset: Dataset, index: int, last: int = 0) -> bytes:
    """Give the file of a picture that has one, or only its ``last`` bytes."""
    if not isinstance(dataset, Stored):
        raise TypeError("its pictures lie in no files of their own")
    return dataset.file(index, last)


def trained_on(train: Dataset, val: Dataset) -> list[int]:
    """Give the numbers of the pictures of ``val`` whose bytes are those of one of ``train``.

    Only files of the same size are looked at, and only those that end alike are read whole.

    Raises:
        DataError: A picture cannot be read.
    """
    sizes, own = file_sizes_of(train), file_sizes_of(val)
    both = np.intersect1d(sizes[sizes >= 0], own)
    places, asked = (np.flatnonzero(np.isin(s, both)).tolist() for s in (sizes, own))
    ends = {at: (int(own[at]), file_of(val, at, END)) for at in asked}
    wanted = set(ends.values())
    known: dict[tuple[int, bytes], set[str]] = {}
    for at in places:
        key = (int(sizes[at]), file_of(train, at, END))
        if key in wanted:
            known.setdefault(key, set()).add(sha256_bytes(file_of(train, at)))
    return [
        at
        for at, key in ends.items()
        if key in known and sha256_bytes(file_of(val, at)) in known[key]
    ]
