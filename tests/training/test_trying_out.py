"""Trying a recipe out before it is trained, and the assets that a run must have been given."""

from __future__ import annotations

from pathlib import Path

import pytest

from haversack.base.errors import IntegrityError
from haversack.data.composites import Subset
from haversack.data.errors import DataError
from haversack.data.sample import Dataset
from haversack.runs.events import Measured, Noted
from haversack.runs.spec import AssetFile, Limits
from haversack.training.builders.datasets import build_datasets
from haversack.training.errors import AssetMissingError
from haversack.training.jobs import train as job
from haversack.training.jobs.prepare import prepare
from haversack.training.jobs.rehearse import rehearse
from haversack.training.jobs.train import train
from haversack.training.loop.keeper import Keeper
from haversack.training.settings import Settings
from haversack.training.work import Work
from training_desk import DIGITS, Desk, small_recipe, tiny_classifier

pytestmark = pytest.mark.torch


def test_a_dry_run_falls_back_to_two_where_one_cannot_train(desk: Desk) -> None:
    recipe = small_recipe("classification", model__image_size=32)
    result = prepare(desk.work(recipe, "prepare", "dry"))
    assert result["batch_size"] == 2
    assert result["checkpoint"] is None
    assert result["opened"] == []
    notes = [event.text for event in desk.events if isinstance(event, Noted)]
    assert any("batch of 1 cannot train" in text for text in notes)
    assert not (desk.folder / "dry/checkpoints").exists()
    assert len(desk.curve("train/loss")) == 1


def test_a_dry_run_trains_with_one_where_it_can(desk: Desk) -> None:
    recipe = small_recipe("classification", model__image_size=64)
    result = prepare(desk.work(recipe, "prepare", "dry"))
    assert result["batch_size"] == 1
    assert not [event for event in desk.events if isinstance(event, Noted)]


def _with_pictures(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    def few(work: Work) -> dict[str, Dataset]:
        splits = dict(build_datasets(work))
        return {**splits, "train": Subset(splits["train"], range(count))}

    monkeypatch.setattr(job, "build_datasets", few)


def test_one_picture_in_a_large_batch_is_too_few_for_batch_norm_and_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_pictures(monkeypatch, 1)
    small = small_recipe("classification", model__image_size=32, data__batch_size=32)
    with pytest.raises(DataError, match="a train split of 1 makes batches of 1"):
        train(desk.work(small, "train", "small"))
    larger = small_recipe(
        "classification", model__image_size=64, data__batch_size=32, trainer__num_epochs=1
    )
    result = train(desk.work(larger, "train", "larger", limits=Limits(limit_batches=1)))
    assert (result["epochs"], result["batch_size"]) == (1, 32)


@pytest.mark.parametrize(("pictures", "batch"), [(5, 4), (4, 4), (3, None)])
def test_a_batch_that_leaves_each_process_one_picture_becomes_two_for_each(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, pictures: int, batch: int | None
) -> None:
    _with_pictures(monkeypatch, pictures)
    used: list[int] = []

    def note(work: Work, settings: Settings, *_others: object) -> Keeper:
        used.append(settings.batch_size)
        raise InterruptedError

    monkeypatch.setattr(job, "fit", note)
    recipe = small_recipe("classification", model__image_size=32, data__batch_size=2)
    work = desk.work(recipe, "train", "run", processes=2, device="cpu")
    with pytest.raises(DataError if batch is None else InterruptedError):
        train(work)
    assert used == ([] if batch is None else [batch])


@pytest.mark.slow
def test_a_rehearsal_takes_every_step_of_the_field(desk: Desk) -> None:
    recipe = small_recipe(
        "detection",
        {"data_generator": "Smoke"},
        model__image_size=64,
        model__head_channels=16,
        data__batch_size=8,
        trainer__num_epochs=1,
    )
    steps = rehearse(desk.work(recipe, "rehearse", "try"))["steps"]
    assert [step["step"] for step in steps] == ["train", "resume", "evaluate", "export", "predict"]
    assert steps[0]["result"] == {"checkpoint": "checkpoints/last", "epoch": 1}
    assert steps[1]["result"]["epochs"] == 2
    assert steps[3]["result"]["max_abs_diff"] < 1e-3
    assert (desk.folder / "try" / steps[4]["result"]["predictions"][0]["file"]).is_file()


def test_a_recipe_for_dry_runs_is_rehearsed_with_the_checkpoint_that_it_would_not_keep(
    desk: Desk,
) -> None:
    recipe = tiny_classifier(data__batch_size=8, trainer__fast_dev_run=True)
    steps = rehearse(desk.work(recipe, "rehearse", "try"))["steps"]
    assert [step["step"] for step in steps] == ["train", "resume", "evaluate", "export", "predict"]
    assert steps[1]["result"]["epochs"] == 2
    assert recipe["trainer.fast_dev_run"] is True


def test_an_asset_that_the_run_was_not_given_is_named(desk: Desk) -> None:
    recipe = small_recipe("classification")
    with pytest.raises(AssetMissingError, match="datasets/digits"):
        train(desk.work(recipe, "train", "none", assets=()))


def test_pretrained_weights_that_are_missing_are_named_before_anything_is_trained(
    desk: Desk,
) -> None:
    recipe = small_recipe("classification", model__backbone__use_pretrained=True)
    with pytest.raises(AssetMissingError, match="weights/tf_efficientnet_lite0"):
        train(desk.work(recipe, "train", "none"))
    assert not [event for event in desk.events if isinstance(event, Measured)]


def test_an_asset_that_was_changed_is_refused(desk: Desk, tmp_path: Path) -> None:
    recipe = small_recipe("classification")
    changed = tmp_path / "digits.csv.gz"
    changed.write_bytes(DIGITS.read_bytes() + b"x")
    (asset,) = recipe.assets()
    file = AssetFile(name=asset.name, path=changed, sha256=asset.sha256)
    with pytest.raises(IntegrityError, match="damaged"):
        train(desk.work(recipe, "train", "changed", assets=(file,)))
