"""Plans of golden volumes: what they expand to, what they refuse, what is collected."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from haversack.base.errors import FileFormatError, HaversackError
from haversack.base.resources import resource
from haversack.catalog.shipped import registry
from haversack.pantry.pantry import Pantry
from haversack.recipe.errors import InvalidValue
from haversack.services.bake.collect import collect
from haversack.services.bake.plan import Plan, read_plan, units
from haversack.services.bake.stages import measured_file, trained_file
from haversack.services.cook import golden_recipe
from haversack.services.golden_rows import dataset_name, golden_row
from haversack.services.readiness import readiness
from haversack.volume.volume import Volume
from haversack.volume.write import write_volume


def shipped(name: str) -> Plan:
    return read_plan(resource(f"plans/{name}.json"))


@pytest.mark.parametrize("name", ["xval_cls", "xval_det", "xval_seg"])
def test_a_shipped_plan_covers_backbones_sizes_and_precisions(name: str) -> None:
    plan = shipped(name)
    trained = list(units(plan, registry()))
    assert {unit.recipe["model.backbone"].meta.title for unit in trained} == {  # type: ignore[attr-defined] # an ingredient
        "EfficientNet-Lite0",
        "EfficientNet-Lite1",
        "EfficientNet-Lite2",
    }
    assert len({unit.recipe["model.image_size"] for unit in trained}) == 3
    assert set(plan.quantizations) == {"float32", "float16", "int8"}


def test_the_same_plan_gives_the_same_units() -> None:
    first, second = (
        [unit.key for unit in units(shipped("xval_det"), registry())] for _ in range(2)
    )
    assert first == second
    assert len(set(first)) == len(first)


@pytest.mark.parametrize(
    ("name", "sets"),
    [
        ("xval_cls", ("Digits", "Random subset of MNIST", "Random subset of Fashion-MNIST")),
        ("xval_det", ("Digit scenes", "Cut-out scenes", "Smoke")),
        (
            "xval_seg",
            (
                "Digit scenes (segmentation)",
                "Cut-out scenes (segmentation)",
                "Joined of Digit scenes (segmentation) and Cut-out scenes (segmentation)",
            ),
        ),
    ],
)
def test_a_shipped_plan_gives_60_rows_or_more_on_three_sets(
    name: str, sets: tuple[str, ...]
) -> None:
    plan = shipped(name)
    trained = list(units(plan, registry()))
    assert len(trained) * len(plan.quantizations) >= 60
    assert {dataset_name(unit.recipe) for unit in trained} == set(sets)
    assert len({unit.key for unit in trained}) == len(trained)


def test_settings_that_go_together_are_trained_with_every_combination(tmp_path: Path) -> None:
    cases = [
        {"data.data_generator": "Digit scenes", "data.batch_size": 4},
        {"data.data_generator": "Smoke", "data.batch_size": 8},
    ]
    grid = {"model.image_size": [64, 96]}
    plan = read_plan(changed(tmp_path, cases=cases, grid=grid, seeds=[0, 1]))
    trained = [unit.recipe for unit in units(plan, registry())]
    told = [(dataset_name(r), r["data.batch_size"], r["model.image_size"]) for r in trained]
    assert told == [
        (name, batch, size)
        for name, batch in (("Digit scenes", 4), ("Smoke", 8))
        for size in (64, 64, 96, 96)
    ]
    assert [recipe["trainer.seed"] for recipe in trained] == [0, 1] * 4
    assert all(recipe["data.augmentation"] is not None for recipe in trained)


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
    row = Volume.open(tmp_path / "xval_det.parquet").row(3)
    assert (row["quantization"], row["od_inf_rate_ms"], row["od_size_MB"]) == ("int8", 2.5, 10.0)
    assert (row["od_cpu_mem_MB"], row["relative_task_metric"]) == (None, 1.0)
    assert (row["height"], row["dataset"]) == (64, "Digit scenes")


def test_a_row_that_was_collected_is_cooked_to_what_was_baked(tmp_path: Path) -> None:
    pantry = Pantry.build(tmp_path / "pantry")
    for name in ("xval_cls", "xval_det", "xval_seg"):
        plan = shipped(name)
        last = list(units(plan, pantry.registry))[-1]
        recipe = last.recipe.copy()
        recipe["export.precision"] = "int8"
        measured = {"p50_ms": 2.5, "size": 10, "metrics": None, "parameters": 3, "macs": 1}
        measured |= dict.fromkeys(("peak_memory_bytes", "energy_mJ", "avg_cpu_freq_Hz"))
        row = {"id": 81, **golden_row(last.recipe, "int8", {"accuracy": 1.0}, measured)}
        written = write_volume(tmp_path / f"{name}.parquet", [row], {"task": plan.task})
        content = (tmp_path / f"{name}.parquet").read_bytes()
        pantry.volumes.put(name, content, written.as_dict())
        cooked = golden_recipe("81", pantry, name, allow_upgrade=False)
        assert cooked.id == recipe.id
        assert cooked.unpinned() == {}
        assert readiness(cooked, pantry).missing == cooked.assets()
