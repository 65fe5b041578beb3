"""The index of a shard: one row for each picture, with where its bytes lie; checked when read.

A shard begins with a small member that says where the index is, so that opening one reads two
pieces and not the header of every picture. Shards of the first format had no such member: there
the headers are read, and the columns that were not there yet are made up.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from haversack.base.files import storage_error
from haversack.data.byod.check import Checked, splits_of
from haversack.data.byod.look_alikes import LookAlike
from haversack.data.byod.records import TASKS, Problem, Task
from haversack.data.errors import DataError
from haversack.data.readers.members import PreadFile, TarMembers

GUIDE = "haversack.json"
TOLD = "import.json"
MOST_TOLD = 10_000
GUIDE_BYTES = BLOCK = 512
INDEX = "index.parquet"
FORMAT = 2
HINT = "Import it again from its source."
_KEY = b"haversack"
_FIRST = [
    pa.field("member", pa.string()),
    pa.field("source", pa.string()),
    pa.field("split", pa.string()),
    pa.field("label", pa.string()),
    pa.field("box_labels", pa.list_(pa.string())),
    pa.field("boxes", pa.list_(pa.float64())),
]
_PLACES = [pa.field(name, pa.int64()) for name in ("offset", "size", "mask_offset", "mask_size")]
_SCHEMA = pa.schema(
    [
        *_FIRST,
        pa.field("area_labels", pa.list_(pa.string())),
        pa.field("areas", pa.list_(pa.int64())),
        *_PLACES,
    ]
)


@dataclass(frozen=True)
class Index:
    """What a shard holds.

    Attributes:
        task: What its labels are for.
        classes: Its classes in the order of their numbers.
        table: A row for each picture, in the columns of the newest format.
    """

    task: Task
    classes: tuple[str, ...]
    table: pa.Table


Place = tuple[int, int]
"""Where something begins, and how many bytes it is."""


def encode_guide(index: Place, told: Place) -> bytes:
    """Write the content of the first member: where the index is, and what the import told."""
    places = {"index": index, TOLD.partition(".")[0]: told}
    said = {name: {"offset": place[0], "size": place[1]} for name, place in places.items()}
    text = json.dumps({"format": FORMAT, **said}, allow_nan=False)
    return text.encode().ljust(GUIDE_BYTES - 1) + b"\n"


def encode_told(checked: Checked) -> bytes:
    """Write what was told when the set was imported, for reports."""
    said = {
        "format": checked.format,
        "problems": [asdict(one) for one in checked.problems[:MOST_TOLD]],
        "problem_count": len(checked.problems),
        "alike": [asdict(one) for one in checked.alike],
        "alike_count": checked.alike_count,
    }
    return json.dumps(said, sort_keys=True, allow_nan=False).encode()


def read_told(path: Path) -> tuple[tuple[Problem, ...], tuple[LookAlike, ...]]:
    """Give the problems and look-alikes that an import told; none for the first format.

    Raises:
        DataError: They cannot be read.
    """
    file = PreadFile(path)
    place = _guided(file, TOLD.partition(".")[0])
    if place is None:
        return (), ()
    try:
        said = json.loads(file.read(*place, TOLD))
        problems = tuple(Problem(str(one["file"]), str(one["what"])) for one in said["problems"])
        alike = tuple(
            LookAlike(str(one["train"]), str(one["val"]), int(one["bits"])) for one in said["alike"]
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(f"{path.name} does not say what its import told", HINT) from error
    return problems, alike


def encode_index(checked: Checked, rows: list[dict[str, Any]]) -> bytes:
    """Write the index as Parquet; ``rows`` says of each picture what only its writing settles."""
    told = [
        {
            "source": one.picture,
            "split": one.split,
            "label": one.label,
            "box_labels": [name for name, _ in one.boxes],
            "boxes": [float(edge) for _, box in one.boxes for edge in box],
            "area_labels": [name for name, _ in one.areas],
            "areas": [count for _, count in one.areas],
            **row,
        }
        for one, row in zip(checked.pictures, rows, strict=True)
    ]
    about = {"format": FORMAT, "task": checked.task, "classes": list(checked.classes)}
    said = json.dumps(about, sort_keys=True, allow_nan=False)
    schema = _SCHEMA.with_metadata({_KEY: said.encode()})
    out = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(told, schema=schema), out, compression="zstd")
    return bytes(out.getvalue())


def read_index(path: Path) -> Index:
    """Read and check the index of a shard.

    Raises:
        DataError: It is no shard of a known format, or its index does not fit its pictures.
        StorageError: The file cannot be read.
    """
    file = PreadFile(path)
    try:
        size = path.stat().st_size
    except OSError as error:
        raise storage_error(error, path, "reading") from error
    place = _guided(file, "index") if size > 2 * BLOCK else None
    members = None if place else TarMembers(path)
    content = file.read(*(place or TarMembers(path).place(INDEX)), INDEX)
    try:
        # Arrow's threads are not joined when a program ends: a short one was aborted at its end
        table = pq.ParquetFile(pa.BufferReader(content)).read(use_threads=False)
        about = json.loads((table.schema.metadata or {})[_KEY])
        classes, task = about["classes"], about["task"]
        if not isinstance(classes, list) or task not in TASKS:
            raise ValueError("another format")
        if members is not None and about["format"] == 1:
            table = _from_first(table, members)
        if not table.schema.equals(_SCHEMA) or about["format"] not in (1, FORMAT):
            raise ValueError("another format")
        if any(column.null_count for column in table.columns):
            raise ValueError("something is missing in it")
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        raise DataError(f"{path.name} has no index that can be read: {error}", HINT) from error
    index = Index(task, tuple(str(name) for name in classes), table)
    _check(index, size, path.name)
    return index


def _guided(file: PreadFile, name: str) -> Place | None:
    """Give where the first member says that something is; None where there is no such member."""
    head = file.read(0, 2 * BLOCK, GUIDE)
    if not head.startswith(GUIDE.encode() + b"\0"):
        return None
    try:
        place = json.loads(head[BLOCK:])[name]
        offset, size = place["offset"], place["size"]
        if type(offset) is not int or type(size) is not int or offset < 0 or not 0 < size < 1 << 40:
            raise ValueError("no place")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(f"{file.label} does not say where its index is", HINT) from error
    return offset, size


def _from_first(table: pa.Table, members: TarMembers) -> pa.Table:
    table = table.select([field.name for field in _FIRST])
    places = [members.place(str(name)) for name in table["member"].to_pylist()]
    count = table.num_rows
    made = {
        "area_labels": [[]] * count,
        "areas": [[]] * count,
        "offset": [offset for offset, _ in places],
        "size": [size for _, size in places],
        "mask_offset": [0] * count,
        "mask_size": [0] * count,
    }
    for field in _SCHEMA:
        if field.name in made:
            table = table.append_column(field, pa.array(made[field.name], field.type))
    return table


def _check(index: Index, size: int, name: str) -> None:
    """Refuse an index that names what is not there."""
    table, classes = index.table, pa.array(index.classes, pa.string())
    for offset, length in (("offset", "size"), ("mask_offset", "mask_size")):
        ends = pc.add(table[offset], table[length])
        inside = pc.and_(pc.less_equal(ends, size), pc.greater_equal(table[offset], 0))
        if not _all(pc.and_(inside, pc.greater_equal(table[length], 0))):
            raise DataError(f"{name}: the index does not fit its pictures", HINT)
    named = [pc.list_flatten(table[column]) for column in ("box_labels", "area_labels")]
    if index.task == "classification":
        named.append(table["label"])
    if not all(_all(pc.is_in(labels, classes)) for labels in named):
        raise DataError(f"{name}: the index does not fit its classes", HINT)
    boxes, areas = (pc.list_value_length(table[column]) for column in ("boxes", "areas"))
    numbered = pc.equal(boxes, pc.multiply(pc.list_value_length(table["box_labels"]), 4))
    measured = pc.equal(areas, pc.list_value_length(table["area_labels"]))
    if not _all(pc.and_(numbered, measured)):
        raise DataError(f"{name}: the index has boxes without a class", HINT)
    if not _all(pc.is_in(table["split"], pa.array(splits_of(index.task)))):
        raise DataError(f"{name}: the index names splits that there are not", HINT)
    if index.task == "segmentation" and not _all(pc.greater(table["mask_size"], 0)):
        raise DataError(f"{name}: the index has pictures without a mask", HINT)


def _all(truths: pa.ChunkedArray) -> bool:
    return bool(pc.all(truths, min_count=0).as_py())
