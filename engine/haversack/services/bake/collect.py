"""Collecting the results of a plan into one golden volume; can be done any number of times."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from haversack.base.errors import HaversackError
from haversack.recipe.registry import Registry
from haversack.recipe.sppr import to_sppr
from haversack.recipe.tree import Recipe
from haversack.services.bake.plan import Plan, Quantization, Unit, units
from haversack.services.bake.stages import measured_file, read_result, trained_file
from haversack.services.doctor import processor_name
from haversack.services.versions import environment_lock
from haversack.volume.card import Card
from haversack.volume.relative import add_relative_task_metric
from haversack.volume.write import write_volume

TASK_METRIC = {"classification": "accuracy", "detection": "map_50", "segmentation": "miou"}


def collect(plan: Plan, registry: Registry, folder: Path, target: Path) -> Card:
    """Write the rows that are measured so far as a volume and its card.

    Args:
        plan: What was baked.
        registry: The installed ingredients.
        folder: Where the units keep their results.
        target: The Parquet file.

    Raises:
        HaversackError: Nothing is measured yet.
    """
    import pandas as pd

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
            "on": _machine(),
            "licence": plan.card.licence,
            "source": plan.card.source,
        },
    )


def _rows(plan: Plan, registry: Registry, folder: Path) -> Iterator[dict[str, Any]]:
    number = 0
    for unit in units(plan, registry):
        place = folder / unit.key
        for quantization in plan.quantizations:
            number += 1
            measured = measured_file(place, quantization)
            if measured.exists():
                yield _row(number, unit, quantization, place, plan.task)


def _row(
    number: int, unit: Unit, quantization: Quantization, place: Path, task: str
) -> dict[str, Any]:
    trained = read_result(trained_file(place))
    measured = read_result(measured_file(place, quantization))
    metric = TASK_METRIC[task]
    recipe = unit.recipe.copy()
    recipe["export.precision"] = quantization
    size = recipe["model.image_size"]
    return {
        "id": number,
        "timestamp": trained["finished"],
        "run_id": unit.key,
        "hardware": _hardware(),
        "quantization": quantization,
        "calib_method": "minmax" if quantization == "int8" else None,
        "per_channel": True if quantization == "int8" else None,
        "height": size,
        "width": size,
        "model_family": _title(recipe, "model"),
        "backbone": _title(recipe, "model.backbone"),
        "optimizer": _title(recipe, "trainer.optimizer"),
        "scheduler": _title(recipe, "trainer.scheduler"),
        "if_task_metric": trained["train"]["metrics"].get(metric),
        "if_inf_size": _scaled(measured["parameters"], 4 / 1e6),
        "if_inf_macs": measured["macs"],
        "od_task_metric": (measured["metrics"] or {}).get(metric),
        "od_inf_rate_ms": measured["p50_ms"],
        "od_inf_energy_mJ": measured["energy_mJ"],
        "od_size_MB": measured["size"] / 1e6,
        "od_cpu_mem_MB": _scaled(measured["peak_memory_bytes"], 1e-6),
        "od_total_mem_MB": _scaled(measured["peak_memory_bytes"], 1e-6),
        "od_avg_cpu_freq_Hz": measured["avg_cpu_freq_Hz"],
        "sppr": to_sppr(recipe),
        "dataset": _title(recipe, "data.data_generator"),
    }


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _title(recipe: Recipe, path: str) -> str | None:
    for where, node in recipe.walk():
        if where == path:
            return node.meta.title
    return None


def _hardware() -> str:
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{processor_name()}, {threads} threads"


def _machine() -> str:
    lock = environment_lock()
    return f"{_hardware()}; ONNX Runtime {lock.get('onnxruntime', '?')}, {lock['system']}"
