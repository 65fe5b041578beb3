"""The older golden frames as CSV: column names on two rows, and those of the index on a third."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from haversack.base.errors import HaversackError
from haversack.volume.csv_header import read_header
from haversack.volume.importers.sources import import_source
from haversack.volume.query import query_pareto_optimal_recipes
from haversack.volume.volume import Volume

COLUMNS = [("od", "inf_rate_ms"), ("od", "task_metric"), ("od", "size_MB"), ("backbone", "")]
SIZE = [("height", ""), ("width", "")]
ROWS = [[1.0, 0.5, 3.0, "a", 64, 64], [2.0, 0.7, 4.0, "b", 64, 64]]
BOTH = pd.MultiIndex.from_tuples([(1, "Jetson"), (2, "Jetson")], names=["id", "hardware"])


def older_frame(index: Any = BOTH, names: list[str] | None = None) -> pd.DataFrame:
    columns = pd.MultiIndex.from_tuples(COLUMNS + SIZE, names=names)
    return pd.DataFrame(ROWS, index, columns)


@pytest.mark.parametrize("names", [None, ["scope", "metric"]])
@pytest.mark.parametrize("index", [BOTH, pd.Index([1, 2], name="id"), None])
def test_an_older_golden_frame_that_pandas_wrote_as_csv_is_taken(
    tmp_path: Path, index: Any, names: list[str] | None
) -> None:
    path = tmp_path / "older.csv"
    older_frame(index, names).to_csv(path)
    (volume,), report = import_source(path)
    assert report.format == "leip" and report.rows_taken == 2
    assert volume.frame["od_inf_rate_ms"].tolist() == [1.0, 2.0]
    assert volume.frame["backbone"].tolist() == ["a", "b"]
    assert query_pareto_optimal_recipes(volume.frame)[0] == [1, 2]
    if index is BOTH:
        assert volume.frame["hardware"].tolist() == ["Jetson", "Jetson"]


def test_without_an_index_two_rows_are_the_header(tmp_path: Path) -> None:
    path = tmp_path / "older.csv"
    older_frame().to_csv(path, index=False)
    opened = Volume.open(path)
    assert opened.columns == (
        *("id", "od_inf_rate_ms", "od_task_metric", "od_size_MB", "backbone", "height", "width"),
    )
    assert opened.frame(["id", "od_size_MB"], where="backbone == 'b'").to_numpy().tolist() == [
        [2, 4.0]
    ]


def test_a_top_level_that_a_spreadsheet_wrote_once_holds_for_the_columns_after_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "merged.csv"
    path.write_text("od,,,backbone,\ninf_rate_ms,task_metric,size_MB,,\n1,0.5,3,a,\n")
    assert read_header(path).names[:4] == (
        *("od_inf_rate_ms", "od_task_metric", "od_size_MB", "backbone"),
    )


@pytest.mark.parametrize(
    ("text", "rows", "names"),
    [
        ("id,od_size_MB\n1,2\n", 1, ("id", "od_size_MB")),
        ("backbone,hardware\nresnet,Jetson\n", 1, ("backbone", "hardware")),
        ('"a, b",hardware\nx,y\n', 1, ("a, b", "hardware")),
        ("od,od\ninf_rate_ms,size_MB\nfast,\n", 2, ("od_inf_rate_ms", "od_size_MB")),
        (",od\nnote,size_MB\nuntried,\n", 2, ("note", "od_size_MB")),
        ("od,od\ninf_rate_ms,size_MB\n1,\n", 2, ("od_inf_rate_ms", "od_size_MB")),
        ("od,od\n", 1, ("od", "od")),
        ("", 1, ()),
    ],
)
def test_one_row_of_names_stays_one(
    tmp_path: Path, text: str, rows: int, names: tuple[str, ...]
) -> None:
    path = tmp_path / "header.csv"
    path.write_text(text)
    found = read_header(path)
    assert (found.rows, found.names) == (rows, names)


@pytest.mark.parametrize(
    "text",
    [
        "od,od\ninf_rate_ms,inf_rate_ms\n1,2\n",
        "od,od\ninf_rate_ms,size_MB\n1,2,3\n",
        "od,od\ninf_rate_ms,size_MB\nid,,,\n1,2\n",
        "od,od\ninf_rate_ms,size_MB\n1,small\n",
        'od,od\n"inf_rate_ms\nx",size_MB\n1,2\n',
    ],
)
def test_two_rows_that_name_nothing_are_one_typed_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(text)
    with pytest.raises(HaversackError) as caught:
        Volume.open(path)
    assert caught.value.hint and "\n" not in caught.value.message
