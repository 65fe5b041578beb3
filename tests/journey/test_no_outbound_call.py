"""Fault 80: from opening a bundle to an exported model, nobody is called but this machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from haversack.pantry.pantry import Pantry
from haversack.recipe.sppr import to_sppr
from haversack.recipe.tree import Recipe
from haversack.services.capture import capture
from haversack.services.trace import tracer
from long_form import LONG_FORM
from services.kits import keyring, light_recipe, packed, put_volume, stocked_pantry

_ADDRESS = re.compile(r'(?:inet_addr\("|inet_pton\(AF_INET6, ")([0-9a-fA-F.:]+)"')
_LOOPBACK = re.compile(r"(?:::ffff:)?127\.|::1$|::$|0\.0\.0\.0$")
_NAME_ASKED = re.compile(r"sin6?_port=htons\(53\)")
"""A name server may answer at a loopback address and ask others for us."""

needs_strace = pytest.mark.skipif(tracer() is None, reason="strace is not installed")
long_form = pytest.mark.skipif(not LONG_FORM, reason="minutes: the long form alone")

SCENES: dict[str, object] = {
    "model.image_size": 64,
    "data.data_generator.train_scenes": 6,
    "data.data_generator.validation_scenes": 3,
    "data.data_generator.scene_size": 64,
}
SMALLEST: dict[str, dict[str, object]] = {
    "classification": {"model.image_size": 32},
    "detection": SCENES,
    "segmentation": SCENES,
}


@needs_strace
@pytest.mark.torch
@pytest.mark.slow
def test_from_verifying_to_predicting_nobody_is_called(tmp_path: Path) -> None:
    """The network is there all the while: what is not called is not called by choice.

    The words are those of the demo's second half, which is watched in the same way.
    """
    home = stocked_pantry(tmp_path / "home")
    put_volume(home, tmp_path, [to_sppr(light_recipe(home, "golden"))])
    receipt = packed(home, tmp_path / "KIT", keyring(tmp_path / "keys"))
    pantry = ("--pantry", str(tmp_path / "field"))
    called = _called_by(
        tmp_path,
        ("keys", "trust", str(tmp_path / "KIT"), "--fingerprint", receipt.fingerprint),
        ("verify", str(tmp_path / "KIT")),
        ("open", str(tmp_path / "KIT"), *pantry),
        ("pareto", "xval_det", *pantry),
        ("recipe", "cook", "1", "--volume", "xval_det", "--name", "chosen", *pantry),
        ("train", "chosen", "--epochs", "1", "--limit-batches", "1", *pantry),
        ("evaluate", "last", "--limit-batches", "1", *pantry),
        ("export", "last", *pantry),
        ("predict", "last", *pantry),
    )
    assert called == set()


@needs_strace
@long_form
@pytest.mark.torch
@pytest.mark.slow
def test_processes_that_train_together_call_only_each_other(tmp_path: Path) -> None:
    stocked_pantry(tmp_path / "field")
    pantry = ("--pantry", str(tmp_path / "field"))
    small = ("--epochs", "1", "--batch-size", "4", "--limit-batches", "1")
    called = _called_by(tmp_path, ("train", "light", "--devices", "cpux2", *small, *pantry))
    assert called == set()
    assert "127.0.0.1" in (tmp_path / "trace").read_text(errors="replace")  # they did talk


@pytest.fixture(scope="module")
def with_weights(tmp_path_factory: pytest.TempPathFactory) -> Pantry:
    """Give a pantry that keeps what the models share: weights are fetched once each."""
    return Pantry.build(tmp_path_factory.mktemp("weights") / "field")


@needs_strace
@long_form
@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.registry
@pytest.mark.parametrize("task", SMALLEST)
@pytest.mark.parametrize("backbone", [f"EfficientNet-Lite{size}" for size in range(3)])
def test_a_model_with_its_weights_is_trained_judged_exported_and_measured_without_a_call(
    backbone: str, task: str, with_weights: Pantry, tmp_path: Path
) -> None:
    recipe = Recipe.empty(with_weights.registry, task, with_weights.path)
    recipe.fill_empty_recursively({"backbone": backbone})
    for path, value in SMALLEST[task].items():
        recipe[path] = value
    recipe.name = f"{task}-{backbone.lower()}"
    captured = capture(recipe.assets(), with_weights)
    assert [asset.name for asset in captured if asset.name.startswith("weights/")]
    with_weights.recipes.save(recipe)
    pantry = ("--pantry", str(with_weights.path))
    small = ("--epochs", "1", "--batch-size", "4", "--limit-batches", "1")
    called = _called_by(
        tmp_path,
        ("train", recipe.name, *small, *pantry),
        ("evaluate", "last", "--limit-batches", "1", *pantry),
        ("export", "last", *pantry),
        ("measure", "last", *pantry),
    )
    assert called == set()


def _called_by(folder: Path, *commands: tuple[str, ...]) -> set[str]:
    """Run commands; give whom beyond this machine any of their processes called.

    Args:
        folder: Where ``trace`` is left, with the calls of the last command.
        commands: Words after ``haversack``.
    """
    trace, called = folder / "trace", set[str]()
    for words in commands:
        done = subprocess.run(
            [
                *("strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=network"),
                *("-o", str(trace)),
                *(sys.executable, "-m", "haversack", *words, "--json"),
            ],
            check=False,
            capture_output=True,
            text=True,
            env={"PATH": os.environ["PATH"], "HAVERSACK_HOME": str(folder / "field-keys")},
        )
        assert done.returncode == 0, done.stdout + done.stderr
        lines = trace.read_text(encoding="utf-8", errors="replace").splitlines()
        assert any("socket(" in line for line in lines), f"strace saw nothing of {words}"
        text = "\n".join(line for line in lines if "AF_NETLINK" not in line)  # the kernel's answers
        called |= {found for found in _ADDRESS.findall(text) if not _LOOPBACK.match(found)}
        called |= set(_NAME_ASKED.findall(text))
    return called
