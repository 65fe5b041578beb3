"""Splits: shares, seeds, groups that stay whole, and pictures that look alike across them."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from data.byod.sets import csv_set, image_folder, picture, save, voc, yolo
from haversack.base.digests import sha256_bytes
from haversack.base.errors import UsageError
from haversack.data.byod import look_alikes
from haversack.data.byod.look_alikes import CLOSE
from haversack.data.byod.problem_kinds import by_kind
from haversack.data.byod.records import Labelled, Problem
from haversack.data.byod.splits import SplitPlan, split
from haversack.data.errors import DataError
from haversack.services.datasets import check_data

NAMES = st.lists(
    st.tuples(st.sampled_from("abcde"), st.integers(0, 999)), min_size=2, max_size=60, unique=True
)


def _pictures(names: list[tuple[str, int]]) -> tuple[list[Labelled], dict[str, str]]:
    pictures = [Labelled(f"{folder}/{number}.jpg", folder) for folder, number in names]
    return pictures, {one.picture: sha256_bytes(one.picture.encode()) for one in pictures}


@given(names=NAMES, share=st.floats(0.05, 0.9), seed=st.integers(0, 3))
def test_each_class_gives_its_share_whatever_the_order(
    names: list[tuple[str, int]], share: float, seed: int
) -> None:
    pictures, digests = _pictures(names)
    found = split(pictures, digests, SplitPlan(share, seed))
    assert found == split(pictures[::-1], digests, SplitPlan(share, seed))
    for label in {one.label for one in pictures}:
        sides = [found[one.picture] for one in pictures if one.label == label]
        wanted = min(max(1, round(len(sides) * share)), len(sides) - 1)
        assert sides.count("val") == wanted


@given(names=NAMES, share=st.floats(0.05, 0.9), seed=st.integers(0, 3))
def test_no_group_is_torn_apart(names: list[tuple[str, int]], share: float, seed: int) -> None:
    pictures, digests = _pictures(names)
    found = split(pictures, digests, SplitPlan(share, seed, "folder"))
    sides = defaultdict(set)
    for name, side in found.items():
        sides[name.partition("/")[0]].add(side)
    assert all(len(found) == 1 for found in sides.values())
    if len(sides) > 1:
        assert set(found.values()) == {"train", "val"}


def test_another_seed_gives_another_choice(tmp_path: Path) -> None:
    folder = image_folder(tmp_path, 12)
    chosen = [
        {
            p.picture
            for p in check_data(folder, plan=SplitPlan(seed=seed)).pictures
            if p.split == "val"
        }
        for seed in (0, 0, 1)
    ]
    assert chosen[0] == chosen[1] != chosen[2]


def test_prefixes_and_columns_group(tmp_path: Path) -> None:
    folder = csv_set(tmp_path)
    rows = (folder / "labels.csv").read_text().splitlines()
    told = [f"{rows[0]},Patient", *(f"{row},{at // 4}" for at, row in enumerate(rows[1:]))]
    (folder / "labels.csv").write_text("\n".join(told))
    found = check_data(folder, plan=SplitPlan(0.3, group_by="column:patient"))
    sides = defaultdict(set)
    for one in found.pictures:
        sides[one.group].add(one.split)
    assert set(sides) == {"0", "1", "2"}
    assert all(len(side) == 1 for side in sides.values())
    with pytest.raises(DataError, match="no column 'plate'"):
        check_data(folder, plan=SplitPlan(group_by="column:plate"))
    assert SplitPlan(group_by="prefix:_").group_of(Labelled("x/site7_004.jpg")) == "site7"


@pytest.mark.parametrize("wrong", [{"share": 0.0}, {"share": 1.5}, {"group_by": "moon"}])
def test_a_split_that_cannot_be_is_wrong_usage(wrong: dict[str, float | str]) -> None:
    with pytest.raises(UsageError):
        SplitPlan(**wrong)  # type: ignore[arg-type] # the table mixes floats and words


def test_a_picture_saved_again_lighter_and_smaller_is_found_across_the_split(
    tmp_path: Path,
) -> None:
    for at in range(8):
        save(tmp_path, f"train/roof/{at}.jpg", at)
    again = ImageEnhance.Brightness(picture(3).resize((50, 50))).enhance(1.1)
    (tmp_path / "val/roof").mkdir(parents=True)
    again.save(tmp_path / "val/roof/again.jpg", quality=60)
    save(tmp_path, "val/roof/other.jpg", 40)
    for side in ("train", "val"):
        Image.new("RGB", (64, 64), "white").save(tmp_path / f"{side}/roof/{side}-white.png")
    (pair,) = check_data(tmp_path).alike
    assert (pair.train, pair.val) == ("train/roof/3.jpg", "val/roof/again.jpg")
    assert pair.bits <= CLOSE


def test_problems_that_say_the_same_are_one_kind() -> None:
    problems = [Problem(f"{at}.txt", f"names class {at}, and there are 2") for at in range(3)]
    problems.append(Problem("a.jpg", "has the same bytes as b/c.jpg"))
    kinds = by_kind(problems)
    assert [(kind.count, kind.first.file) for kind in kinds] == [(3, "0.txt"), (1, "a.jpg")]


@pytest.mark.parametrize(
    ("said", "held_out"),
    [
        ("train: [images/a]\nval: images/b\n", {"images/b/4.jpg", "images/b/5.jpg"}),
        ("path: ..\ntrain: ../images/a\ntest: ../images/b\n", {"images/b/4.jpg", "images/b/5.jpg"}),
        ("train: images\nval: held.txt\n", {"images/a/0.jpg", "images/b/5.jpg"}),
    ],
)
def test_the_splits_that_a_yolo_set_names_are_kept(
    tmp_path: Path, said: str, held_out: set[str]
) -> None:
    for at in range(6):
        save(tmp_path, f"images/{'a' if at < 4 else 'b'}/{at}.jpg", at)
        label = tmp_path / f"labels/{'a' if at < 4 else 'b'}/{at}.txt"
        label.parent.mkdir(parents=True, exist_ok=True)
        label.write_text("0 0.5 0.5 0.5 0.5\n")
    (tmp_path / "held.txt").write_text("./images/a/0.jpg\nimages/b/5.jpg\n")
    (tmp_path / "data.yaml").write_text(f"names: [roof]\n{said}")
    found = check_data(tmp_path)
    assert {one.picture for one in found.pictures if one.split == "val"} == held_out


def test_a_folder_that_is_named_for_both_sides_is_split(tmp_path: Path) -> None:
    folder = yolo(tmp_path)
    with (folder / "data.yaml").open("a") as file:
        file.write("val: images/train\n")
    assert all(check_data(folder).splits().values())


def test_what_a_voc_set_lists_to_test_is_not_trained_on(tmp_path: Path) -> None:
    folder = voc(tmp_path)
    lists = folder / "ImageSets/Main"
    lists.mkdir(parents=True)
    (lists / "train.txt").write_text("000\n001\n002\n003\n")
    (lists / "test.txt").write_text("004\n")
    found = check_data(folder)
    assert [one.picture[-5] for one in found.pictures if one.split == "val"] == ["4"]
    assert [one for one in found.problems if "none of the set's splits" in one.what] == [
        Problem("JPEGImages/005.jpg", "is in none of the set's splits; trained on")
    ]


def test_all_look_alikes_are_counted_where_only_the_closest_are_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(look_alikes, "MOST", 3)
    found, count = look_alikes.look_alikes([("t", 7)], [(str(at), 7) for at in range(10)])
    assert ([one.val for one in found], count) == (["0", "1", "2"], 10)
