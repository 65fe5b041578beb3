"""What was measured here becomes rows, and a golden volume of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from haversack.base.errors import UsageError
from haversack.base.files import write_text
from haversack.pantry.pantry import Pantry
from haversack.recipe.sppr import from_sppr, to_sppr
from haversack.recipe.tree import Recipe
from haversack.runs.events import Finished, Started, encode_event
from haversack.runs.log import LOG_NAME
from haversack.runs.spec import RunKind, RunSpec
from haversack.services.results import keep_results, measured_rows
from haversack.services.volumes import load_volume
from haversack.services.work import run_store

RESULT = {
    "p50_ms": 2.5,
    "size": 4_000_000,
    "peak_memory_bytes": 50_000_000,
    "energy_mJ": None,
    "parameters": 1_000_000,
    "macs": 9_000_000,
    "metrics": {"accuracy": 0.9, "f1": 0.8},
}


@pytest.fixture
def pantry(tmp_path: Path) -> Pantry:
    return Pantry.build(tmp_path / "pantry")


def finish(
    pantry: Pantry, run_id: str, kind: RunKind, data: str = "Digits", **changes: object
) -> None:
    """Leave a run behind as a worker would."""
    recipe = Recipe.empty(pantry.registry, "classification")
    recipe.fill_empty_recursively({"data_generator": data})
    folder = pantry.runs_folder / run_id
    spec = RunSpec(kind=kind, run_id=run_id, run_dir=folder, sppr=to_sppr(recipe))
    run_store(pantry).create(spec)
    events = (Started(kind=kind.value), Finished(result={**RESULT, **changes}))
    write_text(folder / LOG_NAME, b"".join(encode_event(event) for event in events).decode())


def test_finished_measurements_become_rows_in_the_columns_of_a_volume(pantry: Pantry) -> None:
    finish(pantry, "20260101-000000-train-0001", RunKind.TRAIN)
    finish(pantry, "20260101-000001-measure-0002", RunKind.MEASURE)
    (row,) = measured_rows(pantry)
    assert (row["od_inf_rate_ms"], row["od_size_MB"], row["od_task_metric"]) == (2.5, 4.0, 0.9)
    assert row["task"] == "classification" and row["backbone"] and row["hardware"]
    assert row["od_inf_energy_mJ"] is None


def test_the_recipe_of_a_row_exports_what_was_measured(pantry: Pantry) -> None:
    told = {"precision": "int8", "calibration": "entropy"}
    finish(pantry, "20260101-000001-measure-0002", RunKind.MEASURE, **told)
    (row,) = measured_rows(pantry)
    recipe = from_sppr(row["sppr"], pantry.registry)
    assert (recipe["export.precision"], recipe["export.calibration"]) == ("int8", "entropy")


def test_a_set_made_of_others_is_named_as_in_golden_volumes(pantry: Pantry) -> None:
    finish(pantry, "20260101-000001-measure-0002", RunKind.MEASURE, data="Random subset")
    (row,) = measured_rows(pantry)
    assert row["dataset"] == "Random subset of Digits"


def test_results_are_kept_as_a_volume_that_can_be_asked(pantry: Pantry) -> None:
    for number, accuracy in enumerate((0.9, 0.45), start=1):
        run_id = f"20260101-00000{number}-measure-000{number}"
        finish(pantry, run_id, RunKind.MEASURE, metrics={"accuracy": accuracy})
    card = keep_results(pantry, "classification")
    assert (card.name, card.rows) == ("my_results_classification", 2)
    frame = load_volume(card.name, pantry).frame()
    assert frame["relative_task_metric"].tolist() == [1.0, 0.5]
    assert keep_results(pantry, "classification").rows == 2, "kept again, it is replaced"


def test_without_a_measurement_it_says_what_to_do(pantry: Pantry) -> None:
    with pytest.raises(UsageError, match="nothing was measured") as caught:
        keep_results(pantry, "detection")
    assert caught.value.hint
