"""Names in what is written: none is lost on any disk, and many equal ones are no burden."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.byod.sets import csv_set, save
from data.writers.test_round_trips import shard_of
from haversack.data.byod.shard import Shard
from haversack.data.errors import DataError
from haversack.data.writers.formats import write_set
from haversack.data.writers.output import Output
from haversack.services.datasets import check_data


def _shard(folder: Path, *classes: str) -> Shard:
    for at, name in enumerate(classes * 3):
        save(folder, f"{name}/{at}.jpg", at)
    return shard_of(folder, check_data(folder), folder.parent / "shard.tar")


def test_classes_that_differ_in_capitals_alone_are_no_two_folders(tmp_path: Path) -> None:
    shard = _shard(tmp_path / "set", "Cat", "cat")
    with pytest.raises(DataError, match="the class 'cat' beside 'Cat' cannot be said"):
        write_set(shard, "imagefolder", tmp_path / "out")


def test_a_class_with_blanks_at_its_ends_is_not_written_into_a_table(tmp_path: Path) -> None:
    shard = _shard(tmp_path / "set", "cat ", "dog")
    with pytest.raises(DataError, match="the class 'cat ' cannot be said in csv"):
        write_set(shard, "csv", tmp_path / "out")


def test_equal_stems_get_the_next_number_each(tmp_path: Path) -> None:
    output = Output(tmp_path, lambda _: None)
    assert output.name("x/a_2.jpg")[0] == "a_2"
    given = [output.name(f"{at}/{'A' if at % 2 else 'a'}.jpg")[0] for at in range(5000)]
    assert given[:3] == ["a", "A_3", "a_4"]
    assert len({stem.lower() for stem in given}) == 5000


def test_a_picture_that_changed_since_it_was_checked_is_not_kept(tmp_path: Path) -> None:
    folder = csv_set(tmp_path / "set")
    checked = check_data(folder)
    save(folder, "pictures/3.jpg", 999)
    with pytest.raises(DataError, match=r"pictures/3\.jpg is another picture"):
        shard_of(folder, checked, tmp_path / "shard.tar")
