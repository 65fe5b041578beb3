"""A golden volume: a table of measured recipes on disk, with its card."""

from __future__ import annotations

import difflib
import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np

from haversack.base.digests import sha256_file
from haversack.volume.card import Card, card_path, read_card
from haversack.volume.csv_table import CsvTable
from haversack.volume.errors import UnknownRowError, VolumeFormatError
from haversack.volume.metrics import missing_column
from haversack.volume.tables import ROWS_AT_ONCE, ParquetTable, Table, named_errors
from haversack.volume.where import Where, parse_where

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Volume:
    """An open volume; only what is asked for is read.

    Attributes:
        path: The Parquet or CSV file.
        card: What is known of it; None where it has no card.
    """

    path: Path
    card: Card | None
    _table: Table

    @classmethod
    def open(
        cls,
        path: Path | str,
        card: Card | Mapping[str, Any] | None = None,
        *,
        check_digest: bool = True,
    ) -> Volume:
        """Open a ``.parquet`` or ``.csv`` file.

        Args:
            path: The file.
            card: Its card; None reads ``<stem>.card.json`` beside it where there is one.
            check_digest: Whether to hash the file where the card knows its digest.

        Raises:
            StorageError: It cannot be read.
            VolumeFormatError: It is damaged, no table, or not what its card says.
        """
        file = Path(path)
        beside = card_path(file)
        known = Card.parse(card) if card is not None else None
        if known is None and beside.is_file():
            known = read_card(beside)
        if known is not None and known.sha256 and check_digest:
            found = sha256_file(file)
            if found != known.sha256:
                raise VolumeFormatError(
                    f"{file.name} is not the file that its card describes "
                    f"(SHA-256 {found[:12]}…, expected {known.sha256[:12]}…)",
                    "Fetch the volume again, or take it in again from the bundle.",
                )
        return cls(file, known, _open_table(file))

    @property
    def name(self) -> str:
        """The card's name, or the file's."""
        return self.card.name if self.card is not None else self.path.stem

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns in their order."""
        return tuple(self._table.schema.names)

    @property
    def rows(self) -> int:
        """The number of experiments."""
        return self._table.rows

    def frame(
        self, columns: Sequence[str] | None = None, where: str | Where | None = None
    ) -> pd.DataFrame:
        """Read rows into a table; whole numbers and truths keep their type beside nulls.

        Args:
            columns: The columns to read; all where None.
            where: A condition on the rows, such as ``"hardware == 'Jetson'"``; it may look at
                columns that are not among ``columns``.

        Raises:
            MissingColumnError: One of the columns is not there.
            WhereError: The condition cannot be understood.
            VolumeFormatError: The file is damaged.
        """
        import pandas as pd

        wanted = list(self.columns if columns is None else columns)
        condition = parse_where(where) if isinstance(where, str) else where
        condition = condition.for_columns(self.columns) if condition is not None else None
        needed = dict.fromkeys([*wanted, *sorted(condition.columns if condition else ())])
        for name in needed:
            if name not in self.columns:
                raise missing_column(name, self.columns)
        parts = []
        for batch in self._table.batches(list(needed), condition):
            part = self._to_pandas(batch)
            if condition is not None:
                part = part.loc[condition.mask(part)]
            parts.append(part[wanted])
        if not parts:
            parts.append(self._to_pandas(self._table.schema.empty_table())[wanted])
        frame = pd.concat(parts, ignore_index=True)
        if self.card is not None and self.card.metric_directions:
            frame.attrs["metric_directions"] = dict(self.card.metric_directions)
        return frame

    def row(self, recipe_id: SupportsIndex) -> dict[str, Any]:
        """Give one experiment's cells; None is what was not measured.

        Raises:
            UnknownRowError: There is no such id; the nearest ones are named.
        """
        wanted = operator.index(recipe_id)
        if "id" not in self.columns:
            raise missing_column("id", self.columns)
        ids = self.frame(["id"])["id"].to_numpy()
        if not np.issubdtype(ids.dtype, np.integer):
            raise VolumeFormatError(
                f"the ids of the volume {self.name!r} are not all whole numbers",
                "Use a volume whose `id` column holds whole numbers only.",
            )
        places = np.flatnonzero(ids == wanted)
        if len(places) == 0:
            raise UnknownRowError(
                f"the volume {self.name!r} has no recipe {wanted}", _nearest(wanted, ids)
            )
        return {name: _cell(value) for name, value in self._table.row_at(int(places[0])).items()}

    def rows_of(self, ids: Sequence[int]) -> pd.DataFrame:
        """Give whole rows by their ids, in the order of the ids; only their row groups are read.

        Raises:
            UnknownRowError: One of them is not there.
            VolumeFormatError: The file is damaged.
        """
        known = self.frame(["id"])["id"].to_numpy()
        places = np.flatnonzero(np.isin(known, ids))
        found = self._to_pandas(self._table.rows_at(places.tolist())).set_index("id", drop=False)
        absent = set(ids) - set(found.index)
        if absent:
            raise UnknownRowError(
                f"the volume {self.name!r} has no recipe {min(absent)}", "Ask it again."
            )
        return found.loc[list(ids)].reset_index(drop=True)

    def sample(self, count: int) -> pd.DataFrame:
        """Give at most so many whole rows, evenly spread over the volume, always the same ones."""
        places = np.unique(np.linspace(0, self.rows - 1, min(count, self.rows)).round())
        return self._to_pandas(self._table.rows_at(places.astype(int).tolist()))

    def hardware(self) -> dict[str, int]:
        """Count the rows for each hardware; empty where the volume does not say."""
        if "hardware" not in self.columns:
            return {}
        counts = self.frame(["hardware"])["hardware"].value_counts().sort_index()
        return {str(name): int(count) for name, count in counts.items()}

    def describe(self) -> dict[str, Any]:
        """Say what the volume holds, as JSON-ready values, column by column."""
        from haversack.volume.describe import describe_column

        return {
            "name": self.name,
            "path": str(self.path),
            "rows": self.rows,
            "card": self.card.as_dict() if self.card is not None else None,
            "hardware": self.hardware(),
            "columns": {name: describe_column(self.frame([name])[name]) for name in self.columns},
        }

    def _to_pandas(self, batch: Any) -> pd.DataFrame:  # an Arrow batch or table
        import pandas as pd
        import pyarrow as pa

        nullable = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
        with named_errors(self.path):
            # What pandas noted about an index would move columns away from their names.
            frame: pd.DataFrame = batch.to_pandas(
                types_mapper=nullable.get,
                ignore_metadata=True,
                use_threads=batch.num_rows >= ROWS_AT_ONCE,
            )
        if "id" in frame.columns and not frame["id"].isna().any():
            frame["id"] = frame["id"].to_numpy(dtype=np.int64)
        return frame


def _open_table(path: Path) -> Table:
    kinds: dict[str, type[ParquetTable | CsvTable]] = {".parquet": ParquetTable, ".csv": CsvTable}
    kind = kinds.get(path.suffix.lower())
    if kind is None:
        raise VolumeFormatError(
            f"{path.name} is neither .parquet nor .csv", "Save the table as one of the two."
        )
    return kind(path)


def _nearest(wanted: int, ids: Any) -> str:
    if len(ids) == 0:
        return "The volume is empty."
    by_value = sorted((int(found) for found in ids), key=lambda found: abs(found - wanted))[:3]
    spelled = difflib.get_close_matches(str(wanted), [str(found) for found in ids[:10_000]], 2)
    near = dict.fromkeys([*spelled, *map(str, by_value)])
    return f"Its ids run from {min(ids)} to {max(ids)}; near it are {', '.join(near)}."


def _cell(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value
