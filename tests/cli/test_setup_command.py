from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.cli_calls import Call
from haversack.cli import which_pantry
from haversack.pantry.pantry import Pantry
from haversack.services.capture import capture
from haversack.services.isolation import isolation
from services.kits import light_recipe


@pytest.fixture
def no_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pip look into an empty folder alone, so that the weights are not found."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))


@pytest.mark.usefixtures("no_index")
def test_a_setup_that_fails_does_not_make_its_pantry_the_current_one(
    call: Call, tmp_path: Path
) -> None:
    told = call("setup", str(tmp_path / "kitchen"), "--json")
    assert told.code == 1 and told.json["reason"] == "not found"
    assert which_pantry.remembered() is None


@pytest.mark.usefixtures("no_index")
def test_a_setup_that_fetches_nothing_names_a_bundle_as_the_other_way(
    call: Call, tmp_path: Path
) -> None:
    pantry = tmp_path / "my kitchen"
    told = call("setup", str(pantry))
    assert told.code == 1 and "run it again" in told.err
    assert f"haversack open BUNDLE --pantry '{pantry}'" in told.err
    assert Pantry.open(pantry).volumes.list(), "what needs no network is there already"


@pytest.mark.usefixtures("no_index")
def test_rebuilding_mends_a_pantry_that_no_command_opens_and_drops_damaged_files(
    call: Call, pantry: Pantry
) -> None:
    recipe = light_recipe(pantry)
    pantry.recipes.save(recipe)
    [asset] = capture(recipe.assets(), pantry)
    file = pantry.store.path(asset.sha256)
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[::-1])
    (pantry.path / "pantry.json").write_text("{")
    told = call("recipe", "list", "--json")
    assert told.code == 1 and "setup" in told.json["hint"] and "--rebuild" in told.json["hint"]
    told = call("setup", str(pantry.path), "--rebuild", "--json")
    assert told.json["reason"] == "not found", "the weights come last, when all else is done"
    [record] = call("recipe", "list", "--json").json
    assert record["name"] == "light" and record["missing_assets"] == [asset.name]


def test_a_folder_that_cannot_be_made_is_named(call: Call, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = call("setup", str(tmp_path / "file" / "kitchen"), "--json")
    assert told.code == 1
    assert told.json["message"].startswith(f"making the folder {tmp_path / 'file' / 'kitchen'}")


@pytest.mark.skipif(not isolation().possible, reason="no network namespace can be made here")
def test_where_there_is_no_network_a_setup_says_so_and_does_not_wait_for_retries(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-m", "haversack", "setup", str(tmp_path / "kitchen"), "--json"]
    began = time.monotonic()
    done = subprocess.run([*isolation().prefix(), *command], capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["reason"] == "no network"
    assert time.monotonic() - began < 60
