"""A shard as the first format wrote it: no guide in front, no places in the index."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

_SCHEMA = pa.schema(
    [
        ("member", pa.string()), ("source", pa.string()), ("split", pa.string()),
        ("label", pa.string()), ("box_labels", pa.list_(pa.string())),
        ("boxes", pa.list_(pa.float64())),
    ]
)  # fmt: skip


def write_first(path: Path, pictures: dict[str, tuple[str, str, bytes]]) -> Path:
    """Write pictures by their source: split, class and bytes."""
    rows = [
        {
            "member": f"pictures/{at:08}.jpg", "source": source, "split": split, "label": label,
            "box_labels": [], "boxes": [],
        }
        for at, (source, (split, label, _)) in enumerate(pictures.items())
    ]  # fmt: skip
    classes = sorted({label for _, label, _ in pictures.values()})
    about = {"format": 1, "task": "classification", "classes": classes}
    schema = _SCHEMA.with_metadata({b"haversack": json.dumps(about).encode()})
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), out)
    members = [
        (row["member"], content)
        for row, (_, _, content) in zip(rows, pictures.values(), strict=True)
    ]
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in [*members, ("index.parquet", out.getvalue())]:
            entry = tarfile.TarInfo(str(name))
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return path
