from __future__ import annotations

import gzip
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import sklearn
from hypothesis import given
from hypothesis import strategies as st

from haversack.base.digests import sha256_file
from haversack.catalog.datasets import Digits
from haversack.data.errors import DataError
from haversack.data.generate import scenes as scene_sets
from haversack.data.generate.digit_scenes import digit_scenes
from haversack.data.generate.scenes import Scenes
from haversack.data.readers.digits import read_digits, read_glyphs
from haversack.data.sample import Boxes
from haversack.data.split import split_stratified

FILE = Path(sklearn.__file__).parent / "datasets/data/digits.csv.gz"


def test_the_installed_file_is_the_one_in_the_catalogue() -> None:
    assert sha256_file(FILE) == Digits.asset.sha256


def test_all_digits_are_read_and_split_within_each_class() -> None:
    splits = read_digits(FILE)
    assert len(splits["train"]) + len(splits["val"]) == 1797
    assert 0.24 < len(splits["val"]) / 1797 < 0.26
    labels = [splits["val"][i].target for i in range(len(splits["val"]))]
    counts = np.bincount(np.asarray(labels))
    assert counts.min() >= 40
    assert counts.max() <= 50


def test_a_digit_is_its_row_of_the_table() -> None:
    with gzip.open(FILE, "rt") as file:
        rows = [[int(float(value)) for value in line.split(",")] for line in file]
    glyphs = read_glyphs(FILE)
    for index in (0, 500, 1796):
        assert (glyphs.ink[index].reshape(-1) * 16).round().astype(int).tolist() == rows[index][:-1]
        assert glyphs.labels[index] == rows[index][-1]


@given(
    st.lists(st.integers(0, 4), min_size=10, max_size=200), st.floats(0.05, 0.5), st.integers(0, 9)
)
def test_a_split_shares_nothing_and_loses_nothing(
    labels: list[int], fraction: float, seed: int
) -> None:
    train, val = split_stratified(np.asarray(labels), fraction, seed)
    assert sorted([*train, *val]) == list(range(len(labels)))
    assert set(np.asarray(labels)[val]) == set(labels)
    again = split_stratified(np.asarray(labels), fraction, seed)
    assert np.array_equal(val, again[1])


@pytest.mark.parametrize(
    "content",
    [
        b"not gzip",
        *(gzip.compress(text, mtime=0) for text in (b"1,2,3\n", b"a,b\n", b"")),
    ],
    ids=["not gzip", "too short", "no numbers", "empty"],
)
def test_another_file_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "digits.csv.gz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"digits\.csv\.gz is not the table"):
        read_glyphs(path)


def test_scenes_are_the_same_for_the_same_seed_in_any_order() -> None:
    first, second = (digit_scenes(FILE, 6, 3, seed=5)["train"] for _ in range(2))
    pictures = [first[i].image for i in range(6)]
    assert all(np.array_equal(second[i].image, pictures[i]) for i in reversed(range(6)))
    other = digit_scenes(FILE, 6, 3, seed=6)["train"]
    assert not np.array_equal(other[0].image, pictures[0])
    assert not np.array_equal(digit_scenes(FILE, 6, 3, seed=5)["val"][0].image, pictures[0])


def test_no_glyph_is_in_both_splits() -> None:
    scenes = digit_scenes(FILE, 2, 2)
    glyphs = {split: _glyph_bytes(dataset) for split, dataset in scenes.items()}
    whole = [ink.tobytes() for ink in read_glyphs(FILE).ink]
    twice = {ink for ink in whole if whole.count(ink) > 1}
    assert glyphs["train"] & glyphs["val"] <= twice
    assert len(glyphs["train"]) > 1000


def _glyph_bytes(scenes: Scenes) -> set[bytes]:
    assert isinstance(scenes._compose, partial)
    return {ink.tobytes() for ink in scenes._compose.keywords["glyphs"].ink}


@pytest.mark.parametrize("size", [64, 128, 200])
def test_boxes_lie_within_the_scene_and_hold_the_digit(size: int) -> None:
    dataset = digit_scenes(FILE, 30, 1, scene_size=size)["train"]
    seen = 0
    for index in range(len(dataset)):
        sample = dataset[index]
        assert sample.image.shape == (size, size, 3)
        assert isinstance(sample.target, Boxes)
        xyxy = sample.target.xyxy
        assert (xyxy >= 0).all()
        assert (xyxy <= size).all()
        assert (xyxy[:, 2:] - xyxy[:, :2] >= 4).all()
        seen += len(xyxy)
        for i, a in enumerate(xyxy):
            for b in xyxy[i + 1 :]:
                apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
                assert apart
    assert seen >= 30


def test_scenes_beyond_the_bound_are_composed_again_and_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scene_sets, "MOST_BYTES", 2 * 128 * 128 * 3)
    scenes = digit_scenes(FILE, 4, 1)["train"]
    first = [scenes[at] for at in range(4)]
    assert [scenes[at] is first[at] for at in range(4)] == [True, True, False, False]
    for at in range(4):
        np.testing.assert_array_equal(scenes[at].image, first[at].image)
