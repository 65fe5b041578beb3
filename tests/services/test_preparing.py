"""Preparing a recipe for real: a worker trains, a namespace proves."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from haversack.base.errors import EXIT_FAILED, EXIT_RECIPE, UsageError
from haversack.offline import GRDB_recipe
from haversack.pantry.assets import Fetched
from haversack.pantry.pantry import Pantry
from haversack.recipe.errors import IncompleteRecipe
from haversack.recipe.sppr import to_sppr
from haversack.recipe.tree import Recipe
from haversack.services import cook
from haversack.services.isolation import Isolation, isolation
from haversack.services.prepare import dry_copy, single_recipe
from haversack.services.readiness import readiness
from haversack.services.rehearse import judge
from haversack.services.report import PreparationReport
from haversack.services.trace import tracer
from services.kits import light_recipe, put_volume
from training_desk import DIGITS, tiny_classifier

needs_namespace = pytest.mark.skipif(
    not isolation().possible, reason=f"no network namespace here: {isolation().why_not}"
)


def test_the_dry_copy_runs_one_batch_of_one_pretrained_and_leaves_the_recipe(
    tmp_path: Path,
) -> None:
    recipe = light_recipe(Pantry.build(tmp_path))
    before = recipe.id
    copy = dry_copy(recipe)
    assert copy["trainer.fast_dev_run"] is True
    assert copy["data.batch_size"] == 1
    assert copy["backbone.use_pretrained"] is True
    assert recipe.id == before


def test_an_incomplete_recipe_is_refused_with_its_empty_slots(tmp_path: Path) -> None:
    pantry = Pantry.build(tmp_path)
    with pytest.raises(IncompleteRecipe) as caught:
        single_recipe(Recipe.empty(pantry.registry, "detection", pantry.path))
    assert "model" in caught.value.missing
    assert caught.value.exit_code == EXIT_RECIPE


def test_an_unknown_task_lists_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        single_recipe(light_recipe(Pantry.build(tmp_path)), task="bake")
    assert "export" in caught.value.hint


@pytest.mark.parametrize(
    ("failure", "possible", "calls", "devices", "verdict"),
    [
        ("", True, (), ("lo",), "proved"),
        ("", False, (), (), "not proved"),
        ("", True, (), ("eth0", "lo"), "not proved"),
        ("", True, ("192.0.2.1",), ("lo",), "failed"),
        ("train: it broke", True, (), ("lo",), "failed"),
        ("train: it broke", False, (), (), "failed"),
    ],
)
def test_only_a_whole_run_in_a_namespace_that_called_nobody_is_proved(
    failure: str,
    possible: bool,
    calls: tuple[str, ...],
    devices: tuple[str, ...],
    verdict: str,
) -> None:
    apart = Isolation(("unshare",)) if possible else Isolation((), "not allowed here")
    found, why = judge(failure, apart, calls, devices)
    assert found == verdict
    assert (why == "") == (verdict == "proved")


@needs_namespace
def test_preparing_without_a_network_is_one_clear_line_and_leaves_nothing(tmp_path: Path) -> None:
    pantry = Pantry.build(tmp_path / "pantry")
    recipe = light_recipe(pantry, "needs weights")
    recipe["backbone.use_pretrained"] = True
    pantry.recipes.save(recipe)
    command = [sys.executable, "-m", "haversack", "prepare", "needs weights", "--json"]
    done = subprocess.run(
        [*isolation().prefix(), *command, "--pantry", str(pantry.path)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == EXIT_FAILED
    assert "Traceback" not in done.stderr
    said = json.loads(done.stdout)
    assert "network" in json.dumps(said)
    assert not any("lite0" in record.asset.name for record in pantry.assets.list())


@pytest.mark.torch
@pytest.mark.slow
def test_a_recipe_is_prepared_for_what_needs_a_trained_network_too(tmp_path: Path) -> None:
    pantry, recipe = Pantry.build(tmp_path / "pantry"), tiny_classifier()
    (asset,) = recipe.assets()
    file = tmp_path / "digits"
    file.write_bytes(DIGITS.read_bytes())
    pantry.assets.put(asset, Fetched(fetched_from="a test", raw_sha256=asset.sha256), file=file)
    report = single_recipe(recipe, pantry, "evaluate", rehearsal=False)
    assert report.dry_run.passed
    assert report.dry_run.name == "dry run of evaluate"


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.registry
def test_a_golden_recipe_whose_files_are_missing_ends_in_single_recipe_which_proves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pantry = Pantry.build(tmp_path / "pantry")
    recipe = Recipe.empty(pantry.registry, "classification", pantry.path)
    recipe.fill_empty_recursively({"data_generator": "Digits"})
    put_volume(pantry, tmp_path, [to_sppr(recipe)], "xval_cls", "classification")
    assert readiness(recipe, pantry).missing
    reports: list[PreparationReport] = []

    def prepare(*given: Any, **options: Any) -> PreparationReport:
        reports.append(single_recipe(*given, **options))
        return reports[-1]

    monkeypatch.setattr(cook, "single_recipe", prepare)
    cooked = GRDB_recipe(1, pantry, grdb_task="classification")
    [report] = reports
    assert cooked.id == recipe.id
    assert readiness(cooked, pantry).state == "ready"
    assert {asset.name for asset in report.captured} == {
        "weights/tf_efficientnet_lite0",
        "datasets/digits",
    }
    assert report.dry_run.passed
    assert report.rehearsal is not None
    verdict = "proved" if isolation().possible else "not proved"
    assert report.rehearsal.verdict == verdict, report.rehearsal.why
    assert [step.name for step in report.rehearsal.steps] == [
        "train",
        "resume",
        "evaluate",
        "export",
        "predict",
    ]
    if isolation().possible:
        assert report.rehearsal.network_devices == ("lo",)
    if tracer():
        assert report.rehearsal.network_calls == 0
        assert report.opened_outside == ()
    assert pantry.attestations.get(cooked.id) is not None
