"""Plans of golden volumes: what they expand to, what they refuse, what is collected."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from haversack.base.errors import FileFormatError, HaversackError
from haversack.base.resources import resource
from haversack.catalog.shipped import registry
from haversack.recipe.errors import InvalidValue
from haversack.services.bake.collect import collect
from haversack.services.bake.plan import Plan, read_plan, units
from haversack.services.bake.stages import measured_file, trained_file
from haversack.volume.volume import Volume


def shipped(name: str) -> Plan:
    return read_plan(resource(f"plans/{name}.json"))


@pytest.mark.parametrize("name", ["xval_det", "xval_cls"])
def test_a_shipped_plan_covers_backbones_sizes_and_precisions(name: str) -> None:
    plan = shipped(name)
    trained = list(units(plan, registry()))
    assert len(trained) * len(plan.quantizations) >= 24
    assert {unit.recipe["model.backbone"].meta.title for unit in trained} == {  # type: ignore[attr-defined] # an ingredient
        "EfficientNet-Lite0",
        "EfficientNet-Lite1",
        "EfficientNet-Lite2",
    }
    assert len({unit.recipe["model.image_size"] for unit in trained}) == 4
    assert set(plan.quantizations) == {"float32", "int8"}


def test_the_same_plan_gives_the_same_units() -> None:
    first, second = (
        [unit.key for unit in units(shipped("xval_det"), registry())] for _ in range(2)
    )
    assert first == second
    assert len(set(first)) == len(first)


def test_datasets_can_be_part_of_a_plan_and_bring_their_augmentation(tmp_path: Path) -> None:
    grid = {"data.data_generator": ["Digit scenes", "Smoke"], "model.image_size": [64, 96]}
    plan = read_plan(changed(tmp_path, grid=grid, options={"data.batch_size": 4}, seeds=[0, 1]))
    trained = list(units(plan, registry()))
    told = [(u.recipe["data.data_generator"].meta.title, u.seed) for u in trained]  # type: ignore[attr-defined] # an ingredient
    assert told == [("Digit scenes", 0), ("Digit scenes", 1)] * 2 + [("Smoke", 0), ("Smoke", 1)] * 2
    assert {unit.recipe["data.batch_size"] for unit in trained} == {4}
    assert all(unit.recipe["data.augmentation"] is not None for unit in trained)


def changed(tmp_path: Path, **fields: object) -> Path:
    plan = json.loads(resource("plans/xval_det.json").read_text())
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({**plan, **fields}))
    return path


@pytest.mark.parametrize(
    "fields",
    [
        {"format": "haversack-bake-plan/9"},
        {"task": "cooking"},
        {"quantizations": ["int3"]},
        {"name": "../elsewhere"},
        {"surprise": 1},
    ],
)
def test_a_plan_that_is_none_is_refused_with_the_field_named(
    tmp_path: Path, fields: dict[str, object]
) -> None:
    with pytest.raises(FileFormatError, match=next(iter(fields))):
        read_plan(changed(tmp_path, **fields))


def test_a_value_out_of_range_in_a_plan_is_refused(tmp_path: Path) -> None:
    plan = read_plan(changed(tmp_path, grid={"model.image_size": [100_000]}))
    with pytest.raises(InvalidValue, match="image_size"):
        list(units(plan, registry()))


def test_nothing_measured_is_nothing_collected(tmp_path: Path) -> None:
    with pytest.raises(HaversackError, match="nothing"):
        collect(shipped("xval_det"), registry(), tmp_path, tmp_path / "volume.parquet")
    assert not (tmp_path / "volume.parquet").exists()


def test_what_is_measured_so_far_is_collected_and_the_rest_left_out(tmp_path: Path) -> None:
    plan = shipped("xval_det")
    unit = next(iter(units(plan, registry())))
    folder = tmp_path / unit.key
    folder.mkdir()
    trained = {"train": {"metrics": {"map_50": 0.5}}, "finished": 1_700_000_000.0, "exports": {}}
    trained_file(folder).write_text(json.dumps(trained))
    measured = {
        "p50_ms": 2.5,
        "size": 10_000_000,
        "metrics": {"map_50": 0.48},
        "parameters": 3_000_000,
        "macs": 100_000_000,
        "peak_memory_bytes": None,
        "energy_mJ": None,
        "avg_cpu_freq_Hz": None,
    }
    measured_file(folder, "int8").write_text(json.dumps(measured))
    card = collect(plan, registry(), tmp_path, tmp_path / "xval_det.parquet")
    assert card.rows == 1
    row = Volume.open(tmp_path / "xval_det.parquet").row(2)
    assert (row["quantization"], row["od_inf_rate_ms"], row["od_size_MB"]) == ("int8", 2.5, 10.0)
    assert (row["od_cpu_mem_MB"], row["relative_task_metric"]) == (None, 1.0)
    assert (row["height"], row["dataset"]) == (64, "Digit scenes")
