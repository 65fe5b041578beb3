from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from haversack.base.errors import HaversackError
from haversack.base.files import StorageError
from haversack.volume import csv_table, tables
from haversack.volume.card import card_path
from haversack.volume.errors import (
    MissingColumnError,
    UnknownRowError,
    VolumeFormatError,
    WhereError,
)
from haversack.volume.query import query_pareto_optimal_recipes
from haversack.volume.volume import Volume
from haversack.volume.where import Where
from haversack.volume.write import write_volume

ROWS = [
    {
        "id": number,
        "hardware": "cpu" if number % 2 else "Jetson",
        "od_inf_rate_ms": float(number),
        "relative_task_metric": number / 10,
        "height": 64 if number > 1 else None,
        "per_channel": None if number == 2 else True,
        "sppr": f"recipe {number}",
    }
    for number in range(1, 11)
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_volume(tmp_path / "small.parquet", ROWS, {"name": "small", "task": "detection"})
    return tmp_path / "small.parquet"


@pytest.mark.skipif(sys.platform != "linux", reason="counts the threads that /proc tells of")
def test_a_small_volume_is_read_without_threads_that_a_short_program_would_end_with(
    path: Path,
) -> None:
    program = (
        "import os, sys, pandas, pyarrow; from haversack.volume.volume import Volume; "
        "before = len(os.listdir('/proc/self/task')); volume = Volume.open(sys.argv[1]); "
        "volume.frame(), volume.row(3), volume.rows_of([1, 2]); "
        "print(len(os.listdir('/proc/self/task')) - before)"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "0"


def test_a_volume_says_what_it_is(path: Path) -> None:
    volume = Volume.open(path)
    assert (volume.name, volume.rows, volume.columns[0]) == ("small", 10, "id")
    assert volume.hardware() == {"Jetson": 5, "cpu": 5}
    facts = volume.describe()
    assert json.loads(json.dumps(facts)) == facts
    assert facts["columns"]["od_inf_rate_ms"]["lowest"] == 1.0
    assert facts["columns"]["height"] == {
        "type": "Int64",
        "measured": 9,
        "lowest": 64,
        "highest": 64,
    }
    assert facts["columns"]["per_channel"]["values"] == {"true": 9}
    assert facts["columns"]["od_inf_energy_mJ"] == {"type": "float64", "measured": 0}


def test_only_the_columns_and_rows_asked_for_come_back(path: Path) -> None:
    frame = Volume.open(path).frame(["id", "od_inf_rate_ms"], where="hardware == 'cpu' and id > 4")
    assert frame.to_dict("list") == {"id": [5, 7, 9], "od_inf_rate_ms": [5.0, 7.0, 9.0]}


def test_columns_that_were_not_asked_for_are_not_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    reading = tables.ParquetTable.batches

    def spy(table: tables.ParquetTable, columns: list[str], where: Where | None) -> Any:
        asked.append(columns)
        return reading(table, columns, where)

    monkeypatch.setattr(tables.ParquetTable, "batches", spy)
    Volume.open(path).frame(["id"], where="height == 64")
    assert asked == [["id", "height"]]


def test_whole_numbers_and_truths_keep_their_type_beside_nulls(path: Path) -> None:
    frame = Volume.open(path).frame()
    assert frame["id"].dtype == np.int64
    assert frame["height"].dtype == "Int64"
    assert frame["per_channel"].dtype == "boolean"
    assert frame["od_inf_rate_ms"].dtype == np.float64


def test_several_batches_and_row_groups_are_one_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "ROWS_AT_ONCE", 7)
    monkeypatch.setattr("haversack.volume.write.ROWS_PER_GROUP", 10)
    rows = [{"id": n, "height": None if n < 20 else n, "backbone": f"b{n}"} for n in range(1, 51)]
    write_volume(tmp_path / "v.parquet", rows, {})
    volume = Volume.open(tmp_path / "v.parquet")
    assert volume.frame(where="id >= 15 and id != 30")["id"].tolist() == [
        n for n in range(15, 51) if n != 30
    ]
    assert volume.frame()["height"].dtype == "Int64"
    for number in (1, 10, 11, 37, 50):
        assert volume.row(number)["backbone"] == f"b{number}"


def test_a_row_is_found_by_its_id_and_null_is_none(path: Path) -> None:
    row = Volume.open(path).row(1)
    assert (row["id"], row["sppr"], row["height"]) == (1, "recipe 1", None)
    assert Volume.open(path).row(np.int64(10))["sppr"] == "recipe 10"


def test_an_unknown_id_lists_near_matches(path: Path) -> None:
    with pytest.raises(UnknownRowError, match="'small' has no recipe 12") as caught:
        Volume.open(path).row(12)
    assert "from 1 to 10" in caught.value.hint
    assert "10" in caught.value.hint.split("near it are")[1]


def test_an_unknown_column_lists_near_matches(path: Path) -> None:
    with pytest.raises(MissingColumnError) as caught:
        Volume.open(path).frame(["od_inf_rate"])
    assert "od_inf_rate_ms" in caught.value.hint
    with pytest.raises(MissingColumnError):
        Volume.open(path).frame(where="nothing == 1")
    with pytest.raises(WhereError):
        Volume.open(path).frame(where="__import__('os')")


def test_the_cards_directions_reach_the_query(tmp_path: Path) -> None:
    rows = [
        {"relative_task_metric": 0.5, "odd": 1.0},
        {"relative_task_metric": 0.4, "odd": 2.0},
    ]
    card = {"metric_directions": {"odd": "lower"}}
    write_volume(tmp_path / "v.parquet", rows, card)
    frame = Volume.open(tmp_path / "v.parquet").frame(where="odd > 0")
    assert query_pareto_optimal_recipes(frame, metric_custom="odd")[0] == [1]


def test_a_volume_that_is_not_what_its_card_says_is_refused(path: Path) -> None:
    other = path.with_name("other.parquet")
    write_volume(other, ROWS[:5], {})
    path.write_bytes(other.read_bytes())
    with pytest.raises(VolumeFormatError, match="not the file that its card describes"):
        Volume.open(path)
    assert Volume.open(path, check_digest=False).rows == 5
    assert Volume.open(path, {"name": "mine"}).name == "mine"


def test_every_truncation_of_a_parquet_is_one_typed_error(path: Path) -> None:
    content = path.read_bytes()
    card_path(path).unlink()
    for length in [0, 1, 3, 4, 8, 100, *range(200, len(content), 997), len(content) - 1]:
        path.write_bytes(content[:length])
        with pytest.raises(VolumeFormatError) as caught:
            Volume.open(path)
        assert "\n" not in caught.value.message
        assert caught.value.hint


def test_flipped_bytes_are_an_error_or_another_table_and_never_a_crash(path: Path) -> None:
    content = path.read_bytes()
    card_path(path).unlink()
    chance = random.Random(1)  # noqa: S311 - damage, not a secret
    for _ in range(150):
        damaged = bytearray(content)
        for _ in range(chance.choice([1, 1, 5])):
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        path.write_bytes(bytes(damaged))
        try:
            volume = Volume.open(path)
            volume.frame()
            volume.describe()
        except HaversackError as error:
            assert "\n" not in error.message


def test_a_damaged_page_is_told_by_its_checksum(path: Path) -> None:
    content = bytearray(path.read_bytes())
    card_path(path).unlink()
    place = content.index(b"recipe 1") if b"recipe 1" in content else len(content) // 4
    content[place] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(VolumeFormatError):
        Volume.open(path).frame()


def test_a_parquet_of_someone_else_is_read(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([1, 2], pa.int32()),
            "name": pa.array(["a", "b"]).dictionary_encode(),
            "nested": [[1], [2, 3]],
        }
    )
    pq.write_table(table, tmp_path / "theirs.parquet")
    frame = Volume.open(tmp_path / "theirs.parquet").frame(where="name == 'b'")
    assert frame["id"].tolist() == [2]


def test_a_parquet_that_pandas_wrote_with_an_index_has_its_levels_as_columns(
    tmp_path: Path,
) -> None:
    table = pd.DataFrame({"id": [1, 2], "hardware": "a", "od_inf_rate_ms": [1.0, 2.0]})
    table.set_index(["id", "hardware"]).to_parquet(tmp_path / "theirs.parquet")
    volume = Volume.open(tmp_path / "theirs.parquet")
    assert volume.frame(["id", "od_inf_rate_ms"])["id"].tolist() == [1, 2]
    assert volume.row(2)["hardware"] == "a"


@pytest.mark.parametrize("name", ["missing.parquet", "missing.csv"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(StorageError, match=name):
        Volume.open(tmp_path / name)


def test_a_folder_and_another_kind_of_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.parquet").mkdir()
    with pytest.raises(HaversackError):
        Volume.open(tmp_path / "folder.parquet")
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    with pytest.raises(VolumeFormatError, match="neither"):
        Volume.open(tmp_path / "a.xlsx")


def csv(folder: Path, content: bytes | str) -> Path:
    target = folder / "table.csv"
    target.write_bytes(content.encode() if isinstance(content, str) else content)
    return target


def test_a_csv_is_a_volume_too(tmp_path: Path) -> None:
    text = (
        "\ufeffid,hardware,od_inf_rate_ms,relative_task_metric,per_channel,sppr\r\n"
        '3,"cpu, fast",1.5,0.5,true,"two\nlines"\r\n'
        "4,,NA,0.9,,\r\n"
    )
    volume = Volume.open(csv(tmp_path, text))
    assert volume.rows == 2
    assert volume.row(3)["sppr"] == "two\nlines"
    assert volume.row(3)["hardware"] == "cpu, fast"
    assert volume.row(4)["od_inf_rate_ms"] is None
    assert query_pareto_optimal_recipes(volume.frame())[0] == [3]


def test_a_csv_without_ids_is_numbered(tmp_path: Path) -> None:
    assert Volume.open(csv(tmp_path, "a,b\n1,2\n3,4\n")).frame()["id"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Empty CSV"),
        (b"id,a\n1,x\0y\n", "NUL byte at 8"),
        ("id,a\n1,é\n".encode("utf-16"), "NUL byte"),
        ("id,a\n1,caf\xe9\n".encode("latin-1"), "is not UTF-8 near byte 10"),
        (b"id,a\n1,2\n1,2,3\n", "Expected 2 columns, got 3"),
        (b"id,id\n1,2\n", "'id' twice"),
        (b"id,od_inf_rate_ms\n1,fast\n", "invalid value 'fast'"),
        (b'id,a\n1,"' + b"x" * (5 << 20) + b'"\n', "cell of 5242880 bytes"),
        (b'id,a\n1,"never closed\n', "quotation never ends"),
        (b"id," + b"a," * 10_001 + b"b\n1," + b"1," * 10_001 + b"2\n", "has 10003 columns"),
    ],
)
def test_a_hostile_csv_is_one_typed_error(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(VolumeFormatError, match=said) as caught:
        Volume.open(csv(tmp_path, content)).frame()
    assert "\n" not in caught.value.message
    assert caught.value.hint


def test_a_formula_cell_is_text_and_nothing_else(tmp_path: Path) -> None:
    path = csv(tmp_path, "id,backbone\n1,=cmd|'/c calc'!A1\n2,@SUM(1)\n")
    assert Volume.open(path).frame()["backbone"].tolist() == ["=cmd|'/c calc'!A1", "@SUM(1)"]


def test_a_csv_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(csv_table, "LARGEST_FILE", 100)
    with pytest.raises(VolumeFormatError, match="larger than"):
        Volume.open(csv(tmp_path, "a\n" + "1\n" * 100))


def test_a_table_of_pandas_and_a_volume_answer_alike(path: Path) -> None:
    assert (
        query_pareto_optimal_recipes(pd.DataFrame(ROWS).query("hardware == 'cpu'"))[0]
        == query_pareto_optimal_recipes(Volume.open(path).frame(where="hardware == 'cpu'"))[0]
    )


def test_rows_come_by_their_ids_in_the_order_of_the_ids_whatever_group_they_are_in(
    tmp_path: Path,
) -> None:
    table = pa.table({"id": [5, 1, 9, 7, 3], "backbone": ["a", "b", "c", "d", "e"]})
    for path in (tmp_path / "v.parquet", tmp_path / "v.csv"):
        if path.suffix == ".parquet":
            pq.write_table(table, path, row_group_size=2)
        else:
            table.to_pandas().to_csv(path, index=False)
        volume = Volume.open(path)
        assert volume.rows_of([3, 5, 9])["backbone"].tolist() == ["e", "a", "c"]
        assert volume.rows_of([]).columns.tolist() == ["id", "backbone"]
        with pytest.raises(UnknownRowError, match="2"):
            volume.rows_of([3, 2])
