from __future__ import annotations

from pathlib import Path

import pytest

from cli.cli_calls import Call, Told
from haversack.cli import app
from haversack.pantry.pantry import Pantry
from haversack.services.capture import capture


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give every test a home and a place of its own."""
    folder = tmp_path / "home"
    monkeypatch.setenv("HAVERSACK_HOME", str(folder))
    monkeypatch.delenv("HAVERSACK_PANTRY", raising=False)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    return folder


@pytest.fixture
def pantry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pantry:
    """Give an empty pantry that every command finds."""
    built = Pantry.build(tmp_path / "pantry")
    monkeypatch.setenv("HAVERSACK_PANTRY", str(built.path))
    return built


@pytest.fixture
def secret(tmp_path: Path) -> str:
    """Write a passphrase; give its file."""
    file = tmp_path / "pass.txt"
    file.write_text("correct horse battery staple\n")
    return str(file)


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    def run(*words: str) -> Told:
        capsys.readouterr()
        code = app.run(words)
        told = capsys.readouterr()
        return Told(code, told.out, told.err)

    return run


@pytest.fixture
def tiny(call: Call, pantry: Pantry) -> str:
    """Make the smallest recipe that trains for real and needs no network."""
    made = call(
        "recipe", "new", "--task", "classification", "--name", "tiny",
        "backbone.use_pretrained=false", "model.image_size=32", "data.batch_size=8",
        "train.num_epochs=1", "--json",
    )  # fmt: skip
    assert made.code == 0, made.err
    capture(pantry.recipes.load("tiny").assets(), pantry)
    return "tiny"
