"""What only a GPU can show: its precisions, compiling, its memory, several of them together."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from haversack.runs.events import Noted
from haversack.runs.spec import Limits
from haversack.runs.store import RunStore
from haversack.runs.supervisor import run_worker
from haversack.training.errors import OutOfMemoryError
from haversack.training.jobs.evaluate import evaluate
from haversack.training.jobs.train import train
from training_desk import Desk, small_recipe, spec_of

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no GPU")
LIMITS = Limits(limit_batches=8, batch_size=16, image_size=64, max_epochs=1)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def _losses(desk: Desk, name: str, **options: Any) -> list[float]:
    begun = len(desk.events)
    recipe = small_recipe("classification", **options)
    train(desk.work(recipe, "train", name, limits=LIMITS, device="cuda"))
    desk.events = desk.events[begun:]
    return list(desk.curve("val/loss").values())


@pytest.mark.parametrize("precision", ["bf16-mixed", "16-mixed"])
def test_mixed_precision_learns_what_32_bits_learn(desk: Desk, precision: str) -> None:
    plain = _losses(desk, "plain")
    mixed = _losses(desk, "mixed", trainer__precision=precision, trainer__channels_last=True)
    assert all(map(math.isfinite, mixed))
    assert mixed == pytest.approx(plain, rel=0.1)


def test_a_compiled_network_learns_the_same_and_nobody_is_told_otherwise(desk: Desk) -> None:
    plain = _losses(desk, "plain")
    assert _losses(desk, "compiled", trainer__compile=True) == pytest.approx(plain, rel=0.1)
    assert not [e for e in desk.events if isinstance(e, Noted) and "uncompiled" in e.text]


def test_what_was_trained_on_a_gpu_is_judged_alike_on_the_processor(desk: Desk) -> None:
    recipe = small_recipe("classification")
    result = train(desk.work(recipe, "train", "run", limits=LIMITS, device="cuda"))
    best = desk.folder / "run/checkpoints/best"
    judged = evaluate(
        desk.work(recipe, "evaluate", "e", checkpoint=best, limits=LIMITS, device="cpu")
    )
    wanted = result["metrics"]["accuracy"]
    assert judged["metrics"]["accuracy"] == pytest.approx(wanted, abs=0.02)


def test_a_batch_that_does_not_fit_on_the_gpu_says_what_to_lower(desk: Desk) -> None:
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction(min(1.0, (1 << 30) / total))
    try:
        limits = Limits(limit_batches=1, batch_size=256, image_size=512)
        with pytest.raises(OutOfMemoryError, match="256 pictures of 512 px") as caught:
            train(
                desk.work(
                    small_recipe("classification"), "train", "big", limits=limits, device="cuda"
                )
            )
        assert "--set data.batch_size=128" in caught.value.hint
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)


@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="this machine has fewer than two GPUs")
def test_all_gpus_train_together_to_the_metrics_that_one_gives(tmp_path: Path) -> None:
    recipe = small_recipe("classification", model__image_size=64, trainer__num_epochs=1)
    spec = spec_of(
        recipe,
        "train",
        tmp_path / "run",
        limits=Limits(limit_batches=4, batch_size=8 * torch.cuda.device_count()),
        processes=torch.cuda.device_count(),
        device="cuda",
    )
    RunStore(tmp_path).create(spec)
    state = run_worker(spec)
    assert state.status == "finished"
    assert state.result is not None
    assert set(state.result["metrics"]) == {"loss", "accuracy", "f1", "precision", "recall"}  # type: ignore[arg-type] # a result is plain JSON
