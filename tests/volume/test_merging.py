from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from haversack.base.errors import UsageError
from haversack.volume.merge import merge
from haversack.volume.volume import Volume
from haversack.volume.write import write_volume


def _volume(folder: Path, name: str, on: str, **columns: object) -> Volume:
    rows = pd.DataFrame({"if_task_metric": [0.5, 1.0], "od_inf_rate_ms": [1.0, 2.0], **columns})
    card = {"task": "detection", "licence": f"L-{name}", "on": on}
    write_volume(folder / f"{name}.parquet", rows, card)
    return Volume.open(folder / f"{name}.parquet")


def test_merged_rows_say_their_device_and_where_they_came_from(tmp_path: Path) -> None:
    one = _volume(tmp_path, "one", "Board A", id=[1, 2])
    two = _volume(tmp_path, "two", "Board B", id=[2, 3], extra=["x", "y"])
    frame, card, notes = merge([one, two])
    assert frame["hardware"].tolist() == ["Board A"] * 2 + ["Board B"] * 2
    assert frame["from_volume"].tolist() == ["one"] * 2 + ["two"] * 2
    assert frame["id"].tolist() == [1, 2, 3, 4] and frame["from_id"].tolist() == [1, 2, 2, 3]
    assert "numbered anew" in notes[0]
    assert card["licence"] == "L-one and L-two" and card["task"] == "detection"
    assert frame["extra"].isna().tolist() == [True, True, False, False]


def test_the_licence_of_some_is_not_said_of_all(tmp_path: Path) -> None:
    one, two = _volume(tmp_path, "one", "A"), _volume(tmp_path, "two", "B")
    rows = pd.DataFrame({"if_task_metric": [0.5], "od_inf_rate_ms": [1.0]})
    for name in ("three", "four"):
        write_volume(tmp_path / f"{name}.parquet", rows, {})
    three, four = (Volume.open(tmp_path / f"{name}.parquet") for name in ("three", "four"))
    assert merge([one, three, two])[1]["licence"] == "L-one and L-two; not stated for three"
    assert merge([three, four])[1]["licence"] == ""


def test_ids_that_do_not_collide_stay(tmp_path: Path) -> None:
    one = _volume(tmp_path, "one", "A", id=[1, 2])
    two = _volume(tmp_path, "two", "B", id=[7, 8])
    frame, _, notes = merge([one, two])
    assert frame["id"].tolist() == [1, 2, 7, 8] and not notes and "from_id" not in frame
    assert frame.groupby("hardware")["relative_task_metric"].max().tolist() == [1.0, 1.0]


def test_one_volume_or_the_same_twice_is_wrong_usage(tmp_path: Path) -> None:
    one = _volume(tmp_path, "one", "A")
    for volumes in ([one], [one, one]):
        with pytest.raises(UsageError):
            merge(volumes)
