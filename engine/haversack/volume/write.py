"""Writing a golden volume: one Parquet file and its card, the same bytes for the same rows."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haversack.base.digests import sha256_bytes
from haversack.base.files import write_bytes
from haversack.volume.card import Card, card_path, write_card
from haversack.volume.errors import VolumeError
from haversack.volume.rows import volume_table

if TYPE_CHECKING:
    import pandas as pd

ROWS_PER_GROUP = 1 << 17


def volume_bytes(rows: pd.DataFrame | Iterable[Mapping[str, Any]]) -> bytes:
    """Encode measured rows as the Parquet bytes of a golden volume.

    The named columns come first and in their order, null where nothing was measured; rows are
    sorted by id. The same rows give the same bytes with the same version of Arrow.

    Args:
        rows: One mapping, or one row of a table, for each recipe x hardware x quantization.

    Raises:
        RowError: A row does not fit the columns.
    """
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(
        volume_table(rows),
        buffer,
        version="2.6",
        compression="zstd",
        row_group_size=ROWS_PER_GROUP,
        write_page_checksum=True,
    )
    return buffer.getvalue()


def write_volume(
    path: Path | str,
    rows: pd.DataFrame | Iterable[Mapping[str, Any]],
    card: Card | Mapping[str, Any],
) -> Card:
    """Write a volume and, beside it, its card; each whole or not at all.

    Args:
        path: Where to; ends in ``.parquet``. The card goes to ``<stem>.card.json``.
        rows: As for ``volume_bytes``.
        card: The card; its ``rows`` and ``sha256`` are filled in, its name is the file's if empty.

    Returns:
        The card as it was written.

    Raises:
        RowError: A row does not fit the columns.
        VolumeError: The path is no ``.parquet``, or there are no rows.
        StorageError: The disk says no.
    """
    target = Path(path)
    if target.suffix != ".parquet":
        raise VolumeError(f"{target.name!r} is no name for a volume", "It ends in .parquet.")
    records: Any = rows if hasattr(rows, "to_dict") else list(rows)
    content = volume_bytes(records)
    named = {"name": target.stem, **(card.as_dict() if isinstance(card, Card) else card)}
    written = Card.parse({**named, "rows": len(records), "sha256": sha256_bytes(content)})
    write_bytes(target, content)
    write_card(card_path(target), written)
    return written
