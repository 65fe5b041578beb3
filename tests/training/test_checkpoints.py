from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from haversack.base.files import StorageError
from haversack.base.folders import fresh_folder
from haversack.training.checkpoint import folder as checkpoints
from haversack.training.checkpoint.state import About
from haversack.training.checkpoint.tree import decode, encode
from haversack.training.errors import CheckpointError

ABOUT = About(
    task="classification",
    classes=("a", "b"),
    image_size=32,
    recipe_id="0" * 64,
    epoch=2,
    batch=0,
    batch_size=8,
    metrics={"accuracy": 0.5, "loss": math.nan},
)
MODEL = {"w": torch.arange(6.0).reshape(2, 3), "n": torch.tensor(3)}
TRAINER = {"optimizer_states": [{"state": {0: {"step": torch.tensor(4.0)}}}], "betas": (0.9, 0.99)}

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers(-9, 9), inner, max_size=4)
    ),
    max_leaves=12,
)


def same(a: Any, b: Any) -> bool:
    if isinstance(a, float) and math.isnan(a):
        return isinstance(b, float) and math.isnan(b)
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    return type(a) is type(b) and bool(a == b)


@given(plain)
def test_state_comes_back_as_it_was(value: object) -> None:
    assert same(decode(encode(value, {}), {}), value)


@pytest.mark.parametrize("value", [{1, 2}, object(), b"bytes", {(1, 2): 3}, {True: 1}, print])
def test_state_that_is_not_plain_is_refused(value: object) -> None:
    with pytest.raises(CheckpointError):
        encode({"deep": [value]}, {})


@pytest.mark.parametrize(
    "value", [{"tensor": "9"}, {"x": 1}, {"dict": [[1]]}, {"dict": [[None, 1]]}, {"a": 1, "b": 2}]
)
def test_damaged_state_is_refused(value: Any) -> None:
    with pytest.raises(CheckpointError):
        decode(value, {"0": torch.zeros(1)})


def test_a_checkpoint_is_read_as_it_was_written(tmp_path: Path) -> None:
    checkpoints.write_checkpoint(tmp_path / "last", ABOUT, MODEL, TRAINER)
    about, model = checkpoints.read_model(tmp_path / "last")
    assert about.model_dump(exclude={"metrics"}) == ABOUT.model_dump(exclude={"metrics"})
    assert same(about.metrics, ABOUT.metrics)
    assert all(torch.equal(model[name], MODEL[name]) for name in MODEL)
    trainer: Any = checkpoints.read_trainer(tmp_path / "last")
    assert trainer["optimizer_states"][0]["state"][0]["step"] == 4
    assert trainer["betas"] == (0.9, 0.99)


def test_a_copy_is_the_same_checkpoint_and_replaces_an_older_one(tmp_path: Path) -> None:
    checkpoints.write_checkpoint(tmp_path / "best", ABOUT, {"w": torch.zeros(1)}, {})
    checkpoints.write_checkpoint(tmp_path / "last", ABOUT, MODEL, TRAINER)
    checkpoints.copy_checkpoint(tmp_path / "last", tmp_path / "best")
    assert torch.equal(checkpoints.read_model(tmp_path / "best")[1]["w"], MODEL["w"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["best", "last"]


@pytest.mark.parametrize("name", ["model.safetensors", "trainer.safetensors"])
def test_a_flipped_bit_is_noticed(tmp_path: Path, name: str) -> None:
    checkpoints.write_checkpoint(tmp_path / "last", ABOUT, MODEL, TRAINER)
    path = tmp_path / "last" / name
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    read = checkpoints.read_model if name.startswith("model") else checkpoints.read_trainer
    with pytest.raises(CheckpointError, match="missing or damaged"):
        read(tmp_path / "last")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format":"haversack-checkpoint/9"}'])
def test_damaged_state_files_are_named(tmp_path: Path, content: bytes) -> None:
    checkpoints.write_checkpoint(tmp_path / "last", ABOUT, MODEL, TRAINER)
    (tmp_path / "last/state.json").write_bytes(content)
    with pytest.raises(CheckpointError, match=r"state\.json"):
        checkpoints.read_about(tmp_path / "last")


def test_a_folder_without_a_checkpoint_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="there is no checkpoint") as caught:
        checkpoints.read_about(tmp_path)
    assert caught.value.hint == "Train the recipe first."


def test_the_old_checkpoint_comes_back_when_a_replacement_was_cut_off(tmp_path: Path) -> None:
    checkpoints.write_checkpoint(tmp_path / "last", ABOUT, MODEL, TRAINER)
    (tmp_path / "last").rename(tmp_path / ".previous-last")  # killed between the two renames
    assert checkpoints.read_about(tmp_path / "last").epoch == ABOUT.epoch
    assert [path.name for path in tmp_path.iterdir()] == ["last"]


def test_a_failed_replacement_leaves_the_old_folder_and_nothing_else(tmp_path: Path) -> None:
    checkpoints.write_checkpoint(tmp_path / "last", ABOUT, MODEL, TRAINER)
    with pytest.raises(StorageError, match="disk is full"), fresh_folder(tmp_path / "last") as new:
        (new / "half").write_text("written")
        raise OSError(28, "No space left on device")
    assert [path.name for path in tmp_path.iterdir()] == ["last"]
    assert checkpoints.read_model(tmp_path / "last")
