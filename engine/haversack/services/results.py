"""What was measured on this machine, as rows like those of a golden volume, and kept as one."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from haversack.base.errors import HaversackError, UsageError
from haversack.pantry.pantry import Pantry
from haversack.recipe.sppr import from_sppr, to_sppr
from haversack.runs.spec import RunKind
from haversack.runs.store import RunRecord
from haversack.services.golden_rows import (
    AND,
    TASK_METRIC,
    as_exported,
    dataset_name,
    measured_hardware,
    scaled,
    title_of,
    total_memory,
)
from haversack.services.licences import NOT_STATED, OWN_MEASUREMENTS
from haversack.services.versions import environment_lock
from haversack.services.work import run_store
from haversack.volume.card import Card
from haversack.volume.relative import add_relative_task_metric
from haversack.volume.write import write_volume


def measured_rows(pantry: Pantry) -> list[dict[str, Any]]:
    """Give a row for each measurement of a trained recipe that finished here, oldest first.

    The columns are those of a golden volume; what was not measured is None. A run that cannot be
    read is passed over.
    """
    rows: list[dict[str, Any]] = []
    for record in run_store(pantry).list():
        row = measured_row(record, pantry)
        if row is not None:
            rows.append({"id": len(rows) + 1, **row})
    return rows


def measured_row(record: RunRecord, pantry: Pantry) -> dict[str, Any] | None:
    """Give what one run measured; None where it is no finished measurement."""
    result, spec = record.state.result, record.spec
    if spec is None or spec.kind is not RunKind.MEASURE or record.state.status != "finished":
        return None
    try:
        recipe = from_sppr(spec.sppr, pantry.registry)
    except HaversackError:
        return None
    found: Mapping[str, Any] = result or {}
    metrics, quantization = found.get("metrics") or {}, found.get("precision")
    if quantization is not None:
        recipe = as_exported(recipe, quantization, found)
    return {
        "timestamp": record.state.updated_at,
        "run_id": record.run_id,
        "hardware": measured_hardware(found),
        "quantization": quantization,
        "height": recipe["model.image_size"],
        "width": recipe["model.image_size"],
        "model_family": title_of(recipe, "model"),
        "backbone": title_of(recipe, "model.backbone"),
        "optimizer": title_of(recipe, "trainer.optimizer"),
        "scheduler": title_of(recipe, "trainer.scheduler"),
        "if_inf_size": scaled(found.get("parameters"), 4 / 1e6),
        "if_inf_macs": found.get("macs"),
        "od_task_metric": metrics.get(TASK_METRIC.get(recipe.task, "")),
        "od_inf_rate_ms": found.get("p50_ms"),
        "od_inf_energy_mJ": found.get("energy_mJ"),
        "od_size_MB": scaled(found.get("size"), 1e-6),
        "od_gpu_mem_MB": scaled(found.get("gpu_memory_bytes"), 1e-6),
        "od_cpu_mem_MB": scaled(found.get("peak_memory_bytes"), 1e-6),
        "od_total_mem_MB": scaled(total_memory(found), 1e-6),
        "sppr": to_sppr(recipe),
        "dataset": dataset_name(recipe),
        "task": recipe.task,
    }


def keep_results(pantry: Pantry, task: str, name: str = "") -> Card:
    """Put what was measured here for a task on the shelf of golden volumes, as one volume.

    Args:
        pantry: Whose runs are read, and where the volume goes.
        task: ``"detection"`` and so on.
        name: The volume's name; by default ``my_results_`` and the task.

    Raises:
        UsageError: Nothing was measured for that task.
    """
    import pandas as pd

    rows = [row for row in measured_rows(pantry) if row.pop("task") == task]
    if not rows:
        raise UsageError(
            f"nothing was measured for {task} in this pantry", "Measure a trained recipe first."
        )
    system = environment_lock()["system"]
    frame = add_relative_task_metric(pd.DataFrame(rows))
    fields = {
        "name": name or f"my_results_{task}",
        "task": task,
        "measured": "recipes trained and measured in this pantry",
        "by": "haversack measure",
        "on": f"{AND.join(dict.fromkeys(row['hardware'] for row in rows))}; {system}",
        "licence": NOT_STATED,
        "source": OWN_MEASUREMENTS,
    }
    with tempfile.TemporaryDirectory(prefix="haversack-results-") as scratch:
        file = Path(scratch) / "volume.parquet"
        card = write_volume(file, frame, fields)
        pantry.volumes.put(card.name, file.read_bytes(), card.as_dict())
    return card
