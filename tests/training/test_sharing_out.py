"""A network that several processes share out between them, instead of a copy each."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from haversack.base.progress import CancelToken
from haversack.catalog.training import LightningTrainer
from haversack.runs.events import Event, Measured
from haversack.runs.spec import Limits, RunSpec
from haversack.runs.store import RunStore
from haversack.runs.supervisor import run_worker
from haversack.training.checkpoint.folder import read_about
from haversack.training.errors import TrainingError
from haversack.training.loop.sharing_out import check_shareable
from haversack.training.work import expect
from long_form import LONG_FORM
from smallest_models import MODELS, Model, smallest
from training_desk import Desk, spec_of, tiny_classifier

BATCHES = 40
"""More than are done until a stop is heard of, so that it is within the epoch."""


def _spec(folder: Path, sharded: bool, batches: int = 3, **options: Any) -> RunSpec:
    recipe = tiny_classifier(trainer__num_epochs=2, trainer__gradient_clip=1.0, **options)
    limits = Limits(limit_batches=batches, batch_size=8)
    spec = spec_of(
        recipe, "train", folder / "run",
        limits=limits, processes=2, device="cpu", sharded=sharded,
    )  # fmt: skip
    RunStore(folder).create(spec)
    return spec


def _weights(folder: Path) -> dict[str, torch.Tensor]:
    return safetensors.torch.load_file(folder / "run/checkpoints/last/model.safetensors")


@pytest.mark.torch
@pytest.mark.slow
def test_a_network_that_is_shared_out_learns_what_copies_of_it_learn(tmp_path: Path) -> None:
    for name, sharded in (("shared", True), ("copied", False)):
        state = run_worker(_spec(tmp_path / name, sharded))
        assert state.status == "finished", state.error
    shared, copied = _weights(tmp_path / "shared"), _weights(tmp_path / "copied")
    assert shared.keys() == copied.keys()
    for name, wanted in copied.items():
        torch.testing.assert_close(shared[name], wanted, rtol=1e-3, atol=1e-5)


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.skipif(not LONG_FORM, reason="a minute: the long form alone")
def test_what_is_shared_out_stops_within_an_epoch_and_goes_on_exactly(tmp_path: Path) -> None:
    whole = _spec(tmp_path / "whole", sharded=True, batches=BATCHES)
    assert run_worker(whole).status == "finished"
    cancel = CancelToken()

    def watch(event: Event) -> None:
        if isinstance(event, Measured):
            cancel.cancel()

    spec = _spec(tmp_path, sharded=True, batches=BATCHES)
    assert run_worker(spec, watch, cancel).status == "stopped"
    last = tmp_path / "run/checkpoints/last"
    assert 0 < read_about(last).batch < BATCHES
    assert run_worker(spec.model_copy(update={"resume_from": last})).status == "finished"
    found, wanted = _weights(tmp_path), _weights(tmp_path / "whole")
    assert found.keys() == wanted.keys()
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.skipif(not LONG_FORM, reason="a minute: the long form alone")
@pytest.mark.parametrize("sharded", [True, False], ids=["shared first", "copied first"])
def test_a_training_goes_on_in_the_other_way_with_its_optimizer(
    tmp_path: Path, sharded: bool
) -> None:
    spec = _spec(tmp_path / "first", sharded)
    half = spec.limits.model_copy(update={"max_epochs": 1})
    assert run_worker(spec.model_copy(update={"limits": half})).status == "finished"
    for name, shared in (("alike", sharded), ("changed", not sharded)):
        shutil.copytree(tmp_path / "first", tmp_path / name)
        run = tmp_path / name / "run"
        changes = {"run_dir": run, "resume_from": run / "checkpoints/last", "sharded": shared}
        assert run_worker(spec.model_copy(update=changes)).status == "finished"
    alike, changed = _weights(tmp_path / "alike"), _weights(tmp_path / "changed")
    for name, wanted in alike.items():
        torch.testing.assert_close(changed[name], wanted, rtol=1e-3, atol=1e-5)


@pytest.mark.torch
@pytest.mark.slow
@pytest.mark.skipif(not LONG_FORM, reason="a minute: the long form alone")
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.title)
def test_every_model_with_a_backbone_of_its_own_is_shared_out(tmp_path: Path, model: Model) -> None:
    spec = spec_of(
        smallest(model), "train", tmp_path / "run",
        limits=Limits(limit_batches=2, batch_size=4), processes=2, device="cpu", sharded=True,
    )  # fmt: skip
    RunStore(tmp_path).create(spec)
    assert run_worker(spec).status == "finished"


HOLDING = """
import sys
from haversack.training import torchvision_guard
torchvision_guard.install()
import torch
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.tensor import DTensor
from haversack.training.loop.sharing_out import share_out

rank, meeting = sys.argv[1:]
torch.distributed.init_process_group("gloo", init_method=meeting, rank=int(rank), world_size=2)
network = torch.nn.Sequential(torch.nn.Conv2d(3, 16, 3), torch.nn.Conv2d(16, 20, 3))
whole = sum(parameter.numel() for parameter in network.parameters())
for _ in range(2):  # a second time changes nothing
    share_out(network, init_device_mesh("cpu", (2,)))
own = [one.to_local() for one in network.parameters() if isinstance(one, DTensor)]
print(whole, sum(one.numel() for one in own))
torch.distributed.destroy_process_group()
"""


@pytest.mark.torch
@pytest.mark.slow
def test_each_process_holds_its_share_of_the_parameters(tmp_path: Path) -> None:
    meeting = (tmp_path / "meeting").as_uri()
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", HOLDING, str(rank), meeting],
            stdout=subprocess.PIPE, env={**os.environ, "GLOO_SOCKET_IFNAME": "lo"}, text=True,
        )
        for rank in range(2)
    ]  # fmt: skip
    told = [process.communicate(timeout=300)[0].split() for process in processes]
    whole, held = int(told[0][0]), [int(own) for _, own in told]
    assert sum(held) == whole
    assert max(held) < 0.6 * whole


@pytest.mark.torch
@pytest.mark.parametrize(
    ("name", "value"),
    [("ema_decay", 0.9), ("channels_last", True), ("compile", True), ("precision", "16-mixed")],
)
def test_what_a_shared_network_cannot_be_trained_with_is_refused_with_the_way_out(
    desk: Desk, name: str, value: object
) -> None:
    options: dict[str, Any] = {f"trainer__{name}": value}
    work = desk.work(tiny_classifier(**options), "train", "run", processes=2, sharded=True)
    with pytest.raises(TrainingError, match=f"with trainer.{name}") as raised:
        check_shareable(expect(work.root.trainer, LightningTrainer, "trainer"))
    assert f"trainer.{name}=" in (raised.value.hint or "")
