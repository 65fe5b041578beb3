"""Each set that is made of other sets, and MNIST, trains an epoch of the real engine."""

from __future__ import annotations

import numpy as np
import pytest

from data.byod.sets import save
from data.test_mnist import mnist_members, packed
from haversack.base.digests import sha256_file
from haversack.catalog.mnist import Mnist
from haversack.pantry.pantry import Pantry
from haversack.recipe.fill import Answers
from haversack.recipe.sppr import from_sppr, to_sppr
from haversack.recipe.tree import Recipe
from haversack.runs.events import Noted
from haversack.runs.spec import Limits
from haversack.services.datasets import as_answer, import_data, set_file
from haversack.training.jobs.train import train
from training_desk import FILES, Desk, small_recipe

TINY: dict[str, object] = {
    "model__image_size": 32,
    "backbone__name": "test_resnet",
    "backbone__weights": "none",
    "data__batch_size": 8,
    "trainer__num_epochs": 1,
}
COMPOSITES: dict[str, dict[str, object]] = {
    "Random subset": {"data_generator__share": 0.1},
    "Joined": {},
    "Class selector": {"data_generator__keep": "3, 7"},
}
LIMITS = Limits(limit_batches=2, batch_size=8)


def trained(desk: Desk, recipe: Recipe) -> None:
    assert from_sppr(to_sppr(recipe), recipe.registry).id == recipe.id
    result = train(desk.work(recipe, "train", "run", limits=LIMITS))
    assert (result["epochs"], len(desk.curve("train/loss"))) == (1, 2)
    assert np.isfinite([*desk.curve("train/loss").values(), *result["metrics"].values()]).all()


@pytest.mark.parametrize("title", COMPOSITES)
def test_a_set_made_of_others_trains_and_is_judged(desk: Desk, title: str) -> None:
    answers = {"data_generator": title, "backbone": "Another timm architecture"}
    trained(desk, small_recipe("classification", answers, **TINY, **COMPOSITES[title]))


def test_mosaics_train_and_are_judged_by_whole_pictures(desk: Desk) -> None:
    answers = {"data_generator": "Mosaic", "data.data_generator.source": "Smoke"}
    options = {"model__image_size": 64, "model__head_channels": 16, "trainer__num_epochs": 1}
    trained(desk, small_recipe("detection", answers, **options, data_generator__edge=128))


def test_mnist_trains_from_the_package_as_npm_gives_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = packed(desk.folder / "mnist.tgz", mnist_members(32))
    asset = Mnist.asset.model_copy(update={"sha256": sha256_file(package)})
    monkeypatch.setattr(Mnist, "asset", asset)
    monkeypatch.setitem(FILES, asset.name, package)
    recipe = small_recipe(
        "classification",
        {"data_generator": "MNIST", "backbone": "Another timm architecture"},
        **TINY,
    )
    trained(desk, recipe)


def test_pictures_that_joined_sets_train_and_validate_on_are_counted_and_told(desk: Desk) -> None:
    pantry = Pantry.build(desk.folder / "pantry")
    seeds = {"one": ((0, 1, 2, 3), (4, 5)), "other": ((5, 6, 7, 8), (2, 9))}
    for name, (train_on, validate_on) in seeds.items():
        for split, given in (("train", train_on), ("val", validate_on)):
            for seed in given:
                kind = "roof" if seed % 2 else "flower"
                save(desk.folder / name, f"{split}/{kind}/{seed}.jpg", seed)
        import_data(desk.folder / name, pantry, name)
    answers: Answers = {
        "data_generator": "Joined",
        "data.data_generator.first": as_answer(pantry, "one"),
        "data.data_generator.second": as_answer(pantry, "other"),
        "backbone": "Another timm architecture",
    }
    recipe = small_recipe("classification", answers, **TINY, data__num_workers=0)
    assets = tuple(set_file(pantry, name) for name in seeds)
    train(desk.work(recipe, "train", "run", limits=LIMITS, assets=assets))
    notes = [event.text for event in desk.events if isinstance(event, Noted)]
    (told,) = [text for text in notes if "trained on" in text]
    assert told.startswith(
        "2 of 4 pictures to validate on are trained on as well, such as val/roof/5.jpg"
    )
