"""Several processes that train one network, and how a scheduler's environment is understood."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st
from lightning.fabric.plugins.environments.slurm import SLURMEnvironment
from lightning.fabric.plugins.environments.torchelastic import TorchElasticEnvironment

from haversack.base.progress import CancelToken
from haversack.catalog.training import LightningTrainer
from haversack.runs.events import Event, Measured
from haversack.runs.ranks import global_rank, read_spec_file, spec_file
from haversack.runs.spec import SPEC_VARIABLE, Limits, RunKind, RunSpec
from haversack.runs.store import RunStore
from haversack.runs.supervisor import run_worker
from haversack.training.checkpoint.folder import read_about
from haversack.training.errors import TrainingError
from haversack.training.loading.samples import EpochSampler
from haversack.training.loop.keeper import ASKED_EVERY
from haversack.training.loop.together import MEETING_VARIABLE, announce, place, share_batch
from haversack.training.loop.trainer import make_trainer
from haversack.training.settings import settings_of
from haversack.training.work import expect
from long_form import LONG_FORM
from training_desk import Desk, small_recipe, spec_of

SLURM = {
    "SLURM_JOB_ID": "4711",
    "SLURM_JOB_NAME": "haversack",
    "SLURM_NTASKS": "4",
    "SLURM_NTASKS_PER_NODE": "2",
    "SLURM_NNODES": "2",
    "SLURM_NODELIST": "node[01-02]",
    "SLURM_PROCID": "3",
    "SLURM_LOCALID": "1",
    "SLURM_NODEID": "1",
}
TORCHRUN = {
    "TORCHELASTIC_RUN_ID": "once",
    "MASTER_ADDR": "127.0.0.1",
    "MASTER_PORT": "29400",
    "WORLD_SIZE": "4",
    "RANK": "3",
    "LOCAL_RANK": "1",
    "GROUP_RANK": "1",
}


BATCHES = 40
"""More than are done until a stop is heard of, so that it is within the epoch."""
LIMITS = Limits(limit_batches=2, batch_size=8)
METRICS = {"loss", "accuracy", "f1", "precision", "recall"}


def _spec_of_two(folder: Path, epochs: int, batches: int = 2, decay: float = 0.0) -> RunSpec:
    recipe = small_recipe(
        "classification",
        model__image_size=32,
        model__drop_rate=0.3,
        trainer__num_epochs=epochs,
        trainer__ema_decay=decay,
    )
    limits = LIMITS.model_copy(update={"limit_batches": batches})
    spec = spec_of(recipe, "train", folder / "run", limits=limits, processes=2, device="cpu")
    RunStore(folder).create(spec)
    return spec


def _steps(run: Path) -> list[int]:
    lines = (run / "logs/metrics.csv").read_text().splitlines()
    assert lines.count("step,epoch,name,value") == 1
    return [int(line.split(",")[0]) for line in lines if ",train/loss," in line]


def _curves(run: Path) -> set[str]:
    return set((run / "logs/metrics.csv").read_text().splitlines())


@pytest.mark.torch
def test_two_processes_train_together_and_the_first_alone_writes(tmp_path: Path) -> None:
    state = run_worker(_spec_of_two(tmp_path, epochs=1))
    assert state.status == "finished"
    assert state.result is not None
    assert set(state.result["metrics"]) == METRICS  # type: ignore[arg-type] # a result is plain JSON
    assert _steps(tmp_path / "run") == [1, 2]
    assert not list((tmp_path / "run").glob("rank-*.failed"))


@pytest.mark.torch
@pytest.mark.skipif(not LONG_FORM, reason="a minute: the long form alone")
@pytest.mark.parametrize("decay", [0.0, 0.6], ids=["plain", "averaged"])
def test_two_processes_stop_and_go_on_exactly_from_where_they_stopped(
    tmp_path: Path, decay: float
) -> None:
    cancel = CancelToken()
    whole = _spec_of_two(tmp_path / "whole", epochs=2, batches=BATCHES, decay=decay)
    assert run_worker(whole).status == "finished"

    def watch(event: Event) -> None:
        if isinstance(event, Measured):
            cancel.cancel()

    spec = _spec_of_two(tmp_path, epochs=2, batches=BATCHES, decay=decay)
    assert run_worker(spec, watch, cancel).status == "stopped"
    last = tmp_path / "run/checkpoints/last"
    about = read_about(last)
    assert (about.epoch, about.batch % ASKED_EVERY) == (0, 0) != (0, about.batch)
    resumed = run_worker(spec.model_copy(update={"resume_from": last}))
    assert resumed.status == "finished"
    assert _steps(tmp_path / "run") == list(range(1, 2 * BATCHES + 1))
    assert _curves(tmp_path / "run") == _curves(tmp_path / "whole/run")
    found, wanted = (
        safetensors.torch.load_file(folder / "run/checkpoints/last/model.safetensors")
        for folder in (tmp_path, tmp_path / "whole")
    )
    assert found.keys() == wanted.keys()
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


def test_the_processes_that_the_first_one_starts_go_on_from_the_same_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (SPEC_VARIABLE, MEETING_VARIABLE, "GLOO_SOCKET_IFNAME", "NCCL_SOCKET_IFNAME"):
        monkeypatch.setenv(name, "")  # put back afterwards
    spec = _spec_of_two(tmp_path, epochs=1)
    resumed = spec.model_copy(update={"resume_from": tmp_path / "run/checkpoints/last"})
    announce(resumed)
    file = spec_file((), os.environ)
    assert file is not None
    assert read_spec_file(file) == resumed
    announce(spec)  # a process that was started so starts no others
    assert read_spec_file(file) == resumed


@pytest.mark.parametrize(
    ("scheduler", "environment"),
    [(SLURM, SLURMEnvironment), (TORCHRUN, TorchElasticEnvironment)],
    ids=["SLURM", "torchrun"],
)
def test_a_schedulers_environment_is_recognised_and_gives_each_process_its_place(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    scheduler: Mapping[str, str],
    environment: type[object],
) -> None:
    for name, value in scheduler.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(SPEC_VARIABLE, "/run/spec.json")  # as torchrun and SLURM start each
    for name in ("GLOO_SOCKET_IFNAME", "NCCL_SOCKET_IFNAME"):
        monkeypatch.delenv(name, raising=False)
    recipe = small_recipe("classification")
    work = desk.work(recipe, "train", "run", processes=2, nodes=2, device="cpu")
    options = expect(work.root.trainer, LightningTrainer, "trainer")
    placement = place(work.spec, global_rank(work.spec))
    trainer = make_trainer(work, settings_of(work), options, placement, [])
    found = trainer.strategy.cluster_environment  # type: ignore[attr-defined] # DDP has one
    assert isinstance(found, environment)
    assert (trainer.world_size, trainer.global_rank, trainer.local_rank) == (4, 3, 1)
    assert (placement.world, placement.rank) == (4, 3)
    assert "GLOO_SOCKET_IFNAME" not in os.environ  # other machines are not on the loopback


def _spec(processes: int, nodes: int = 1) -> RunSpec:
    return RunSpec(
        kind=RunKind.TRAIN, run_id="a", run_dir=Path("a"), processes=processes, nodes=nodes
    )


def test_a_process_of_lightnings_own_launcher_knows_its_place_even_within_slurm() -> None:
    assert global_rank(_spec(2), {"SLURM_PROCID": "0", "NODE_RANK": "0", "LOCAL_RANK": "1"}) == 1
    assert global_rank(_spec(2), {}) == 0
    assert global_rank(_spec(1), {"SLURM_PROCID": "3"}) == 0  # four trainings of one process each


@given(st.integers(1, 40), st.integers(1, 4), st.integers(0, 3), st.integers(0, 20), st.booleans())
def test_processes_share_the_places_without_a_gap(
    count: int, world: int, epoch: int, skip: int, training: bool
) -> None:
    skip = min(skip, count)

    def places(rank: int, world: int) -> list[tuple[int, int]]:
        sampler = EpochSampler(count, training, 7, rank, world)
        sampler.set_epoch(epoch)
        sampler.skip = skip
        return list(sampler)

    shares = [places(rank, world) for rank in range(world)]
    together = [p for step in itertools.zip_longest(*shares) for p in step if p is not None]
    whole = places(0, 1)
    assert together == whole[: len(together)]
    if training:
        assert len({len(share) for share in shares}) == 1
        assert len(whole) - len(together) < world
    else:
        assert together == whole


def test_a_batch_smaller_than_the_number_of_processes_is_refused() -> None:
    assert share_batch(16, 2) == 8
    with pytest.raises(TrainingError, match="cannot be shared by 4"):
        share_batch(3, 4)
