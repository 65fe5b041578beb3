"""The form in which brought pictures are kept: a plain tar of the files, and a Parquet index in it.

The same set gives the same bytes: members in order, no times, owners or modes of this machine. The
pictures are the files that were brought, byte for byte.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections import Counter
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from haversack.data.byod.check import Checked
from haversack.data.byod.records import Labelled
from haversack.data.errors import DataError
from haversack.data.pictures import decode
from haversack.data.readers.members import Members, TarMembers
from haversack.data.sample import Boxes, Sample

INDEX = "index.parquet"
FORMAT = 1
_KEY = b"haversack"
_SCHEMA = pa.schema(
    [
        pa.field("member", pa.string()),
        pa.field("source", pa.string()),
        pa.field("split", pa.string()),
        pa.field("label", pa.string()),
        pa.field("box_labels", pa.list_(pa.string())),
        pa.field("boxes", pa.list_(pa.float64())),
    ]
)
_HINT = "Import it again from its source."


def write_shard(file: BinaryIO, members: Members, checked: Checked) -> None:
    """Write pictures and index.

    Args:
        file: Where to, from its start.
        members: The set that was checked.
        checked: What of it is kept.

    Raises:
        DataError: A picture is gone since it was checked.
    """
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for at, one in enumerate(checked.pictures):
            _add(tar, _member(at, one), members.read(one.picture))
        _add(tar, INDEX, _index(checked))


class ShardDataset:
    """One split of a shard; pictures are read with one pread each."""

    def __init__(
        self, members: TarMembers, classes: tuple[str, ...], rows: list[dict[str, Any]]
    ) -> None:
        self._members = members
        self._rows = rows
        self.classes = classes
        self._numbers = {name: number for number, name in enumerate(classes)}

    def __len__(self) -> int:
        return len(self._rows)

    def counts(self) -> Counter[str]:
        """Count the pictures (classification) or objects of each class; reads no picture."""
        counted = Counter(str(row["label"]) for row in self._rows if row["label"])
        for row in self._rows:
            counted.update(_names(row))
        return counted

    def __getitem__(self, index: int) -> Sample:
        row = self._rows[index]
        member, source = str(row["member"]), str(row["source"])
        image = decode(self._members.read(member), source)
        if row["label"]:
            return Sample(image, self._numbers[str(row["label"])], source)
        labels = np.asarray([self._numbers[name] for name in _names(row)], np.int64)
        boxes = np.asarray(row["boxes"], np.float32).reshape(-1, 4)
        return Sample(image, Boxes(boxes, labels), source)


def read_shard(path: Path) -> dict[str, ShardDataset]:
    """Read both splits of a shard; the index is checked, pictures are decoded later.

    Returns:
        ``train`` and ``val``, sharing the classes.

    Raises:
        DataError: It is no shard of this format, or its index does not fit its pictures.
    """
    members = TarMembers(path)
    table, about = _read_index(members)
    classes = tuple(str(name) for name in about["classes"])
    rows = table.to_pylist()
    for row in rows:
        named = {row["label"]} if row["label"] else set(row["box_labels"])
        if row["member"] not in members or not named <= set(classes):
            raise DataError(f"{path.name}: the index does not fit its pictures", _HINT)
        if len(row["boxes"]) != 4 * len(row["box_labels"]):
            raise DataError(f"{path.name}: the index has boxes without a class", _HINT)
    return {
        split: ShardDataset(members, classes, [row for row in rows if row["split"] == split])
        for split in ("train", "val")
    }


def _names(row: dict[str, Any]) -> list[str]:
    return [str(name) for name in row["box_labels"]]


def _read_index(members: TarMembers) -> tuple[pa.Table, dict[str, list[object]]]:
    try:
        table = pq.read_table(pa.BufferReader(members.read(INDEX)))
        about = json.loads((table.schema.metadata or {})[_KEY])
        right = table.schema.equals(_SCHEMA) and about["format"] == FORMAT
        if not right or not isinstance(about["classes"], list):
            raise ValueError("another format")
        if any(column.null_count for column in table.columns):
            raise ValueError("something is missing in it")
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        raise DataError(f"{members.label} has no index that can be read: {error}", _HINT) from error
    return table, about


def _index(checked: Checked) -> bytes:
    rows = [
        {
            "member": _member(at, one),
            "source": one.picture,
            "split": one.split,
            "label": one.label,
            "box_labels": [name for name, _ in one.boxes],
            "boxes": [float(edge) for _, box in one.boxes for edge in box],
        }
        for at, one in enumerate(checked.pictures)
    ]
    about = {"format": FORMAT, "task": checked.task, "classes": list(checked.classes)}
    schema = _SCHEMA.with_metadata({_KEY: json.dumps(about, sort_keys=True).encode()})
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), out, compression="zstd")
    return out.getvalue()


def _member(at: int, one: Labelled) -> str:
    return f"pictures/{at:08}.{one.picture.rpartition('.')[2].lower()}"


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    entry.mode = 0o644
    tar.addfile(entry, io.BytesIO(content))
