"""The golden volumes that come with Haversack: every row of their plans, measured and described."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from haversack.base.digests import sha256_bytes
from haversack.base.resources import resource
from haversack.catalog.shipped import registry
from haversack.recipe.sppr import from_sppr
from haversack.services.bake.plan import Plan, read_plan, units
from haversack.services.class_counts import class_counts
from haversack.services.front import front
from haversack.services.volumes import shipped_volumes
from haversack.volume.columns import VENDOR_COLUMNS
from haversack.volume.relative import add_relative_task_metric
from haversack.volume.volume import Volume

NAMES = ("xval_cls", "xval_det", "xval_seg")
ALWAYS = ("if_task_metric", "od_task_metric", "od_inf_rate_ms", "od_size_MB", "if_inf_macs")
"""Columns that every machine can measure."""


def plan(name: str) -> Plan:
    return read_plan(resource(f"plans/{name}.json"))


def volume(name: str) -> Volume:
    path, card = shipped_volumes()[name]
    return Volume.open(path, card=card)


def rows(name: str) -> pd.DataFrame:
    return volume(name).frame()


def test_the_three_tasks_have_a_volume_each_and_no_other_is_shipped() -> None:
    assert tuple(sorted(shipped_volumes())) == NAMES
    assert {plan(name).task for name in NAMES} == {"classification", "detection", "segmentation"}


@pytest.mark.parametrize("name", NAMES)
def test_every_recipe_of_the_plan_was_measured_in_every_precision(name: str) -> None:
    baked = plan(name)
    wanted = [
        (unit.key, quantization)
        for unit in units(baked, registry())
        for quantization in baked.quantizations
    ]
    frame = rows(name)
    assert len(wanted) >= 60
    assert frame["dataset"].nunique() >= 3
    assert list(zip(frame["run_id"], frame["quantization"], strict=True)) == wanted
    assert frame["id"].tolist() == list(range(1, len(wanted) + 1))


@pytest.mark.parametrize("name", NAMES)
def test_a_row_holds_the_recipe_that_was_baked(name: str) -> None:
    recipes = {unit.key: unit.recipe for unit in units(plan(name), registry())}
    for row in rows(name).to_dict(orient="records"):
        baked = recipes[row["run_id"]].copy()
        baked["export.precision"] = row["quantization"]
        assert from_sppr(row["sppr"], registry()).id == baked.id


@pytest.mark.parametrize("name", NAMES)
def test_what_was_measured_is_finite_and_above_nothing_and_what_was_not_is_null(name: str) -> None:
    frame = rows(name)
    assert set(VENDOR_COLUMNS) <= set(frame.columns)
    for column in ALWAYS:
        values = frame[column].to_numpy(float)
        assert np.isfinite(values).all(), column
        assert (values >= 0 if column.endswith("task_metric") else values > 0).all(), column
    assert frame[["if_task_metric", "od_task_metric"]].to_numpy(float).max() <= 1
    assert frame["od_gpu_mem_MB"].isna().all()  # no GPU took part


@pytest.mark.parametrize("name", NAMES)
def test_the_relative_metric_is_that_of_the_rows(name: str) -> None:
    frame = rows(name)
    again = add_relative_task_metric(frame.drop(columns="relative_task_metric"))
    told, wanted = (f["relative_task_metric"].to_numpy(float) for f in (frame, again))
    np.testing.assert_allclose(told, wanted, rtol=1e-12)
    assert ((told > 0) & (told <= 1)).all()


@pytest.mark.parametrize("name", NAMES)
def test_all_rows_of_a_volume_come_from_one_machine_and_the_card_names_it(name: str) -> None:
    (hardware,) = rows(name)["hardware"].unique()
    card = shipped_volumes()[name][1]
    assert card.on.startswith(hardware)
    assert "ONNX Runtime" in card.on


@pytest.mark.parametrize("name", NAMES)
def test_the_card_says_what_was_measured_and_on_which_pictures(name: str) -> None:
    path, card = shipped_volumes()[name]
    baked = plan(name)
    assert (card.name, card.task, card.rows) == (name, baked.task, len(rows(name)))
    assert (card.measured, card.licence, card.source) == (
        baked.card.measured,
        baked.card.licence,
        baked.card.source,
    )
    assert ("composed" in card.measured) == (baked.task != "classification")
    assert "real" in card.measured
    assert card.sha256 == sha256_bytes(path.read_bytes())


@pytest.mark.parametrize("name", NAMES)
def test_the_card_counts_the_classes_of_every_data_set_so_that_no_set_is_needed(name: str) -> None:
    counted = class_counts(volume(name))
    assert set(counted) == set(rows(name)["dataset"])
    for dataset, classes in counted.items():
        assert classes, dataset
        assert min(classes.values()) > 0, dataset


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_volume_has_a_front_with_a_choice_on_it(name: str) -> None:
    path, card = shipped_volumes()[name]
    found = front(path)
    assert (found.asked, len(found.answer.ids) > 1) == (card.rows, True)


@pytest.mark.parametrize("name", NAMES)
def test_on_every_data_set_some_row_learned_what_chance_does_not_give(name: str) -> None:
    best = rows(name).groupby("dataset")["if_task_metric"].max()
    assert (best > 0.3).all(), best.to_dict()


@pytest.mark.parametrize("name", NAMES)
def test_the_device_answers_in_float32_as_the_network_did_in_training(name: str) -> None:
    frame = rows(name).query("quantization == 'float32'")
    apart = (frame["if_task_metric"] - frame["od_task_metric"]).abs()
    assert apart.max() < 0.02
