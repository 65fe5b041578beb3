"""What only a GPU can show: its precisions, compiling, its memory, several of them together."""

from __future__ import annotations

import gc
import math
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from haversack.runs.events import Event, Noted, PhaseBegan
from haversack.runs.spec import Limits
from haversack.runs.store import RunStore
from haversack.runs.supervisor import run_worker
from haversack.training.errors import OutOfMemoryError
from haversack.training.jobs.evaluate import evaluate
from haversack.training.jobs.suggest import suggest
from haversack.training.jobs.train import train
from haversack.training.stopping import StopRequested
from training_desk import Desk, small_recipe, spec_of

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no GPU")
LIMITS = Limits(limit_batches=8, batch_size=16, image_size=64, max_epochs=1)


def _losses(desk: Desk, name: str, **options: Any) -> list[float]:
    begun = len(desk.events)
    recipe = small_recipe("classification", **options)
    train(desk.work(recipe, "train", name, limits=LIMITS, device="cuda"))
    desk.events = desk.events[begun:]
    return list(desk.curve("val/loss").values())


@pytest.mark.parametrize("precision", ["bf16-mixed", "16-mixed"])
@pytest.mark.parametrize("task", ["detection", "segmentation"])
def test_every_task_learns_in_mixed_precision(desk: Desk, task: str, precision: str) -> None:
    recipe = small_recipe(task, trainer__precision=precision, trainer__gradient_clip=1.0)
    train(desk.work(recipe, "train", task, limits=LIMITS, device="cuda"))
    for name in ("val/loss", "train/loss"):
        losses = list(desk.curve(name).values())
        assert losses and all(map(math.isfinite, losses)), name


@pytest.mark.parametrize("precision", ["bf16-mixed", "16-mixed"])
def test_mixed_precision_learns_what_32_bits_learn(desk: Desk, precision: str) -> None:
    plain = _losses(desk, "plain")
    mixed = _losses(desk, "mixed", trainer__precision=precision, trainer__channels_last=True)
    assert all(map(math.isfinite, mixed))
    assert mixed == pytest.approx(plain, rel=0.1)


@pytest.mark.skipif(
    not any(map(shutil.which, ("cc", "gcc", "clang"))), reason="triton needs a C compiler"
)
def test_a_compiled_network_learns_the_same_and_nobody_is_told_otherwise(desk: Desk) -> None:
    plain = _losses(desk, "plain")
    assert _losses(desk, "compiled", trainer__compile=True) == pytest.approx(plain, rel=0.1)
    assert not [e for e in desk.events if isinstance(e, Noted) and "uncompiled" in e.text]


def test_a_run_that_was_stopped_goes_on_to_where_the_whole_one_ends(desk: Desk) -> None:
    recipe = small_recipe("classification", trainer__ema_decay=0.9)
    limits = LIMITS.model_copy(update={"max_epochs": 2})
    whole = train(desk.work(recipe, "train", "whole", limits=limits, device="cuda"))
    desk.on_event = lambda event: desk.stop.set() if _validates(event) else None
    with pytest.raises(StopRequested):
        train(desk.work(recipe, "train", "parts", limits=limits, device="cuda"))
    desk.stop.clear()
    desk.on_event = lambda _: None
    last = desk.folder / "parts/checkpoints/last"
    resumed = train(
        desk.work(recipe, "train", "parts", limits=limits, device="cuda", resume_from=last)
    )
    assert resumed["epochs"] == whole["epochs"] == 2
    wanted = whole["last_metrics"]["loss"]
    assert resumed["last_metrics"]["loss"] == pytest.approx(wanted, rel=0.02)


def _validates(event: Event) -> bool:
    return isinstance(event, PhaseBegan) and event.phase == "validate"


def test_a_batch_size_is_suggested_by_the_memory_of_the_gpu(desk: Desk) -> None:
    recipe = small_recipe("classification", model__image_size=64)
    limits = Limits(limit_batches=25, batch_size=16)
    found = suggest(desk.work(recipe, "suggest", "try", limits=limits, device="cuda"))
    memory = [trial["memory_bytes"] for trial in found["batch_sizes"]]
    assert memory == sorted(memory) and memory[-1] > memory[0] >= 0
    assert found["suggested"]["data.batch_size"] >= 2


def test_what_was_trained_on_a_gpu_is_judged_alike_on_the_processor(desk: Desk) -> None:
    recipe = small_recipe("classification")
    result = train(desk.work(recipe, "train", "run", limits=LIMITS, device="cuda"))
    best = desk.folder / "run/checkpoints/best"
    judged = evaluate(
        desk.work(recipe, "evaluate", "e", checkpoint=best, limits=LIMITS, device="cpu")
    )
    wanted = result["metrics"]["accuracy"]
    assert judged["metrics"]["accuracy"] == pytest.approx(wanted, abs=0.05)


def test_a_batch_that_does_not_fit_on_the_gpu_says_what_to_lower(desk: Desk) -> None:
    gc.collect()
    torch.cuda.empty_cache()
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
@pytest.mark.parametrize("sharded", [False, True], ids=["copied", "shared out"])
def test_all_gpus_train_together_to_the_metrics_that_one_gives(
    tmp_path: Path, sharded: bool
) -> None:
    many = torch.cuda.device_count()
    one = _metrics_of(tmp_path, 1, 8 * many, sharded=False)
    all_of_them = _metrics_of(tmp_path, many, 8 * many, sharded)
    assert set(all_of_them) == set(one) == {"loss", "accuracy", "f1", "precision", "recall"}
    assert all_of_them["loss"] == pytest.approx(one["loss"], rel=0.2)


def _metrics_of(folder: Path, processes: int, batch_size: int, sharded: bool) -> dict[str, Any]:
    recipe = small_recipe("classification", model__image_size=64, trainer__num_epochs=1)
    spec = spec_of(
        recipe,
        "train",
        folder / f"with-{processes}",
        limits=Limits(limit_batches=4, batch_size=batch_size),
        processes=processes,
        device="cuda",
        sharded=sharded,
    )
    RunStore(folder).create(spec)
    state = run_worker(spec)
    assert state.status == "finished", state.error
    metrics = (state.result or {})["metrics"]
    assert isinstance(metrics, dict)
    return metrics
