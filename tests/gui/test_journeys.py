"""Both journeys end to end: prepared here, worked with where there is no network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gui_desk import Desk
from gui_journeys import prepare_a_stick
from haversack.recipe.sppr import to_sppr
from haversack.recipe.tree import Recipe
from haversack.services.isolation import isolation
from haversack.services.shelves import open_or_build
from haversack.volume.write import write_volume
from long_form import LONG_FORM

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
_PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist")


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick" / "field-kit"


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.root
def test_what_the_preparer_packs_the_field_operator_trains_without_a_network(
    open_desk: Callable[..., Desk], tmp_path: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk()
    told = prepare_a_stick(desk, _pantry_with_a_volume(tmp_path), stick, monkeypatch)
    desk.close()
    if not isolation().possible:
        pytest.skip(f"no network namespace can be made here: {isolation().why_not}")
    _run_apart(stick, told)


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.root
@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed: no real window")
@pytest.mark.skipif(not LONG_FORM, reason="the same in a real window: when many cases are")
def test_both_journeys_go_the_same_way_in_a_real_window(tmp_path: Path) -> None:
    name = test_what_the_preparer_packs_the_field_operator_trains_without_a_network.__name__
    environment = _environment(QT_QPA_PLATFORM="xcb")
    command = [*_PYTEST, "-rs", f"--basetemp={tmp_path / 'inside'}", f"{Path(__file__)}::{name}"]
    done = subprocess.run(
        ["xvfb-run", "-a", "-s", "-screen 0 1400x900x24", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "1 passed" in done.stdout, done.stdout


def _pantry_with_a_volume(tmp_path: Path) -> Path:
    """A pantry with a golden volume, as setting one up leaves it, without asking a registry."""
    folder = tmp_path / "kitchen"
    pantry = open_or_build(folder)
    recipe = Recipe.empty(pantry.registry, "classification")
    recipe.fill_empty_recursively()
    recipe["backbone.use_pretrained"] = False
    recipe["model.image_size"] = 32
    recipe["train.num_epochs"] = 1
    recipe["data.batch_size"] = 256
    row = {
        "id": 1,
        "hardware": "a board",
        "od_inf_rate_ms": 2.0,
        "od_size_MB": 14.0,
        "if_task_metric": 0.9,
        "relative_task_metric": 1.0,
        "sppr": to_sppr(recipe),
    }
    card = write_volume(
        tmp_path / "small.parquet", [row], {"name": "small", "task": "classification"}
    )
    pantry.volumes.put("small", (tmp_path / "small.parquet").read_bytes(), card.as_dict())
    return folder


def _run_apart(stick: Path, told: str) -> None:
    """Run the field operator's half in a process of its own, without a network."""
    environment = _environment(
        JOURNEY_STICK=str(stick),
        JOURNEY_WORDS=told,
        HAVERSACK_HOME=str(stick.parents[1] / "another home"),
    )
    done = subprocess.run(
        [*isolation().prefix(), *_PYTEST, str(HERE / "field_journey.py")],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "1 passed" in done.stdout


def _environment(**more: str) -> dict[str, str]:
    """This process's environment, Qt's platform included, without what speaks of this test run.

    A half that has begun is finished, even where the time to begin tests ends in between.
    """
    ours = (
        "PYTEST_XDIST_WORKER",
        "PYTEST_CURRENT_TEST",
        "PYTEST_ADDOPTS",
        "HAVERSACK_TESTS_UNTIL",
    )
    return {**{name: v for name, v in os.environ.items() if name not in ours}, **more}
