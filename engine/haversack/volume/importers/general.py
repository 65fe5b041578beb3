"""Any table: columns named by the person, guessed where their names are plain."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from haversack.volume.cells import numbers
from haversack.volume.columns import column
from haversack.volume.errors import QueryError
from haversack.volume.importers.imported import Imported, ImportReport, positive
from haversack.volume.metrics import missing_column
from haversack.volume.relative import add_relative_task_metric

if TYPE_CHECKING:
    import pandas as pd

Series = Any
Convert = Callable[[Series], Series]


@dataclass(frozen=True, slots=True)
class Guess:
    """A plain name and what it becomes.

    Attributes:
        pattern: What the source's column is called, in lower case with underscores.
        ours: The column of a golden volume.
        convert: How its values become ours.
        words: That, for the report.
    """

    pattern: str
    ours: str
    convert: Convert
    words: str = ""


def _same(values: Series) -> Series:
    return values


def _scaled(factor: float) -> Convert:
    return lambda values: values * factor


def _per_second(values: Series) -> Series:
    return 1000.0 / values.where(values > 0)


def _share(values: Series) -> Series:
    """Give accuracy as a share: a table in per cent has values above 1.5."""
    return values / 100 if values.max() > 1.5 else values


_TIME = r"(od_|infer_|inference_|avg_|mean_)?(latency|time|inference|infer_time|inf_rate|rate)"
GUESSES = (
    Guess(r"id", "id", _same),
    Guess(r"hardware|device|device_name|gpu|chip|board|soc|target", "hardware", _same),
    Guess(r"quantization|precision|dtype|bits|data_type", "quantization", _same),
    Guess(r"backbone|model|model_name|architecture|arch|network", "backbone", _same),
    Guess(r"family|model_family", "model_family", _same),
    Guess(r"dataset|data_set|benchmark_dataset", "dataset", _same),
    Guess(r"run_id|run|job_id", "run_id", _same),
    Guess(r"height|img_height|image_height", "height", _same),
    Guess(r"width|img_width|image_width", "width", _same),
    Guess(_TIME + r"_ms|ms", "od_inf_rate_ms", _same),
    Guess(_TIME + r"_us", "od_inf_rate_ms", _scaled(1e-3), "/ 1000"),
    Guess(_TIME + r"_(s|sec|seconds)", "od_inf_rate_ms", _scaled(1e3), "x 1000"),
    Guess(
        r"fps|ips|throughput|(infer_)?(samples|images|img|frames)_per_s(ec|econd)?",
        "od_inf_rate_ms",
        _per_second,
        "1000 / it",
    ),
    Guess(r"(peak_)?mem(ory)?(_mb)?|total_mem_mb", "od_total_mem_MB", _same),
    Guess(r"energy(_mj)?", "od_inf_energy_mJ", _same),
    Guess(r"energy_j", "od_inf_energy_mJ", _scaled(1e3), "x 1000"),
    Guess(r"(model_|file_)?size(_mb)?", "od_size_MB", _same),
    Guess(r"(model_|file_)?size_bytes", "od_size_MB", _scaled(1e-6), "/ 1e6"),
    Guess(r"(infer_)?gmacs", "if_inf_macs", _scaled(1e9), "x 1e9"),
    Guess(r"macs", "if_inf_macs", _same),
    Guess(
        r"(val_|test_|top_?1_?)?(acc|accuracy)|top_?1|map|map_?50|map_50_95|box_ap|miou|f1|dice",
        "if_task_metric",
        _share,
        "as a share",
    ),
)
IMAGE_SIZE = r"(img|image|input)_(size|res|resolution)|resolution"


def guess(names: list[str]) -> dict[str, tuple[str, Guess]]:
    """Give for each of our columns the source's and how it is converted; the first guess wins."""
    found: dict[str, tuple[str, Guess]] = {}
    for known in GUESSES:
        for name in names:
            plain = _plain(name)
            if known.ours not in found and re.fullmatch(known.pattern, plain):
                found[known.ours] = (name, known)
    for name in names:
        if re.fullmatch(IMAGE_SIZE, _plain(name)):
            for side in ("height", "width"):
                found.setdefault(side, (name, Guess("", side, _same)))
    return found


def import_general(
    frame: pd.DataFrame, name: str, mapping: Mapping[str, str] | None = None
) -> tuple[list[Imported], ImportReport]:
    """Bring a table into our columns.

    Args:
        frame: Any table.
        name: What the volume may be called.
        mapping: Our column to the table's; what it names is taken as it is, the rest is guessed.

    Raises:
        MissingColumnError: The mapping names a column that is not there.
        QueryError: The mapping names no column of ours that exists, or nothing could be guessed.
        NotNumericError: A metric's column holds something that is no number.
    """
    report = ImportReport("general", rows_read=len(frame), rows_taken=len(frame))
    names = [str(found) for found in frame.columns]
    told = _checked(mapping or {}, names)
    taken = frame[[]].reset_index(drop=True)
    source = frame.reset_index(drop=True)
    used: set[str] = set()
    for ours, theirs in told.items():
        taken[ours] = _cells(source, theirs, ours, _same, report)
        report.taken_columns[ours] = theirs
        used.add(theirs)
    for ours, (theirs, known) in guess([n for n in names if n not in used]).items():
        if ours not in taken.columns:
            taken[ours] = _cells(source, theirs, ours, known.convert, report)
            report.taken_columns[ours] = f"{theirs} {known.words}".strip()
            used.add(theirs)
    if not any((found := column(ours)) and found.direction for ours in taken.columns):
        raise QueryError(
            "no column of this table is known to be a metric",
            "Name them, such as --map od_inf_rate_ms=MY_LATENCY --map if_task_metric=MY_ACCURACY.",
        )
    report.dropped_columns = tuple(n for n in names if n not in used)
    if "id" in taken.columns and not _are_ids(taken["id"]):
        report.notes.append("the column id is no unique whole number; rows were numbered")
        taken = taken.drop(columns="id")
    if {"if_task_metric", "od_task_metric"} & set(taken.columns):
        taken = add_relative_task_metric(taken)
    else:
        report.notes.append("no accuracy was found: relative_task_metric is not there")
    return [Imported(name, taken, {"measured": "a table that was imported"})], report


def _cells(source: Any, theirs: str, ours: str, convert: Convert, report: ImportReport) -> Series:
    known = column(ours)
    if known is None or known.direction is None:
        values = source[theirs]
        return values.astype("string") if known is not None and known.dtype == "str" else values
    import pandas as pd

    values = convert(pd.Series(numbers(source, theirs)))
    return positive(values, ours, report) if known.direction == "lower" else values


def _checked(mapping: Mapping[str, str], names: list[str]) -> dict[str, str]:
    for ours, theirs in mapping.items():
        if theirs not in names:
            raise missing_column(theirs, names)
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,60}", ours):
            raise QueryError(f"{ours!r} is no name for a column", "Use letters, digits and _.")
    return dict(mapping)


def _are_ids(values: Series) -> bool:
    return values.dtype.kind in "iu" and not values.duplicated().any() and values.notna().all()


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.strip().lower()).strip("_")
