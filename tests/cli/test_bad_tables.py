"""Bad tables at the command line: two lines that say what and what to do, and nothing half done."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.cli_calls import Call
from haversack.pantry.pantry import Pantry
from haversack.volume.write import volume_bytes

HEADER = b"id,hardware,backbone,relative_task_metric,od_inf_rate_ms\n"
PARQUET = volume_bytes([{"od_inf_rate_ms": 1.0, "relative_task_metric": 0.5}] * 50)

TABLES = {
    "a missing column": (b"id,od_inf_rate_ms\n1,2\n", "relative_task_metric"),
    "every row excluded": (HEADER + b"1,a,b,0.5,0\n2,a,b,,3\n", "every one of the 2 rows"),
    "no row at all": (HEADER, "no row to ask"),
    "text in a numeric column": (HEADER + b"1,a,b,0.5,fast\n", "invalid value 'fast'"),
    "ids twice": (HEADER + b"7,a,b,0.5,1\n7,a,b,0.6,2\n", "ids are not unique"),
    "ids that are text": (HEADER + b"x,a,b,0.5,1\n", "invalid value 'x'"),
    "a huge field": (HEADER + b"1,a," + b"x" * (5 << 20) + b",0.5,1\n", "bytes"),
    "another encoding": (HEADER + b"1,a,caf\xe9,0.5,1\n", "not UTF-8"),
    "UTF-16": ((HEADER + b"1,a,b,0.5,1\n").decode().encode("utf-16"), "NUL byte"),
    "a NUL byte": (HEADER + b"1,a,b\0,0.5,1\n", "NUL byte"),
    "an open quotation": (HEADER + b'1,a,"b,0.5,1\n', "quotation never ends"),
    "rows of other lengths": (HEADER + b"1,a,b,0.5\n", "Expected 5 columns, got 4"),
    "nothing": (b"", "Empty CSV"),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_bad_table_is_told_in_two_lines(call: Call, tmp_path: Path, name: str) -> None:
    content, said = TABLES[name]
    (tmp_path / "t.csv").write_bytes(content)
    told = call("pareto", str(tmp_path / "t.csv"), "--csv", str(tmp_path / "out.csv"))
    assert told.code in (1, 2) and said in told.err
    assert "Traceback" not in told.err and len(told.err.strip().splitlines()) == 2
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".csv"] == ["t.csv"]


@pytest.mark.parametrize("length", [0, 4, 100, len(PARQUET) // 2, len(PARQUET) - 1])
def test_a_truncated_parquet_is_told_and_leaves_nothing_on_the_shelf(
    call: Call, pantry: Pantry, tmp_path: Path, length: int
) -> None:
    (tmp_path / "t.parquet").write_bytes(PARQUET[:length])
    for words in (["pareto"], ["volume", "show"], ["volume", "import"]):
        told = call(*words, str(tmp_path / "t.parquet"))
        assert told.code == 1 and "t.parquet" in told.err and "Traceback" not in told.err
    assert pantry.volumes.list() == []


@pytest.mark.parametrize(
    "words",
    [
        ("--sort-by", "best"),
        ("--method", "fuzzy", "--top", "0"),
        ("--method", "fuzzy", "--top", "-3"),
        ("--metric", "od_size_MB"),
    ],
)
def test_a_bad_question_is_wrong_usage(call: Call, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "t.csv").write_bytes(HEADER + b"1,a,b,0.5,1\n")
    told = call("pareto", str(tmp_path / "t.csv"), *words)
    assert told.code == 2 and "Traceback" not in told.err


def test_cells_that_are_formulas_stay_text_and_leave_as_text(call: Call, tmp_path: Path) -> None:
    cells = (b"=1+1", b"+1", b"-1+cmd", b"@SUM(1)")
    rows = [b"%d,%s,b,%.1f,%d\n" % (n, cell, n / 10, n) for n, cell in enumerate(cells, 1)]
    (tmp_path / "t.csv").write_bytes(HEADER + b"".join(rows))
    asked = ["pareto", str(tmp_path / "t.csv"), "--method", "fuzzy"]
    told = call(*asked, "--csv", "-")
    for cell in cells:
        assert f",'{cell.decode()}" in told.out
    answer = call(*asked, "--json").json
    assert {row["hardware"] for row in answer["rows"]} == {cell.decode() for cell in cells}


def test_an_import_that_fails_leaves_nothing_behind(
    call: Call, pantry: Pantry, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_text("model,latency_ms,acc\na,1,0.5\nb,fast,0.6\n")
    told = call("volume", "import", str(tmp_path / "t.csv"))
    assert told.code == 2 and "'fast'" in told.err
    assert call("volume", "import", str(tmp_path / "t.csv"), "-o", str(tmp_path / "o")).code == 2
    assert not (tmp_path / "o").exists() and pantry.volumes.list() == []
