"""Tables on disk, read a batch at a time: Parquet lazily, CSV through a strict reader.

A damaged or hostile file is one typed error. Nothing is memory-mapped: a stick that is pulled
gives an error and not a signal.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from haversack.base.files import storage_error
from haversack.volume.columns import column
from haversack.volume.errors import VolumeFormatError

ROWS_AT_ONCE = 1 << 16
CSV_LIMIT = 1 << 30
CSV_ROW_LIMIT = 1 << 22
MOST_COLUMNS = 10_000
_DAMAGED = "The file is damaged or no table; fetch it again."


class Table(Protocol):
    """A table that can be read in parts. ``schema`` is an Arrow schema."""

    schema: Any
    rows: int

    def batches(self, columns: Sequence[str]) -> Iterator[Any]:
        """Give these columns as Arrow record batches, in the order of the rows."""
        ...

    def row_at(self, place: int) -> dict[str, Any]:
        """Give one row as Python values."""
        ...


class ParquetTable:
    """A Parquet file, of which only what is asked for is read."""

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq

        self._path = path
        with named_errors(path):
            self._file = pq.ParquetFile(
                path,
                memory_map=False,
                page_checksum_verification=True,
                thrift_string_size_limit=1 << 26,
                thrift_container_size_limit=1 << 20,
            )
            self.schema: Any = self._file.schema_arrow
            self.rows: int = self._file.metadata.num_rows
        check_names(self.schema.names, path)

    def batches(self, columns: Sequence[str]) -> Iterator[Any]:
        """Give these columns as Arrow record batches, in the order of the rows."""
        with named_errors(self._path):
            yield from self._file.iter_batches(batch_size=ROWS_AT_ONCE, columns=list(columns))

    def row_at(self, place: int) -> dict[str, Any]:
        """Give one row as Python values."""
        with named_errors(self._path):
            for group in range(self._file.num_row_groups):
                count = self._file.metadata.row_group(group).num_rows
                if place < count:
                    table = self._file.read_row_group(group).slice(place, 1)
                    return dict(table.to_pylist()[0])
                place -= count
        raise IndexError(place)


class CsvTable:
    """A CSV file in UTF-8, held in memory; rows get the id of their place where it has none."""

    def __init__(self, path: Path) -> None:
        import pyarrow as pa
        import pyarrow.csv as pc

        with named_errors(path):
            _refuse_nul(path)
            with path.open("rb") as file:
                header = file.readline(CSV_ROW_LIMIT).decode("utf-8-sig", "replace")
            known = {
                name: _arrow_type(known.dtype)
                for name in header.strip("\r\n").split(",")
                if (known := column(name.strip('"'))) is not None
            }
            self._table: Any = pc.read_csv(
                path,
                read_options=pc.ReadOptions(block_size=CSV_ROW_LIMIT, use_threads=False),
                parse_options=pc.ParseOptions(newlines_in_values=True),
                convert_options=pc.ConvertOptions(
                    column_types=known,
                    null_values=["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "<NA>"],
                    strings_can_be_null=True,
                ),
            )
            check_names(self._table.schema.names, path)
            if "id" not in self._table.schema.names:
                ids = pa.array(range(1, len(self._table) + 1), type=pa.int64())
                self._table = self._table.add_column(0, "id", ids)
        self.schema: Any = self._table.schema
        self.rows: int = len(self._table)

    def batches(self, columns: Sequence[str]) -> Iterator[Any]:
        """Give these columns as Arrow record batches, in the order of the rows."""
        yield from self._table.select(list(columns)).to_batches(max_chunksize=ROWS_AT_ONCE)

    def row_at(self, place: int) -> dict[str, Any]:
        """Give one row as Python values."""
        return dict(self._table.slice(place, 1).to_pylist()[0])


def open_table(path: Path) -> Table:
    """Open a ``.parquet`` or ``.csv`` file.

    Raises:
        StorageError: It cannot be read.
        VolumeFormatError: It is no such table.
    """
    kinds: dict[str, type[ParquetTable | CsvTable]] = {".parquet": ParquetTable, ".csv": CsvTable}
    kind = kinds.get(path.suffix.lower())
    if kind is None:
        raise VolumeFormatError(
            f"{path.name} is neither .parquet nor .csv", "Save the table as one of the two."
        )
    return kind(path)


@contextlib.contextmanager
def named_errors(path: Path) -> Iterator[None]:
    """Turn what Arrow raises on a damaged file into one line."""
    import pyarrow as pa

    try:
        yield
    except OSError as error:
        if error.errno is not None:
            raise storage_error(error, path, "reading") from error
        raise VolumeFormatError(f"{path.name}: {_first_line(error)}", _DAMAGED) from error
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


def _refuse_nul(path: Path) -> None:
    read = 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            if b"\0" in chunk:
                place = read + chunk.index(b"\0")
                raise VolumeFormatError(
                    f"{path.name} holds a NUL byte at {place}", "Save it as CSV in UTF-8."
                )
            read += len(chunk)
            if read > CSV_LIMIT:
                raise VolumeFormatError(
                    f"{path.name} is larger than {CSV_LIMIT >> 20} MiB", "Save it as Parquet."
                )


def _arrow_type(dtype: str) -> Any:
    import pyarrow as pa

    return {
        "int": pa.int64(),
        "float": pa.float64(),
        "str": pa.string(),
        "bool": pa.bool_(),
        "time": pa.timestamp("us", tz="UTC"),
    }[dtype]
