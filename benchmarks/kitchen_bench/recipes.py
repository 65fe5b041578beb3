"""Recipes whose step takes about as long as wanted on this machine."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sklearn
import torch

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
SMALLER = {"2 convolutions": (2, 8), "12 convolutions": (12, 32)}
"""Plain networks by name: layers and channels. Their recipe is that of SMALL."""


@dataclass(frozen=True)
class Size:
    """A network and its input: architecture, edge in pixels, pictures in a batch."""

    architecture: str
    edge: int
    batch: int


CANDIDATES = (
    *(Size(name, edge, 4) for name in SMALLER for edge in (32, 64)),
    Size(SMALL, 32, 4),
    Size(LITE, 32, 4),
    Size(LITE, 64, 4),
    Size(LITE, 64, 8),
    Size(LITE, 64, 16),
    Size(LITE, 96, 8),
    Size(LITE, 96, 16),
    Size(LITE, 128, 12),
    Size(LITE, 128, 24),
)


def recipe_of(size: Size, workers: int = 0) -> Recipe:
    """Give a classification of digits by that network, from random numbers."""
    recipe = Recipe.empty(registry(), "classification")
    light = size.architecture == LITE
    backbone = LITE if light else "Another timm architecture"
    recipe.fill_empty_recursively({"backbone": backbone, "augmentation": "None"})
    if light:
        recipe["model.backbone.use_pretrained"] = False
    else:
        recipe["model.backbone.name"] = SMALL
        recipe["model.backbone.weights"] = "none"
    recipe["model.image_size"] = size.edge
    recipe["data.batch_size"] = size.batch
    recipe["data.num_workers"] = workers
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
    """Measure the bare step of each candidate: the median of a few, in seconds."""
    from kitchen_bench.loops import bare_step

    found = {}
    for size in CANDIDATES:
        step = bare_step(quiet_work(recipe_of(size), folder / "calibration"), size)
        images = torch.zeros(size.batch, 3, size.edge, size.edge, dtype=torch.uint8)
        labels = torch.zeros(size.batch, dtype=torch.int64)
        times = []
        for _ in range(7):
            began = time.perf_counter()
            step(images, labels)
            times.append(time.perf_counter() - began)
        found[size] = sorted(times)[3]
    return found
