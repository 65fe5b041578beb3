"""The form in which brought pictures are kept: a plain tar of the files, and a Parquet index in it.

The same set gives the same bytes: members in order, no times, owners or modes of this machine. The
pictures are the files that were brought, byte for byte; masks are indexed PNGs in the numbers of
the set's classes, each right behind its picture. A picture is read by one ``pread``, its mask with
it.
"""

from __future__ import annotations

import io
import tarfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from haversack.base.digests import sha256_bytes
from haversack.data.byod.check import Checked, splits_of
from haversack.data.byod.mask_files import decode_labels, encode_labels
from haversack.data.byod.masks import Painter
from haversack.data.byod.records import Box, Labelled
from haversack.data.byod.shard_index import (
    BLOCK,
    GUIDE,
    HINT,
    INDEX,
    TOLD,
    Index,
    encode_guide,
    encode_index,
    encode_told,
    read_index,
)
from haversack.data.errors import DataError
from haversack.data.pictures import decode
from haversack.data.readers.members import Members, PreadFile
from haversack.data.sample import NOT_JUDGED, Boxes, Mask, Sample, Target

_MOST_BETWEEN = 2 * BLOCK
"""Bytes that lie between two members that follow each other: what fills a block, and a header."""


def write_shard(file: BinaryIO, members: Members, checked: Checked) -> None:
    """Write pictures, masks and index.

    Args:
        file: Where to, from its start; it is written in order, but for one block at the end.
        members: The set that was checked.
        checked: What of it is kept.

    Raises:
        DataError: A picture is gone, or another one, since it was checked.
    """
    masked = checked.task == "segmentation"
    painter = Painter(members, checked.classes, checked.palette) if masked else None
    rows: list[dict[str, Any]] = []
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        _add(tar, GUIDE, encode_guide((0, 0), (0, 0)))
        for at, one in enumerate(checked.pictures):
            content = members.read(one.picture)
            if sha256_bytes(content) != checked.digests[at]:
                raise DataError(
                    f"{one.picture} is another picture than when it was checked",
                    "Import again once nothing changes the folder.",
                )
            row = {"member": f"pictures/{at:08}.{one.picture.rpartition('.')[2].lower()}"}
            row |= _placed("", _add(tar, row["member"], content))
            mask = b"" if painter is None else _mask(one, checked.sizes[at], painter)
            place = _add(tar, f"masks/{at:08}.png", mask) if mask else (0, 0)
            rows.append(row | _placed("mask_", place))
        told = _add(tar, TOLD, encode_told(checked))
        index = _add(tar, INDEX, encode_index(checked, rows))
    file.seek(BLOCK)
    file.write(encode_guide(index, told))


@dataclass(frozen=True)
class Kept:
    """One picture of a shard as it was brought: what is known of it, its bytes, its mask's."""

    labelled: Labelled
    content: bytes
    mask: bytes


class ShardDataset:
    """One split of a shard; a picture is read with one pread, its mask with it."""

    def __init__(self, file: PreadFile, index: Index) -> None:
        """Show one split of an opened shard."""
        table, numbers = index.table, {name: at for at, name in enumerate(index.classes)}
        self.classes = index.classes
        self._file = file
        self._task = index.task
        self._sources: list[str] = table["source"].to_pylist()
        self._places = _columns(table, "offset", "size")
        self._mask_places = _columns(table, "mask_offset", "mask_size")
        self._labels = _numbered(table["label"], numbers)
        self._box_starts, self._box_labels = _lists(table["box_labels"], numbers)
        self._boxes = _flat(table["boxes"]).to_numpy().astype(np.float32).reshape(-1, 4)
        self._areas = _lists(table["area_labels"], numbers)[1]

    def __len__(self) -> int:
        """Give the number of pictures."""
        return len(self._sources)

    @property
    def labels(self) -> npt.NDArray[np.int64] | None:
        """The class of each picture (classification); None for the other tasks."""
        return self._labels if self._task == "classification" else None

    @property
    def file_sizes(self) -> npt.NDArray[np.int64]:
        """The bytes of each picture's file."""
        return self._places[:, 1]

    def file(self, index: int, last: int = 0) -> bytes:
        """Give a picture's file as it was brought, or only its ``last`` bytes."""
        offset, size = self._places[index].tolist()
        wanted = min(last, size) if last else size
        return self._file.read(offset + size - wanted, wanted, self._sources[index])

    def counts(self) -> Counter[str]:
        """Count the pictures (classification, segmentation) or objects; reads no picture."""
        numbers = np.concatenate([self._labels, self._box_labels, self._areas])
        counted = np.bincount(numbers[numbers >= 0], minlength=len(self.classes))
        return Counter(dict(zip(self.classes, counted.tolist(), strict=True)))

    def __getitem__(self, index: int) -> Sample:
        """Read a picture with its labels."""
        source = self._sources[index]
        picture, mask = self._places[index].tolist(), self._mask_places[index].tolist()
        content, mask_content = _read_both(self._file, picture, mask, source)
        image = decode(content, source)
        return Sample(image, self._target(index, image.shape[:2], mask_content), source)

    def _target(self, index: int, shape: tuple[int, ...], mask: bytes) -> Target:
        if self._task == "classification":
            return int(self._labels[index])
        if self._task != "segmentation":
            start, end = self._box_starts[index : index + 2]
            return Boxes(self._boxes[start:end], self._box_labels[start:end])
        name = f"the mask of {self._sources[index]}"
        labels = decode_labels(mask, name)
        highest = labels[labels != NOT_JUDGED].max(initial=0)
        if labels.shape != shape or highest >= len(self.classes):
            raise DataError(f"{name} does not fit its picture or the classes", HINT)
        return Mask(labels)


class Shard:
    """A shard that was opened: its index is checked, its pictures are read later.

    Raises:
        DataError: It is no shard of a known format, or its index does not fit its pictures.
    """

    def __init__(self, path: Path) -> None:
        """Open a shard and check its index."""
        self._index = read_index(path)
        self._file = PreadFile(path)
        self.task = self._index.task
        self.classes = self._index.classes

    def __len__(self) -> int:
        """Give the number of pictures of all splits."""
        return int(self._index.table.num_rows)

    def splits(self) -> dict[str, ShardDataset]:
        """Give each split as a dataset."""
        return {split: self._dataset(split) for split in splits_of(self.task)}

    def everything(self) -> ShardDataset:
        """Give all pictures as one dataset."""
        return ShardDataset(self._file, self._index)

    def kept(self) -> Iterator[Kept]:
        """Give every picture as it was brought."""
        for row in self._index.table.to_pylist():
            picture = (row["offset"], row["size"])
            mask = (row["mask_offset"], row["mask_size"])
            yield Kept(labelled_of(row), *_read_both(self._file, picture, mask, row["source"]))

    def _dataset(self, split: str) -> ShardDataset:
        table = self._index.table.filter(pc.equal(self._index.table["split"], split))
        return ShardDataset(self._file, Index(self.task, self.classes, table))


def read_shard(path: Path) -> dict[str, ShardDataset]:
    """Read the splits of a shard; the index is checked, pictures are decoded later.

    Returns:
        ``train`` and ``val``, sharing the classes; ``unlabeled`` where there are no labels.

    Raises:
        DataError: It is no shard of a known format, or its index does not fit its pictures.
    """
    return Shard(path).splits()


def _read_both(
    file: PreadFile, picture: Sequence[int], mask: Sequence[int], source: str
) -> tuple[bytes, bytes]:
    """Read a picture and its mask: with one pread where the mask lies right behind it."""
    (offset, size), (mask_offset, mask_size) = picture, mask
    if not mask_size:
        return file.read(offset, size, source), b""
    if not 0 <= mask_offset - (offset + size) <= _MOST_BETWEEN:
        content = file.read(offset, size, source)
        return content, file.read(mask_offset, mask_size, f"the mask of {source}")
    both = file.read(offset, mask_offset + mask_size - offset, source)
    return both[:size], both[mask_offset - offset :]


def _mask(one: Labelled, size: tuple[int, int], painter: Painter) -> bytes:
    width, height = size
    return encode_labels(painter.mask(one, height, width)[0])


def labelled_of(row: dict[str, Any]) -> Labelled:
    """Give what a row of the index says of its picture."""
    edges = row["boxes"]
    boxes: list[Box] = [tuple(edges[at : at + 4]) for at in range(0, len(edges), 4)]
    return Labelled(
        row["source"],
        row["label"],
        tuple(zip(row["box_labels"], boxes, strict=True)),
        row["split"],
        areas=tuple(zip(row["area_labels"], row["areas"], strict=True)),
    )


def _columns(table: pa.Table, *names: str) -> npt.NDArray[np.int64]:
    return np.stack([table[name].to_numpy() for name in names], axis=1)


def _numbered(labels: pa.ChunkedArray, numbers: dict[str, int]) -> npt.NDArray[np.int64]:
    return np.asarray([numbers.get(name, -1) for name in labels.to_pylist()], np.int64)


def _lists(
    column: pa.ChunkedArray, numbers: dict[str, int]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Give where each row's list starts within all of them, and all of them as numbers."""
    lengths = np.asarray([len(labels) for labels in column.to_pylist()], np.int64)
    return np.concatenate([[0], np.cumsum(lengths)]), _numbered(_flat(column), numbers)


def _flat(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks().flatten()


def _placed(prefix: str, place: tuple[int, int]) -> dict[str, Any]:
    return {f"{prefix}offset": place[0], f"{prefix}size": place[1]}


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> tuple[int, int]:
    """Add a member; give where its bytes begin, and how many they are."""
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    entry.mode = 0o644
    place = (tar.offset + BLOCK, entry.size)
    tar.addfile(entry, io.BytesIO(content))
    return place
