"""``haversack gui``: the app is started with the pantry that every other command would take."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from cli.cli_calls import Call
from haversack.cli import gui, which_pantry
from haversack.pantry.pantry import Pantry


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put in the app's place a program that writes down how it was started."""
    file = tmp_path / "words.json"
    code = (
        "import json, pathlib, sys; pathlib.Path(sys.argv[1]).write_text(json.dumps(sys.argv[2:]))"
    )
    monkeypatch.setattr(gui, "app_command", lambda: [sys.executable, "-c", code, str(file)])
    return file


def test_the_variables_pantry_is_opened(call: Call, told: Path, pantry: Pantry) -> None:
    assert call("gui").code == 0
    assert json.loads(told.read_text()) == ["--pantry", str(pantry.path)]


def test_the_pantry_that_was_set_up_last_is_opened(call: Call, told: Path, tmp_path: Path) -> None:
    made = Pantry.build(tmp_path / "made")
    which_pantry.remember(made.path)
    assert call("gui").code == 0
    assert json.loads(told.read_text()) == ["--pantry", str(made.path)]


def test_a_named_pantry_and_a_bundle_go_first(
    call: Call, told: Path, pantry: Pantry, tmp_path: Path
) -> None:
    assert call("gui", "--pantry", str(tmp_path / "other"), "--bundle", "KIT").code == 0
    wanted = ["--pantry", str(tmp_path / "other"), "--bundle", str(Path.cwd() / "KIT")]
    assert json.loads(told.read_text()) == wanted


def test_without_any_pantry_the_app_is_left_to_ask(call: Call, told: Path) -> None:
    assert call("gui").code == 0
    assert json.loads(told.read_text()) == []
