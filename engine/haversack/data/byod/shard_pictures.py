"""The pictures of a shard to look at: what is said of each at once, its bytes by one ``pread``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from haversack.data.byod.mask_files import decode_labels
from haversack.data.byod.records import Labelled
from haversack.data.byod.shard import labelled_of
from haversack.data.byod.shard_index import HINT, Index, read_index
from haversack.data.errors import DataError
from haversack.data.readers.members import PreadFile

AT_ONCE = 1000  # rows; more would hold Python's lock for a moment that can be seen


class ShardPictures:
    """A shard as it is browsed.

    Attributes:
        task: What its labels are for.
        classes: Its classes in the order of their numbers.
        labelled: What is said of each picture.

    Raises:
        DataError: It is no shard of a known format, or its index does not fit its pictures.
        StorageError: The file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        """Open a shard's index; pictures are read when they are asked for."""
        index = read_index(path)
        self.task, self.classes = index.task, index.classes
        self.labelled: tuple[Labelled, ...] = tuple(map(labelled_of, _rows(index)))
        self._file = PreadFile(path)
        columns = [index.table[name].to_numpy() for name in _PLACES]
        self._places: npt.NDArray[np.int64] = np.stack(columns, axis=1)

    def read(self, at: int) -> bytes:
        """Give the bytes of a picture.

        Raises:
            DataError: The shard ends before it does.
            StorageError: The device fails.
        """
        offset, size = self._places[at, :2].tolist()
        return self._file.read(offset, size, self.labelled[at].picture)

    def mask(self, at: int, height: int, width: int) -> npt.NDArray[np.uint8]:
        """Give the mask of a picture, ``(height, width)`` numbers of classes.

        Raises:
            DataError: It is damaged, or of another size than the picture.
            StorageError: The device fails.
        """
        name = f"the mask of {self.labelled[at].picture}"
        offset, size = self._places[at, 2:].tolist()
        labels = decode_labels(self._file.read(offset, size, name), name)
        if labels.shape != (height, width):
            raise DataError(f"{name} does not fit its picture", HINT)
        return labels

    def where(self, at: int) -> int:
        """Give where a picture's bytes begin, which names it within the shard."""
        return int(self._places[at, 0])


_PLACES = ("offset", "size", "mask_offset", "mask_size")


def _rows(index: Index) -> Iterator[dict[str, Any]]:
    for batch in index.table.to_batches(max_chunksize=AT_ONCE):
        yield from batch.to_pylist()
