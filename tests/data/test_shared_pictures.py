"""Two sets that are joined may share pictures: those on both sides of the split are found."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from data.byod.sets import save
from haversack.data.byod.shard import Shard, write_shard
from haversack.data.composites import Mosaics, join, random_subset, select_classes
from haversack.data.readers.digits import read_digits
from haversack.data.readers.members import FolderMembers
from haversack.data.sample import Dataset
from haversack.data.shared_pictures import END, trained_on
from haversack.services.datasets import check_data
from training_desk import DIGITS

Splits = dict[str, Dataset]


def brought(folder: Path, train: Iterable[int], val: Iterable[int]) -> Splits:
    """Import a folder with these pictures; even ones are flowers, odd ones roofs."""
    for split, seeds in (("train", train), ("val", val)):
        for seed in seeds:
            save(folder, f"{split}/{'roof' if seed % 2 else 'flower'}/{seed}.jpg", seed)
    checked = check_data(folder)
    target = folder.with_suffix(".tar")
    with target.open("wb") as file:
        write_shard(file, FolderMembers(folder), checked)
    return dict(Shard(target).splits())


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Splits, Splits]:
    """Give two sets: the first trains on 2, which the second validates on; for 5 the other way."""
    first = brought(tmp_path / "first", (0, 1, 2, 3), (4, 5))
    return first, brought(tmp_path / "second", (5, 6, 7, 8), (2, 9))


def names(val: Dataset, found: list[int]) -> list[str]:
    return [val[at].name for at in found]


def test_pictures_that_are_trained_on_and_validated_on_are_found_whatever_lies_around_them(
    pair: tuple[Splits, Splits],
) -> None:
    first, second = pair
    train, val = (join(first[split], second[split]) for split in ("train", "val"))
    shared = ["val/roof/5.jpg", "val/flower/2.jpg"]
    assert names(val, trained_on(train, val)) == shared
    assert (
        names(val, trained_on(random_subset(train, 1.0, 0), random_subset(val, 1.0, 0))) == shared
    )
    assert names(val, trained_on(Mosaics(train, 1.0, 64, 0), val)) == shared
    roofs = select_classes(train, ["roof"]), select_classes(val, ["roof"])
    assert names(roofs[1], trained_on(*roofs)) == shared[:1]


def test_sets_that_share_nothing_or_lie_in_no_files_have_none(
    pair: tuple[Splits, Splits],
) -> None:
    first, second = pair
    digits = read_digits(DIGITS)
    assert trained_on(first["train"], first["val"]) == []
    assert trained_on(digits["train"], digits["val"]) == []
    train = join(digits["train"], first["train"])
    val = join(second["val"], digits["val"])
    assert names(val, trained_on(train, val)) == ["val/flower/2.jpg"]


def test_only_what_ends_alike_is_read_whole(
    pair: tuple[Splits, Splits], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = pair
    train, val = (join(first[split], second[split]) for split in ("train", "val"))
    read: list[int] = []
    whole = os.pread

    def counted(descriptor: int, size: int, offset: int) -> bytes:
        read.append(size)
        return whole(descriptor, size, offset)

    monkeypatch.setattr(os, "pread", counted)
    assert len(trained_on(train, val)) == 2
    assert len([size for size in read if size > END]) == 4
