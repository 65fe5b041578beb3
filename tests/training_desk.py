"""Small recipes on real digits, and work in this process: torch is imported once for all."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sklearn

from haversack.base.resources import resource
from haversack.catalog.shipped import registry
from haversack.recipe.fill import Answers
from haversack.recipe.sppr import to_sppr
from haversack.recipe.tree import Recipe
from haversack.runs.events import Event, Measured
from haversack.runs.spec import AssetFile, RunKind, RunSpec
from haversack.training import lean_imports, torchvision_guard
from haversack.training.work import Work

torchvision_guard.install()
lean_imports.install()

DIGITS = Path(sklearn.__file__).parent / "datasets/data/digits.csv.gz"
FILES = {"datasets/digits": DIGITS, "datasets/smoke-voc": resource("data/smoke-voc.tar")}


def small_recipe(task: str, answers: Answers | None = None, **options: object) -> Recipe:
    """Give a filled recipe that starts at random weights and is quick to train."""
    recipe = Recipe.empty(registry(), task)
    recipe.fill_empty_recursively(answers or {})
    if hasattr(getattr(recipe["model"], "backbone", None), "use_pretrained"):
        recipe["model.backbone.use_pretrained"] = False
    for path, value in options.items():
        recipe[path.replace("__", ".")] = value
    return recipe


def tiny_classifier(answers: Answers | None = None, **options: object) -> Recipe:
    """Give a recipe of the smallest network that there is: for what the loop does around it."""
    tiny: dict[str, object] = {
        "model__image_size": 32,
        "backbone__name": "test_resnet",
        "backbone__weights": "none",
        "data__num_workers": 0,
    }
    chosen: Answers = {"backbone": "Another timm architecture", **(answers or {})}
    return small_recipe("classification", chosen, **{**tiny, **options})


def spec_of(recipe: Recipe, kind: str, run_dir: Path, **fields: Any) -> RunSpec:
    """Give a spec with the local files of the recipe's assets."""
    assets = tuple(
        AssetFile(name=a.name, path=FILES[a.name], sha256=a.sha256)
        for a in recipe.assets()
        if a.name in FILES
    )
    return RunSpec(
        kind=RunKind(kind),
        run_id=run_dir.name,
        run_dir=run_dir,
        sppr=to_sppr(recipe),
        assets=fields.pop("assets", assets),
        **fields,
    )


def call(module: str, name: str, *given: object) -> None:
    """Call a function by its module and name: for a new process, where this one is loaded first."""
    getattr(importlib.import_module(module), name)(*given)


@dataclass
class Desk:
    """Runs jobs in this process and keeps what they told."""

    folder: Path
    events: list[Event] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    on_event: Callable[[Event], None] = lambda _: None

    def work(self, recipe: Recipe, kind: str, name: str, **fields: Any) -> Work:
        """Make work with a run folder of that name."""
        spec = spec_of(recipe, kind, self.folder / name, **fields)
        return Work(spec, recipe, self._take, self.stop.is_set)

    def curve(self, name: str) -> dict[tuple[int | None, int], float]:
        """Give a measured value by epoch and step."""
        measured = [e for e in self.events if isinstance(e, Measured) and name in e.values]
        return {(event.epoch, event.step): event.values[name] for event in measured}

    def _take(self, event: Event) -> None:
        self.events.append(event)
        self.on_event(event)
