"""Data of one class: something to detect, but nothing to tell apart."""

from __future__ import annotations

import pytest

from haversack.catalog.datasets import Digits, DigitScenes, MaskedDigitScenes
from haversack.data.errors import DataError
from haversack.data.sample import Sample
from haversack.training.builders import datasets
from haversack.training.jobs.train import train
from training_desk import Desk, small_recipe


@pytest.mark.parametrize("task", ["classification", "segmentation"])
def test_data_of_one_class_are_refused_where_there_is_nothing_to_tell_apart(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, task: str
) -> None:
    kind = Digits if task == "classification" else MaskedDigitScenes
    found = {"train": _One(), "val": _One()}
    monkeypatch.setattr(datasets, "_TABLE", {kind: lambda _kind, _work: found})
    with pytest.raises(DataError, match=f"one class, 'cat', and {task}") as caught:
        train(desk.work(small_recipe(task), "train", "run"))
    assert "another class" in caught.value.hint


def test_data_of_one_class_are_detected(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"train": _One(), "val": _One()}
    monkeypatch.setattr(datasets, "_TABLE", {DigitScenes: lambda _kind, _work: found})
    assert datasets.build_datasets(desk.work(small_recipe("detection"), "train", "run")) == found


class _One:
    classes = ("cat",)

    def __len__(self) -> int:
        return 4

    def __getitem__(self, index: int) -> Sample:
        raise NotImplementedError
