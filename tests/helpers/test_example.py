"""The vendor's example, whole and unchanged, as a person would run it: a script of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from haversack.pantry.pantry import Pantry
from haversack.services.isolation import isolation

ROOT = Path(__file__).parents[2]
EXAMPLE = """\
import haversack as lrd
pantry = lrd.Pantry.build('my_pantry')
recipe = lrd.create.empty_detection_recipe(pantry=pantry)
recipe.fill_empty_recursively({'data_generator': 'Smoke (data/sets/url/detection/smoke-pascal-like)'})
lrd.helpers.offline.single_recipe(recipe)
"""  # noqa: E501 - as the vendor wrote it


def test_the_readme_shows_the_example_as_it_is_run() -> None:
    assert f"```python\n{EXAMPLE}```" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.registry
def test_the_example_runs_whole_and_leaves_a_recipe_that_needs_no_network(tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text(EXAMPLE)
    done = subprocess.run(
        [sys.executable, "example.py"], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    pantry = Pantry.open(tmp_path / "my_pantry")
    [record] = pantry.recipes.list()
    assert record.state == "ready"
    report = pantry.attestations.get(record.id)
    assert report is not None
    verdict = "proved" if isolation().possible else "not proved"
    assert report["rehearsal"]["verdict"] == verdict
