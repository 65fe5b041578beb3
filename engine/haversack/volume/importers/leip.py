"""LEIP-like golden frames: the vendor's 26 columns, flat or as the older frames with two levels."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haversack.volume.columns import COLUMNS, VENDOR_COLUMNS, column
from haversack.volume.csv_header import flat_name
from haversack.volume.importers.imported import Imported, ImportReport, positive
from haversack.volume.relative import add_relative_task_metric

if TYPE_CHECKING:
    import pandas as pd

ENOUGH = 6


def flat_names(frame: pd.DataFrame) -> pd.DataFrame:
    """Give a frame whose columns are plain names.

    Levels are joined with an underscore (``("od", "inf_rate_ms")`` is ``od_inf_rate_ms``), and so
    are the names that Parquet made of them (``"('od', 'inf_rate_ms')"``). Levels of the index that
    are columns of a golden volume become columns.
    """
    levels = [name for name in frame.index.names if isinstance(name, str) and column(name)]
    flat = frame.reset_index(levels) if levels else frame
    flat = flat.reset_index(drop=True)
    flat.columns = [_flat_name(name) for name in flat.columns]
    return flat


def is_leip(names: list[str]) -> bool:
    """Say whether so many of the names are the vendor's that the others will be its own too."""
    return len(set(names) & set(VENDOR_COLUMNS)) >= ENOUGH


def import_leip(frame: pd.DataFrame, name: str) -> tuple[list[Imported], ImportReport]:
    """Take a golden frame as it is; zeros of a lower-is-better metric become null.

    Raises:
        NotNumericError: A metric's column holds something that is no number.
    """
    report = ImportReport("leip", rows_read=len(frame), rows_taken=len(frame))
    taken = flat_names(frame)
    report.taken_columns = {found: found for found in taken.columns}
    for known in COLUMNS:
        if known.direction == "lower" and known.name in taken.columns:
            taken[known.name] = positive(taken[known.name], known.name, report)
    if "relative_task_metric" not in taken.columns and (
        {"if_task_metric", "od_task_metric"} & set(taken.columns)
    ):
        taken = add_relative_task_metric(taken)
        report.notes.append("relative_task_metric was computed")
    if "id" in taken.columns and taken["id"].duplicated().any():
        report.notes.append("ids stood on several rows and were numbered anew")
        taken = taken.drop(columns="id")
    return [Imported(name, taken, {"measured": "a golden frame of another tool"})], report


def _flat_name(name: Any) -> str:
    if isinstance(name, str) and name.startswith("(") and name.endswith(")"):
        try:
            name = ast.literal_eval(name)
        except (ValueError, SyntaxError):
            return str(name)
    return flat_name(name) if isinstance(name, tuple) else str(name)


def source_name(path: Path) -> str:
    """Give a volume's name for a file."""
    return path.name.partition(".")[0] or "imported"
