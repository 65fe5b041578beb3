from __future__ import annotations

import datetime as dt
import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from haversack.base.errors import HaversackError
from haversack.base.files import StorageError
from haversack.volume.card import Card, card_path
from haversack.volume.columns import COLUMNS, VENDOR_COLUMNS
from haversack.volume.errors import RowError, VolumeError, VolumeFormatError
from haversack.volume.volume import Volume
from haversack.volume.write import volume_bytes, write_volume

ROW: dict[str, Any] = {
    "id": 7,
    "timestamp": dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC),
    "run_id": "r1",
    "hardware": "cpu",
    "quantization": "int8",
    "calib_method": "minmax",
    "per_channel": True,
    "height": 64,
    "width": 96,
    "od_inf_rate_ms": 3.25,
    "od_task_metric": 0.0,
    "sppr": "recipe: é\nsecond line",
    "dataset": "digits",
}
CARD = {"task": "classification", "measured": "latency", "by": "a test", "licence": "Apache-2.0"}


def read(content: bytes) -> Any:
    return pq.read_table(io.BytesIO(content))


def test_the_26_columns_come_first_and_in_their_order() -> None:
    assert len(VENDOR_COLUMNS) == 26
    names = read(volume_bytes([{**ROW, "mine": 1, "relative_task_metric": 1.0}])).column_names
    assert names == [*VENDOR_COLUMNS, "dataset", "relative_task_metric", "mine"]
    assert "relative_task_metric" not in read(volume_bytes([ROW])).column_names


def test_what_was_not_measured_is_null() -> None:
    rows = [ROW, {"id": 8, "od_inf_rate_ms": None}, {"id": 9, "od_inf_rate_ms": math.nan}]
    table = read(volume_bytes(rows))
    assert table["od_inf_rate_ms"].to_pylist() == [3.25, None, None]
    assert table["od_inf_energy_mJ"].null_count == 3


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    write_volume(tmp_path / "v.parquet", [ROW], CARD)
    found = Volume.open(tmp_path / "v.parquet").row(7)
    assert {name: value for name, value in found.items() if value is not None} == ROW
    assert set(found) == {c.name for c in COLUMNS} - {"relative_task_metric"}


def test_the_same_rows_give_the_same_bytes_in_any_order_and_as_a_table() -> None:
    rows = [{**ROW, "id": number, "mine": number / 2} for number in (3, 1, 2)]
    content = volume_bytes(rows)
    assert volume_bytes(list(reversed(rows))) == content
    assert volume_bytes(pd.DataFrame(rows)) == content
    assert volume_bytes(pd.DataFrame(rows).set_index("id")) == content
    assert volume_bytes(read(content).to_pandas()) == content


def test_rows_without_ids_are_numbered() -> None:
    rows = [{"backbone": "a"}, {"backbone": "b"}]
    assert read(volume_bytes(rows))["id"].to_pylist() == [1, 2]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"od_inf_rate_ms": 0}, "od_inf_rate_ms cannot have been measured"),
        ({"od_size_MB": -1.0}, "od_size_MB cannot have been measured"),
        ({"od_task_metric": math.inf}, "od_task_metric is infinite"),
        ({"od_inf_rate_ms": "3 ms"}, "od_inf_rate_ms is not a number"),
        ({"od_inf_rate_ms": True}, "od_inf_rate_ms is not a number"),
        ({"hardware": 3}, "hardware is not text"),
        ({"hardware": "a\0b"}, "hardware is not text"),
        ({"hardware": "\ud800"}, "hardware is not text"),
        ({"height": 64.5}, "height is not a whole number"),
        ({"height": 2**70}, "height is not a whole number"),
        ({"per_channel": 1}, "per_channel is not true or false"),
        ({"timestamp": "yesterday"}, "timestamp is not a moment"),
        ({"id": "seven"}, "id is not a whole number"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_row_and_column(
    change: dict[str, Any], said: str
) -> None:
    with pytest.raises(RowError, match=said) as caught:
        volume_bytes([{**ROW, **change}])
    assert "None" in caught.value.hint


def test_ids_are_unique_and_all_or_none() -> None:
    with pytest.raises(RowError, match="7 stands on more than one row"):
        volume_bytes([ROW, ROW])
    with pytest.raises(RowError, match="1 row has no id and"):
        volume_bytes([ROW, {"backbone": "a"}])


def test_an_added_column_keeps_one_type() -> None:
    types = read(
        volume_bytes(
            [
                {"a": 1, "b": 1, "c": "x", "d": True, "e": dt.datetime(2026, 1, 1)},
                {"a": 2, "b": 1.5, "c": "2026-01-01", "d": None},
            ]
        )
    ).schema
    kinds = [str(types.field(name).type) for name in "abcde"]
    assert kinds == ["int64", "double", "string", "bool", "timestamp[us, tz=UTC]"]
    with pytest.raises(RowError, match="mixes types: int, str"):
        volume_bytes([{"a": 1}, {"a": "x"}])


@pytest.mark.parametrize(
    "moment",
    [
        dt.datetime(2026, 1, 2, 3, 4, 5),
        dt.datetime(2026, 1, 2, 4, 4, 5, tzinfo=dt.timezone(dt.timedelta(hours=1))),
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05",
        1767323045,
        1767323045.0,
        pd.Timestamp("2026-01-02T03:04:05Z"),
    ],
)
def test_moments_are_kept_in_utc(moment: Any) -> None:
    found = read(volume_bytes([{**ROW, "timestamp": moment}]))["timestamp"].to_pylist()
    assert found == [ROW["timestamp"]]


def test_numpy_and_pandas_values_are_taken() -> None:
    row = {
        "id": np.int64(7),
        "height": np.int32(3),
        "od_size_MB": np.float32(1.5),
        "per_channel": np.bool_(True),
        "hardware": pd.NA,
        "timestamp": pd.NaT,
    }
    table = read(volume_bytes([row]))
    assert table["height"].to_pylist() == [3]
    assert table["od_size_MB"].to_pylist() == [1.5]
    assert table["per_channel"].to_pylist() == [True]
    assert table["hardware"].null_count == table["timestamp"].null_count == 1


def test_the_card_lies_beside_and_knows_rows_and_digest(tmp_path: Path) -> None:
    path = tmp_path / "xval_cls.parquet"
    written = write_volume(path, [ROW], CARD)
    assert written.name == "xval_cls"
    assert written.rows == 1
    assert json.loads(card_path(path).read_text()) == written.as_dict()
    assert Volume.open(path).card == written
    again = write_volume(path, iter([ROW]), written)
    assert again == written


def test_a_wrong_row_leaves_the_old_volume_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "v.parquet"
    write_volume(path, [ROW], CARD)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(RowError):
        write_volume(path, [{**ROW, "height": "x"}], CARD)
    with pytest.raises(VolumeFormatError, match="card is wrong at nonsense"):
        write_volume(path, [ROW], {**CARD, "nonsense": 1})
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_volume_is_named_parquet_and_a_bad_folder_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(VolumeError, match="no name for a volume"):
        write_volume(tmp_path / "v.csv", [ROW], CARD)
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        write_volume(tmp_path / "file" / "v.parquet", [ROW], CARD)


@pytest.mark.parametrize(
    "card",
    [b"{", b"[]", b'{"name": ""}', b'{"name": "a", "rows": -1}', b'{"name": "a", "sha256": "xy"}'],
)
def test_what_is_no_card_is_refused(card: bytes) -> None:
    with pytest.raises(HaversackError) as caught:
        Card.parse(card)
    assert caught.value.hint


def test_a_volume_without_rows_can_be_written_and_read(tmp_path: Path) -> None:
    write_volume(tmp_path / "v.parquet", [], CARD)
    volume = Volume.open(tmp_path / "v.parquet")
    assert volume.rows == 0
    assert list(volume.frame(["id", "hardware"], where="hardware == 'x'").columns) == [
        "id",
        "hardware",
    ]
