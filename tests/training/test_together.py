"""Several processes that train one network, and how a scheduler's environment is understood."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lightning.fabric.plugins.environments.slurm import SLURMEnvironment
from lightning.fabric.plugins.environments.torchelastic import TorchElasticEnvironment

from haversack.base.progress import CancelToken
from haversack.catalog.training import LightningTrainer
from haversack.runs.events import Event, Measured
from haversack.runs.ranks import global_rank
from haversack.runs.spec import Limits, RunKind, RunSpec
from haversack.runs.store import RunStore
from haversack.runs.supervisor import run_worker
from haversack.training.errors import TrainingError
from haversack.training.loading.samples import EpochSampler
from haversack.training.loop.together import place, share_batch
from haversack.training.loop.trainer import make_trainer
from haversack.training.settings import settings_of
from haversack.training.work import expect
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


@pytest.mark.torch
def test_two_processes_train_stop_and_go_on_to_the_metrics_that_one_gives(tmp_path: Path) -> None:
    recipe = small_recipe("classification", model__image_size=32, trainer__num_epochs=3)
    limits = Limits(limit_batches=2, batch_size=16)
    cancel = CancelToken()

    def watch(event: Event) -> None:
        if isinstance(event, Measured):
            cancel.cancel()

    spec = spec_of(recipe, "train", tmp_path / "run", limits=limits, processes=2, device="cpu")
    RunStore(tmp_path).create(spec)
    assert run_worker(spec, watch, cancel).status == "stopped"
    last = tmp_path / "run/checkpoints/last"
    resumed = run_worker(spec.model_copy(update={"resume_from": last}))
    assert resumed.status == "finished"
    assert resumed.result is not None
    assert set(resumed.result["metrics"]) == {"loss", "accuracy", "f1", "precision", "recall"}  # type: ignore[arg-type] # JSON
    lines = (tmp_path / "run/logs/metrics.csv").read_text().splitlines()
    assert lines.count("step,epoch,name,value") == 1
    steps = [int(line.split(",")[0]) for line in lines if ",train/loss," in line]
    assert steps == [1, 2, 3, 4, 5, 6]
    assert not list((tmp_path / "run").glob("rank-*.failed"))


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
    monkeypatch.setenv("HAVERSACK_SPEC", "")
    for name in ("GLOO_SOCKET_IFNAME", "NCCL_SOCKET_IFNAME"):
        monkeypatch.delenv(name, raising=False)
    recipe = small_recipe("classification")
    work = desk.work(recipe, "train", "run", processes=2, nodes=2, device="cpu")
    options = expect(work.root.trainer, LightningTrainer, "trainer")
    placement = place(work.spec)
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
