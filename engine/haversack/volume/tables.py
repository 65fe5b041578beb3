"""Tables on disk, read a batch at a time.

A damaged or hostile file is one typed error. Nothing is memory-mapped: a stick that is pulled
gives an error and not a signal.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from haversack.base.files import storage_error
from haversack.volume.errors import VolumeFormatError
from haversack.volume.row_groups import spans_of

if TYPE_CHECKING:
    from haversack.volume.where import Where

ROWS_AT_ONCE = 1 << 16
LARGE = 8 << 20
"""From so many bytes on Arrow reads by threads. It does not join them: a short program that has
begun some may be aborted at its end."""
MOST_COLUMNS = 10_000
_DAMAGED = "The file is damaged or no table; fetch it again."


class Table(Protocol):
    """A table that can be read in parts. ``schema`` is an Arrow schema."""

    schema: Any
    rows: int

    def batches(self, columns: Sequence[str], where: Where | None = None) -> Iterator[Any]:
        """Give these columns as Arrow record batches, in the order of the rows.

        Rows of which ``where`` is not true may be left out, and need not be.
        """
        ...

    def row_at(self, place: int) -> dict[str, Any]:
        """Give one row as Python values."""
        ...

    def rows_at(self, places: Sequence[int]) -> Any:
        """Give rows, whose places ascend, as an Arrow table."""
        ...


class ParquetTable:
    """A Parquet file, of which only what is asked for is read."""

    def __init__(self, path: Path) -> None:
        """Open a file and read what it says of itself."""
        import pyarrow.parquet as pq

        self._path = path
        with named_errors(path):
            self._by_threads = path.stat().st_size >= LARGE
            self._file = pq.ParquetFile(
                path,
                memory_map=False,
                pre_buffer=self._by_threads,
                page_checksum_verification=True,
                thrift_string_size_limit=1 << 26,
                thrift_container_size_limit=1 << 20,
            )
            self.schema: Any = self._file.schema_arrow
            self.rows: int = self._file.metadata.num_rows
        check_names(self.schema.names, path)

    def batches(self, columns: Sequence[str], where: Where | None = None) -> Iterator[Any]:
        """Give these columns as Arrow record batches; no row group that ``where`` rules out."""
        with named_errors(self._path):
            groups = list(range(self._file.num_row_groups))
            if where is not None:
                spans = spans_of(self._file.metadata, self.schema, where.columns)
                groups = np.flatnonzero(where.may_hold(spans, len(groups))).tolist()
            if groups:
                yield from self._file.iter_batches(
                    batch_size=ROWS_AT_ONCE,
                    columns=list(columns),
                    row_groups=groups,
                    use_threads=self._by_threads,
                )

    def row_at(self, place: int) -> dict[str, Any]:
        """Give one row as Python values."""
        with named_errors(self._path):
            for group in range(self._file.num_row_groups):
                count = self._file.metadata.row_group(group).num_rows
                if place < count:
                    table = self._group(group).slice(place, 1)
                    return dict(table.to_pylist()[0])
                place -= count
        raise IndexError(place)

    def rows_at(self, places: Sequence[int]) -> Any:
        """Give rows, whose places ascend, as an Arrow table; reads only the groups they are in."""
        import pyarrow as pa

        parts, before = [self.schema.empty_table()], 0
        with named_errors(self._path):
            for group in range(self._file.num_row_groups):
                after = before + self._file.metadata.row_group(group).num_rows
                inside = [place - before for place in places if before <= place < after]
                if inside:
                    parts.append(self._group(group).take(inside))
                before = after
            return pa.concat_tables(parts)

    def _group(self, number: int) -> Any:
        return self._file.read_row_group(number, use_threads=self._by_threads)


@contextlib.contextmanager
def named_errors(path: Path, invalid: str = _DAMAGED) -> Iterator[None]:
    """Turn what Arrow raises on a damaged file into one line; ``invalid`` says what to do."""
    import pyarrow as pa

    try:
        yield
    except OSError as error:
        if error.errno is not None:
            raise storage_error(error, path, "reading") from error
        raise VolumeFormatError(f"{path.name}: {_first_line(error)}", _DAMAGED) from error
    except pa.ArrowInvalid as error:
        raise VolumeFormatError(f"{path.name}: {_first_line(error)}", invalid) from error
    except (pa.ArrowException, UnicodeDecodeError, MemoryError) as error:
        raise VolumeFormatError(f"{path.name}: {_first_line(error)}", _DAMAGED) from error


def check_names(names: Sequence[str], path: Path) -> None:
    """Refuse a table with a column twice, without any, or with absurdly many."""
    if not 0 < len(names) <= MOST_COLUMNS:
        raise VolumeFormatError(f"{path.name} has {len(names)} columns", _DAMAGED)
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise VolumeFormatError(f"{path.name} has the column {name!r} twice", "Rename one.")
        seen.add(name)


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
