"""A bake plan: an immutable grid of recipes, seeds and quantizations."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from haversack.base.canonical_json import load_strict
from haversack.base.errors import FileFormatError
from haversack.base.files import read_bytes
from haversack.recipe.registry import Registry
from haversack.recipe.tree import Recipe

MAX_PLAN_BYTES = 1 << 20
Quantization = Literal["float32", "float16", "int8"]


class CardText(BaseModel):
    """The words of a volume's card that only a person can say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    measured: str
    licence: str
    source: str


class Plan(BaseModel):
    """What is baked.

    Attributes:
        format: Layout of the plan.
        name: Name of the volume.
        task: Task of all its recipes.
        answers: How empty slots are filled, as in ``fill_empty_recursively``.
        options: Options that all recipes share, by path.
        cases: Settings by slot or option path that go together, such as a dataset and its size.
        grid: Values by slot or option path; every combination is trained, in each of the cases.
        quantizations: What each trained model is exported and measured as.
        seeds: Seeds of the training; every combination is trained with each.
        card: Words for the volume's card.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["haversack-bake-plan/1"]
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    task: Literal["classification", "detection", "segmentation"]
    answers: dict[str, str] = {}
    options: dict[str, int | float | str | bool] = {}
    cases: tuple[dict[str, int | float | str | bool], ...] = Field(({},), min_length=1)
    grid: dict[str, tuple[int | float | str, ...]]
    quantizations: tuple[Quantization, ...] = ("float32", "int8")
    seeds: tuple[int, ...] = (0,)
    card: CardText


@dataclass(frozen=True, slots=True)
class Unit:
    """One training of a plan; its model is exported and measured once for each quantization.

    Attributes:
        number: Place in the plan, from 0.
        recipe: What is trained.
        seed: Seed of the training; also an option of the recipe.
    """

    number: int
    recipe: Recipe
    seed: int

    @property
    def key(self) -> str:
        """Name of the unit's folder; the same plan always gives the same."""
        return f"{self.number:03d}-{self.recipe.id[:12]}"


def read_plan(path: Path) -> Plan:
    """Read a plan file.

    Raises:
        FileFormatError: It is not a plan; the first thing wrong is named.
    """
    data = load_strict(read_bytes(path, MAX_PLAN_BYTES), path.name, MAX_PLAN_BYTES)
    try:
        return Plan.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise FileFormatError(f"{path.name}: {where}: {first['msg']}", "Mend the plan.") from error


def units(plan: Plan, registry: Registry) -> Iterator[Unit]:
    """Yield the units of a plan, always in the same order.

    Raises:
        RecipeError: The plan names ingredients or values that are not allowed.
    """
    number = 0
    for case, values in itertools.product(plan.cases, itertools.product(*plan.grid.values())):
        for seed in plan.seeds:
            recipe = Recipe.empty(registry, plan.task)
            recipe.fill_empty_recursively(plan.answers)
            for path, value in (*case.items(), *zip(plan.grid, values, strict=True)):
                recipe[path] = value
            recipe.fill_empty_recursively({})  # another dataset takes its augmentation along
            for path, value in plan.options.items():
                recipe[path] = value
            recipe["trainer.seed"] = seed
            recipe.require_complete()
            yield Unit(number, recipe, seed)
            number += 1
