from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pandas as pd
import pytest
from pytestqt.qtbot import QtBot

from gui_desk import Desk
from haversack.base.resources import resource
from haversack.recipe.sppr import to_sppr
from haversack.recipe.tree import Recipe
from haversack.services.capture import capture
from haversack.services.shelves import Pantry, open_or_build

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Qt's warnings fail the tests of the app."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", extend=True))


def tiny_classifier(pantry: Pantry, name: str = "Tiny digits") -> Recipe:
    """A recipe that needs no network: digits from scikit-learn, no pretrained weights."""
    recipe = Recipe.empty(pantry.registry, "classification", pantry.path)
    recipe.fill_empty_recursively()
    recipe["backbone.use_pretrained"] = False
    recipe["model.image_size"] = 32
    recipe["train.num_epochs"] = 2
    recipe["data.batch_size"] = 256
    recipe.name = name
    return recipe


@pytest.fixture
def empty_pantry(tmp_path: Path) -> Pantry:
    return open_or_build(tmp_path / "pantry")


@pytest.fixture
def pantry(empty_pantry: Pantry) -> Pantry:
    """A pantry with one recipe that is ready offline, one that is unfinished, and a volume."""
    recipe = tiny_classifier(empty_pantry)
    capture(recipe.assets(), empty_pantry)
    empty_pantry.recipes.save(recipe)
    unfinished = Recipe.empty(empty_pantry.registry, "detection", empty_pantry.path)
    empty_pantry.recipes.save(unfinished, "Unfinished")
    put_volume(empty_pantry, to_sppr(recipe))
    return empty_pantry


def put_volume(pantry: Pantry, sppr: str, rows: int = 120) -> None:
    random = np.random.default_rng(7)
    accuracy = random.beta(6, 2, rows)
    frame = pd.DataFrame(
        {
            "id": np.arange(1, rows + 1),
            "hardware": random.choice(["Board A", "Board B"], rows),
            "quantization": random.choice(["float32", "int8"], rows),
            "backbone": "tf_efficientnet_lite0",
            "od_inf_rate_ms": np.exp(2 * accuracy + random.normal(0, 0.4, rows)),
            "od_size_MB": random.uniform(3, 30, rows),
            "relative_task_metric": accuracy / accuracy.max(),
            "sppr": sppr,
        }
    )
    frame.loc[0, "od_inf_rate_ms"] = np.nan
    content = io.BytesIO()
    frame.to_parquet(content)
    card = {"name": "bench_cls", "task": "classification", "measured": "numbers of a test"}
    pantry.volumes.put("bench_cls", content.getvalue(), card)


@pytest.fixture
def open_desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Open the real app on a pantry, a bundle or nothing; closed and joined afterwards."""
    made: list[Desk] = []

    def opener(
        pantry: Pantry | None = None, page: str = "pantry", bundle: Path | None = None
    ) -> Desk:
        desk = Desk(qtbot, tmp_path / "home", pantry.path if pantry else None, page, bundle)
        made.append(desk)
        return desk

    yield opener
    for desk in made:
        desk.close()


@pytest.fixture(autouse=True)
def resources_are_here() -> None:
    assert resource("icons/haversack.svg").is_file()
