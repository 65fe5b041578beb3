"""Collecting the results of a plan into one golden volume; can be done any number of times."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from haversack.base.errors import HaversackError
from haversack.pantry.pantry import Pantry
from haversack.recipe.registry import Registry
from haversack.services.bake.kept_plan import require_kept
from haversack.services.bake.plan import Plan, Quantization, Unit, units
from haversack.services.bake.stages import measured_file, read_result, trained_file
from haversack.services.class_counts import Counts, dataset_counts
from haversack.services.golden_rows import dataset_name, golden_row, measured_on
from haversack.volume.card import Card
from haversack.volume.relative import add_relative_task_metric
from haversack.volume.write import write_volume


def collect(
    plan: Plan, registry: Registry, folder: Path, target: Path, pantry: Pantry | None = None
) -> Card:
    """Write the rows that are measured so far as a volume and its card.

    Args:
        plan: What was baked.
        registry: The installed ingredients.
        folder: Where the units keep their results.
        target: The Parquet file.
        pantry: Where the data sets lie; their classes are counted for the card.

    Raises:
        AnotherPlanError: The folder holds the results of another plan.
        HaversackError: Nothing is measured yet, or a data set in the pantry is damaged.
    """
    import pandas as pd

    require_kept(plan, registry, folder)
    rows = list(_rows(plan, registry, folder))
    if not rows:
        raise HaversackError(f"nothing of {plan.name} is measured yet", "Bake the plan first.")
    frame = add_relative_task_metric(pd.DataFrame(rows))
    return write_volume(
        target,
        frame,
        {
            "name": plan.name,
            "task": plan.task,
            "measured": plan.card.measured,
            "by": "haversack volume bake",
            "on": measured_on(_results(plan, registry, folder)),
            "licence": plan.card.licence,
            "source": plan.card.source,
            "classes": _classes(plan, registry, pantry) if pantry is not None else {},
        },
    )


def _classes(plan: Plan, registry: Registry, pantry: Pantry) -> dict[str, Counts]:
    found: dict[str, Counts] = {}
    for unit in units(plan, registry):
        name = dataset_name(unit.recipe)
        if name is not None and name not in found:
            counts = dataset_counts(unit.recipe, pantry)
            found |= {name: counts} if counts else {}
    return found


def _rows(plan: Plan, registry: Registry, folder: Path) -> Iterator[dict[str, Any]]:
    number = 0
    for unit in units(plan, registry):
        place = folder / unit.key
        for quantization in plan.quantizations:
            number += 1
            measured = measured_file(place, quantization)
            if measured.exists():
                yield _row(number, unit, quantization, place)


def _results(plan: Plan, registry: Registry, folder: Path) -> Iterator[dict[str, Any]]:
    for unit in units(plan, registry):
        for quantization in plan.quantizations:
            measured = measured_file(folder / unit.key, quantization)
            if measured.exists():
                yield read_result(measured)


def _row(number: int, unit: Unit, quantization: Quantization, place: Path) -> dict[str, Any]:
    trained = read_result(trained_file(place))
    measured = read_result(measured_file(place, quantization))
    return golden_row(unit.recipe, quantization, trained["train"]["metrics"], measured) | {
        "id": number,
        "timestamp": trained["finished"],
        "run_id": unit.key,
    }
