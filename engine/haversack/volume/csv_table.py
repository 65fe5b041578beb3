"""CSV as a table: UTF-8 without surprises, or one typed error that says where it goes wrong."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haversack.volume.columns import column
from haversack.volume.csv_header import read_header
from haversack.volume.errors import VolumeFormatError
from haversack.volume.tables import ROWS_AT_ONCE, check_names, named_errors

if TYPE_CHECKING:
    from haversack.volume.where import Where

LARGEST_FILE = 1 << 30
LARGEST_CELL = 1 << 22
_SAVE_AGAIN = "Save it again as CSV in UTF-8."
_ODD_CELLS = "Leave a cell empty where nothing was measured; correct the others."
_NULLS = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "<NA>"]


class CsvTable:
    """A CSV file in UTF-8, held in memory; rows get the id of their place where it has none."""

    def __init__(self, path: Path) -> None:
        """Read a file whole."""
        import pyarrow as pa
        import pyarrow.csv as pc

        with named_errors(path, _ODD_CELLS):
            _refuse_hostile_bytes(path)
            header = read_header(path)
            known = {
                name: _arrow_type(known.dtype)
                for name in header.names
                if (known := column(name)) is not None
            }
            several = header.rows > 1
            self._table: Any = pc.read_csv(
                path,
                read_options=pc.ReadOptions(
                    block_size=2 * LARGEST_CELL,
                    use_threads=False,
                    skip_rows=header.rows if several else 0,
                    column_names=list(header.names) if several else None,
                ),
                parse_options=pc.ParseOptions(newlines_in_values=True),
                convert_options=pc.ConvertOptions(
                    column_types=known,
                    null_values=_NULLS,
                    strings_can_be_null=True,
                ),
            )
            check_names(self._table.schema.names, path)
            _refuse_huge_cells(self._table, path)
            if "id" not in self._table.schema.names:
                ids = pa.array(range(1, len(self._table) + 1), type=pa.int64())
                self._table = self._table.add_column(0, "id", ids)
        self.schema: Any = self._table.schema
        self.rows: int = len(self._table)

    def batches(self, columns: Sequence[str], where: Where | None = None) -> Iterator[Any]:
        """Give these columns as Arrow record batches, every row of them."""
        yield from self._table.select(list(columns)).to_batches(max_chunksize=ROWS_AT_ONCE)

    def row_at(self, place: int) -> dict[str, Any]:
        """Give one row as Python values."""
        return dict(self._table.slice(place, 1).to_pylist()[0])

    def rows_at(self, places: Sequence[int]) -> Any:
        """Give rows, whose places ascend, as an Arrow table."""
        import pyarrow as pa

        return self._table.take(pa.array(places, type=pa.int64()))


def _refuse_hostile_bytes(path: Path) -> None:
    """Refuse NUL bytes, what is not UTF-8, a quotation that never ends, and absurd size."""
    decoder, read, quotes = codecs.getincrementaldecoder("utf-8")(), 0, 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            if (place := chunk.find(b"\0")) >= 0:
                raise _bad(path, f"holds a NUL byte at {read + place}")
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                raise _bad(path, f"is not UTF-8 near byte {read + error.start}") from error
            quotes += chunk.count(b'"')
            read += len(chunk)
            if read > LARGEST_FILE:
                raise VolumeFormatError(
                    f"{path.name} is larger than {LARGEST_FILE} bytes", "Save it as Parquet."
                )
    if decoder.getstate()[0]:
        raise _bad(path, "ends within a character of UTF-8")
    if quotes % 2:
        raise _bad(path, "has a cell whose quotation never ends")


def _refuse_huge_cells(table: Any, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.compute as compute

    for name, cells in zip(table.schema.names, table.columns, strict=True):
        if pa.types.is_string(cells.type) and len(cells):
            longest = compute.max(compute.binary_length(cells)).as_py() or 0
            if longest > LARGEST_CELL:
                raise _bad(path, f"has a cell of {longest} bytes in {name!r}")


def _bad(path: Path, what: str) -> VolumeFormatError:
    return VolumeFormatError(f"{path.name} {what}", _SAVE_AGAIN)


def _arrow_type(dtype: str) -> Any:
    import pyarrow as pa

    return {
        "int": pa.int64(),
        "float": pa.float64(),
        "str": pa.string(),
        "bool": pa.bool_(),
        "time": pa.timestamp("us", tz="UTC"),
    }[dtype]
