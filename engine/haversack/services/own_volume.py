"""The pantry's own golden volume: one row for each measurement made here, the newest of each."""

from __future__ import annotations

import time
from typing import Any

from haversack.pantry.pantry import Pantry
from haversack.runs.reducer import RunState
from haversack.runs.spec import RunSpec
from haversack.services.errors import NotMeasured
from haversack.services.golden_rows import AND, golden_row, measured_on
from haversack.services.licences import OWN_MEASUREMENTS, OWN_VOLUMES
from haversack.services.volumes import load_volume
from haversack.services.work import recipe_of
from haversack.volume.card import Card
from haversack.volume.relative import add_relative_task_metric
from haversack.volume.write import volume_bytes

SAME = ("run_id", "hardware", "quantization", "calib_method")


def add_measurement(pantry: Pantry, spec: RunSpec, state: RunState) -> tuple[Card, int]:
    """Add what a measuring run found to the pantry's own volume of its task.

    A measurement of the same training, hardware, quantization and calibration takes the place
    of the earlier one.

    Args:
        pantry: Whose volume it is.
        spec: The measuring run.
        state: How it ended.

    Returns:
        The volume's card and the id of the row.

    Raises:
        NotMeasured: The run has no result, or its accuracy was not measured.
        PantryError: The volume on the shelf is damaged.
    """
    import pandas as pd

    measured = state.result
    if measured is None or measured.get("p50_ms") is None:
        raise NotMeasured(f"run {spec.run_id} measured nothing", "Measure a trained run first.")
    recipe = recipe_of(spec, pantry)
    name, quantization = OWN_VOLUMES[recipe.task], str(measured["precision"])
    framework: Any = measured.get("framework_metrics")
    row = golden_row(recipe, quantization, framework, measured) | {
        "timestamp": state.updated_at or time.time(),
        "run_id": str(spec.options.get("of_run") or spec.run_id),
    }
    rows = _rows(pantry, name)
    again = [old for old in rows if all(_same(old.get(key), row[key]) for key in SAME)]
    number = again[0]["id"] if again else 1 + max((old["id"] for old in rows), default=0)
    rows = [old for old in rows if old["id"] != number]
    others = [str(old["hardware"]) for old in rows if old["hardware"] != row["hardware"]]
    rows.append({**row, "id": number})
    frame = add_relative_task_metric(pd.DataFrame(rows))
    content = volume_bytes(frame)
    card = Card(
        name=name,
        task=recipe.task,
        measured="every recipe that was measured in this pantry, the newest of each",
        by="haversack measure",
        on=AND.join(dict.fromkeys([measured_on([measured]), *others])),
        source=OWN_MEASUREMENTS,
        rows=len(rows),
    )
    pantry.volumes.put(name, content, card.as_dict())
    return card, int(number)


def _rows(pantry: Pantry, name: str) -> list[dict[str, Any]]:
    if name not in pantry.volumes.list():
        return []
    frame = load_volume(name, pantry).frame()
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]


def _same(first: object, second: object) -> bool:
    return first == second or (first is None and second is None)
