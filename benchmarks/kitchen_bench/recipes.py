"""Recipes whose step takes about as long as wanted on this machine."""

from __future__ import annotations

import itertools
import statistics
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import sklearn

from haversack.catalog.shipped import registry
from haversack.recipe.sppr import to_sppr
from haversack.recipe.tree import Recipe
from haversack.runs.events import Event
from haversack.runs.spec import AssetFile, RunKind, RunSpec
from haversack.training.work import Work

DIGITS = Path(sklearn.__file__).parent / "datasets/data/digits.csv.gz"
LITE = "EfficientNet-Lite0"
SMALL = "test_resnet"
"""A network of timm that is made for tests: few and small layers."""
SMALLER = {"a linear layer": (0, 3), "2 convolutions": (2, 8), "12 convolutions": (12, 32)}
"""Plain networks by name: convolutions and channels. Their recipe is that of SMALL."""


@dataclass(frozen=True)
class Size:
    """A network and its input: architecture, edge in pixels, pictures in a batch."""

    architecture: str
    edge: int
    batch: int


WANTED = (1.0, 10.0, 50.0, 200.0)
"""Milliseconds of a step at which what the worker adds is measured."""
MOST_MS = 1.0
"""What it may add."""
CANDIDATES = (
    Size("a linear layer", 32, 1),
    Size("2 convolutions", 32, 1),
    Size("2 convolutions", 32, 4),
    Size("12 convolutions", 32, 4),
    Size("12 convolutions", 64, 4),
    Size(SMALL, 32, 4),
    Size(SMALL, 32, 8),
    Size(SMALL, 64, 4),
    Size(SMALL, 64, 6),
    Size(LITE, 32, 4),
    Size(LITE, 64, 8),
    Size(LITE, 96, 8),
    Size(LITE, 96, 16),
    Size(LITE, 128, 12),
    Size(LITE, 128, 24),
)


def recipe_of(size: Size, augmented: bool = False) -> Recipe:
    """Give a classification of digits by that network, from random numbers.

    Args:
        size: The network and its input.
        augmented: Whether pictures vary as a recipe's do that nobody changed.
    """
    recipe = Recipe.empty(registry(), "classification")
    light = size.architecture == LITE
    backbone = LITE if light else "Another timm architecture"
    as_they_are = {} if augmented else {"augmentation": "None"}
    recipe.fill_empty_recursively({"backbone": backbone, **as_they_are})
    if light:
        recipe["model.backbone.use_pretrained"] = False
    else:
        recipe["model.backbone.name"] = SMALL
        recipe["model.backbone.weights"] = "none"
    recipe["model.image_size"] = size.edge
    recipe["data.batch_size"] = size.batch
    recipe["trainer.num_epochs"] = 1
    return recipe


def spec_of(recipe: Recipe, folder: Path, **fields: Any) -> RunSpec:
    """Give a training run of a recipe in a folder."""
    (asset,) = [asset for asset in recipe.assets() if asset.name == "datasets/digits"]
    return RunSpec(
        kind=RunKind.TRAIN,
        run_id=folder.name,
        run_dir=folder,
        sppr=to_sppr(recipe),
        assets=(AssetFile(name=asset.name, path=DIGITS, sha256=asset.sha256),),
        **{"device": "cpu", **fields},
    )


def quiet_work(recipe: Recipe, folder: Path) -> Work:
    """Give work that nobody listens to."""

    def nowhere(_event: Event) -> None:
        return

    return Work(spec_of(recipe, folder), recipe, nowhere, lambda: False)


def nearest(wanted: float, times: dict[Size, float]) -> Size:
    """Give the size whose step takes nearest to so many seconds, as a ratio."""
    return min(times, key=lambda size: max(times[size] / wanted, wanted / times[size]))


def step_times(folder: Path) -> dict[Size, float]:
    """Measure the step of each candidate in a bare loop: the median of a few, in seconds."""
    from kitchen_bench.loops import by_hand

    found = {}
    for size in CANDIDATES:
        begun: list[float] = []
        work = quiet_work(recipe_of(size), folder)
        by_hand(work, size, 11, partial(_note, begun))
        found[size] = statistics.median(b - a for a, b in itertools.pairwise(begun[3:]))
    return found


def _note(begun: list[float]) -> None:
    begun.append(time.perf_counter())
