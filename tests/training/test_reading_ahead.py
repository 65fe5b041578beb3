"""Pictures are read by other processes while the network computes, where that pays off."""

from __future__ import annotations

import os
import shutil
import signal
from collections import namedtuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from haversack.data.sample import Sample
from haversack.runs.events import Failed
from haversack.runs.spec import Limits
from haversack.training.jobs import train as jobs
from haversack.training.loading import reading
from haversack.training.loading.batches import make_loader
from haversack.training.loading.reading import FEW_BATCHES, reading_processes
from haversack.training.loading.samples import SquaredSamples
from haversack.training.outcome import explain
from haversack.training.settings import Settings
from training_desk import Desk, tiny_classifier

MANY = 10_000
_Usage = namedtuple("_Usage", "total used free")


def _settings(workers: int = 0, batch: int = 16, size: int = 64, limit: int | None = None) -> Any:
    return Settings(
        image_size=size,
        batch_size=batch,
        epochs=1,
        limit_batches=limit,
        fast_dev_run=False,
        workers=workers,
        seed=0,
    )


@pytest.fixture
def cores(monkeypatch: pytest.MonkeyPatch) -> Any:
    def have(number: int, free: int = 1 << 34) -> None:
        monkeypatch.setattr(reading, "can_fork", lambda: True)
        monkeypatch.setattr(reading, "usable_cores", lambda: number)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(free, 0, free))
        monkeypatch.delenv("OMP_NUM_THREADS", raising=False)

    return have


@pytest.mark.parametrize(
    ("there", "gpu", "computing", "readers"),
    [
        (1, False, 1, 0),
        (2, False, 1, 1),
        (16, False, 1, 4),
        (64, False, 1, 8),
        (2, False, 2, 0),
        (16, False, 4, 1),
        (1, True, 1, 0),
        (4, True, 1, 3),
        (16, True, 1, 8),
        (16, True, 4, 3),
    ],
)
def test_a_recipe_that_does_not_say_has_a_share_of_the_cores_read(
    cores: Any, there: int, gpu: bool, computing: int, readers: int
) -> None:
    cores(there)
    assert reading_processes(_settings(), MANY, gpu, computing) == readers


@pytest.mark.parametrize(
    ("threads", "gpu", "readers"), [("1", False, 0), ("8", False, 2), ("1", True, 8)]
)
def test_on_a_processor_as_many_read_as_suit_the_threads_that_compute(
    cores: Any, monkeypatch: pytest.MonkeyPatch, threads: str, gpu: bool, readers: int
) -> None:
    cores(16)
    monkeypatch.setenv("OMP_NUM_THREADS", threads)
    assert reading_processes(_settings(), MANY, gpu) == readers


def test_what_a_recipe_says_is_done_on_any_machine(cores: Any) -> None:
    cores(1, free=0)
    assert reading_processes(_settings(workers=3), 1) == 3


def test_no_process_is_started_for_a_few_batches(cores: Any) -> None:
    cores(16)
    assert reading_processes(_settings(batch=16), 16 * FEW_BATCHES) == 0
    assert reading_processes(_settings(batch=16), 16 * FEW_BATCHES + 16) == 4
    assert reading_processes(_settings(limit=FEW_BATCHES), MANY) == 0
    assert reading_processes(_settings(limit=FEW_BATCHES + 1), MANY) == 4


@pytest.mark.parametrize(("megabytes", "readers"), [(64, 0), (800, 1), (2000, 3), (8000, 4)])
def test_batches_of_all_processes_fit_into_shared_memory(
    cores: Any, megabytes: int, readers: int
) -> None:
    cores(16, free=megabytes << 20)
    assert reading_processes(_settings(batch=32, size=640), MANY) == readers


def test_without_shared_memory_no_process_reads_ahead(
    cores: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cores(16)
    monkeypatch.setattr(reading, "_SHARED_MEMORY", Path("/nowhere"))
    monkeypatch.setattr(shutil, "disk_usage", os.statvfs)
    assert reading_processes(_settings(), MANY) == 0


class _WhoReads:
    """Twelve pictures of two classes; each reading leaves a file named after its process."""

    classes = ("a", "b")

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder

    def __len__(self) -> int:
        return 12

    def __getitem__(self, index: int) -> Sample:
        (self._folder / str(os.getpid())).touch()
        return Sample(np.full((32, 32, 3), 20 * index, np.uint8), index % 2, str(index))

    def readers(self) -> set[int]:
        return {int(one.name) for one in self._folder.iterdir()}


@pytest.mark.skipif(not reading.can_fork(), reason="processes cannot begin as copies here")
def test_a_training_as_shipped_reads_in_another_process_and_comes_to_the_same_curve(
    tmp_path: Path, cores: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    curves = {}
    for there in (1, 2):
        cores(there)
        train, val = (_WhoReads(tmp_path / f"{name}{there}") for name in ("train", "val"))
        splits = {"train": train, "val": val}
        monkeypatch.setattr(jobs, "build_datasets", lambda _, splits=splits: splits)
        desk = Desk(tmp_path)
        limits = Limits(batch_size=2, max_epochs=2)
        jobs.train(desk.work(tiny_classifier(), "train", f"run{there}", limits=limits))
        curves[there] = desk.curve("train/loss"), desk.curve("val/loss")
        other = train.readers() - {os.getpid()}
        assert len(other) == there - 1  # one for all epochs
        assert (os.getpid() in train.readers()) == (there == 1)
    assert curves[1] == curves[2]


@pytest.mark.skipif(not reading.can_fork(), reason="processes cannot begin as copies here")
def test_a_reading_process_that_was_killed_is_told_with_what_helps(tmp_path: Path) -> None:
    samples = _WhoReads(tmp_path / "read")
    batches = iter(make_loader(SquaredSamples(samples, 32, None, 0), 2, 1, 0, training=False))
    next(batches)
    (reader,) = samples.readers()
    with pytest.raises(RuntimeError) as caught:
        os.kill(reader, signal.SIGKILL)  # torch may hear of it before the next batch is asked for
        list(batches)
    outcome = explain(caught.value)
    assert isinstance(outcome, Failed)
    assert "process that reads pictures was ended" in outcome.message
    assert "data.num_workers" in outcome.hint
