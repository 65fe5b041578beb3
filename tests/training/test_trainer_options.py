"""What the trainer's options do to a training, and what happens where a device lacks something."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial, partialmethod
from typing import Any

import numpy as np
import pytest
import torch
from lightning.pytorch import LightningModule, Trainer
from torch import Tensor, fx, nn

from haversack.catalog.shipped import registry
from haversack.data.sample import Sample
from haversack.recipe.upgrade import upgrade
from haversack.runs.events import Noted
from haversack.runs.spec import Limits
from haversack.training.builders.networks import build_network
from haversack.training.jobs import train as jobs
from haversack.training.jobs.train import train
from haversack.training.loading import batches
from haversack.training.loading.batches import Batch
from haversack.training.loop import fitting
from haversack.training.loop.averaging import MovingAverage
from haversack.training.loop.compiling import compile_or_tell
from haversack.training.loop.trainer import usable_precision
from haversack.training.networks.d_fine import d_fine
from haversack.training.networks.rt_detr_v2 import rt_detr_v2
from haversack.training.networks.set_detector import SetDetectorNet
from long_form import LONG_FORM
from training_desk import Desk, small_recipe, tiny_classifier

long_form = pytest.mark.skipif(not LONG_FORM, reason="compiles for a minute: the long form alone")
LIMITS = Limits(limit_batches=1, batch_size=4, image_size=32, max_epochs=1)


def _losses(desk: Desk, name: str, **options: Any) -> list[float]:
    begun = len(desk.events)
    train(desk.work(small_recipe("classification", **options), "train", name, limits=LIMITS))
    desk.events = desk.events[begun:]
    return list(desk.curve("train/loss").values())


def test_precision_and_memory_layout_change_the_speed_but_not_what_is_learnt(desk: Desk) -> None:
    plain = _losses(desk, "plain")
    assert _losses(desk, "last", trainer__channels_last=True) == pytest.approx(plain, rel=1e-3)
    mixed = _losses(desk, "mixed", trainer__precision="bf16-mixed")
    assert mixed == pytest.approx(plain, rel=0.05)
    assert mixed != plain


def _moved(desk: Desk, name: str, monkeypatch: pytest.MonkeyPatch, clip: float) -> float:
    """Train by plain descent; give how far the weights are then from where they began."""
    began: dict[str, torch.Tensor] = {}
    networks: list[nn.Module] = []

    def build(*given: Any, **named: Any) -> nn.Module:
        network = build_network(*given, **named)
        began.update({name: one.detach().clone() for name, one in network.named_parameters()})
        networks.append(network)
        return network

    monkeypatch.setattr(jobs, "build_network", build)
    recipe = tiny_classifier({"optimizer": "SGD"}, trainer__gradient_clip=clip)
    for option, value in {"momentum": 0.0, "weight_decay": 0.0, "nesterov": False}.items():
        recipe[f"trainer.optimizer.{option}"] = value
    limits = LIMITS.model_copy(update={"limit_batches": 4})
    train(desk.work(recipe, "train", name, limits=limits))
    (network,) = networks
    steps = [(one.detach() - began[name]).norm() for name, one in network.named_parameters()]
    return float(torch.stack(steps).norm())


def test_a_gradient_is_clipped_to_the_norm_that_a_recipe_sets(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = _moved(desk, "free", monkeypatch, clip=0.0)
    assert free > 1e-3
    assert _moved(desk, "clipped", monkeypatch, clip=1e-6) < 1e-3 * free


@pytest.mark.parametrize("is_last", [False, True])
def test_pictures_and_weights_lie_as_a_recipe_sets_however_they_are_collated(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, is_last: bool
) -> None:
    seen: list[bool] = []

    def collated(samples: list[Sample]) -> Batch:
        batch = collate(samples)
        return {**batch, "images": batch["images"].contiguous()}

    def note(network: nn.Module, given: tuple[torch.Tensor, ...]) -> None:
        if network.training:
            kernels = [one for one in network.parameters() if one.dim() == 4 and one.shape[-1] > 1]
            assert kernels
            seen.extend(map(_lies_last, (*given, *kernels)))

    def build(*given: Any, **named: Any) -> nn.Module:
        network = build_network(*given, **named)
        network.register_forward_pre_hook(note)
        return network

    collate = batches.collate
    monkeypatch.setattr(batches, "collate", collated)
    monkeypatch.setattr(jobs, "build_network", build)
    recipe = tiny_classifier(trainer__channels_last=is_last)
    train(desk.work(recipe, "train", "run", limits=LIMITS))
    assert seen and set(seen) == {is_last}


def _lies_last(tensor: torch.Tensor) -> bool:
    return tensor.is_contiguous(memory_format=torch.channels_last)


def test_sixteen_bits_on_a_processor_become_bf16_and_a_person_is_told() -> None:
    told: list[str] = []
    device = torch.device("cpu")
    got = usable_precision("16-mixed", device, lambda text, warning: told.append(text))
    assert got == "bf16-mixed"
    assert len(told) == 1
    assert usable_precision("32", device, pytest.fail) == "32-true"


@pytest.fixture(autouse=True)
def _nothing_compiled_before() -> None:
    torch.compiler.reset()


def _without_a_compiler() -> AbstractContextManager[Any]:
    changes = {"cpp.cxx": (None, "no-such-compiler"), "force_disable_caches": True}
    patched: AbstractContextManager[Any] = torch._inductor.config.patch(changes)
    return patched


class _Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        answer: torch.Tensor = self.norm(self.conv(images)).relu().flatten(1)
        return answer


def _small_network() -> _Small:
    torch.manual_seed(0)
    return _Small()


def test_without_a_compiler_a_network_stays_as_it_is_and_a_person_is_told() -> None:
    told: list[str] = []
    network, picture = _small_network(), torch.rand(2, 3, 8, 8)
    with _without_a_compiler():
        assert not compile_or_tell(network, picture, told.append)
    assert len(told) == 1
    assert "trained uncompiled" in told[0]
    assert network(picture).shape == (2, 144)


@long_form
def test_without_a_compiler_training_learns_the_same(desk: Desk) -> None:
    plain = _losses(desk, "plain")
    with _without_a_compiler():
        assert _losses(desk, "compiled", trainer__compile=True) == plain
    told = [event.text for event in desk.events if isinstance(event, Noted)]
    assert any("trained uncompiled" in text for text in told)


@long_form
def test_a_compiled_network_answers_as_before_and_keeps_its_names() -> None:
    network, picture = _small_network().eval(), torch.rand(2, 3, 8, 8)
    names = list(network.state_dict())
    wanted, state = network(picture), torch.get_rng_state()
    assert compile_or_tell(network, picture, pytest.fail)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.allclose(network.eval()(picture), wanted, atol=1e-5)
    assert list(network.state_dict()) == names


@long_form
@pytest.mark.parametrize("make", [partial(d_fine, "nano"), partial(rt_detr_v2, "r18vd")])
def test_a_detection_transformer_trains_through_what_is_compiled_to_the_same_loss(
    make: Callable[..., SetDetectorNet], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[fx.GraphModule] = []

    def captured_alone(graph: fx.GraphModule, _examples: list[Tensor]) -> Callable[..., Any]:
        def run(*given: Tensor) -> Any:
            ran.append(graph)
            return graph(*given)

        return run

    compile_quickly = partialmethod(nn.Module.compile, backend=captured_alone)
    monkeypatch.setattr(nn.Module, "compile", compile_quickly)
    network, images = make(2, 64, 12, 0, False).train(), torch.rand(2, 3, 64, 64)
    boxes = torch.tensor([[[4.0, 4, 20, 20]], [[30.0, 8, 60, 40]]])
    labels, masks = torch.tensor([[0], [1]]), torch.empty(0)
    batch: Batch = {"images": images, "boxes": boxes, "labels": labels, "masks": masks}
    plain = copy.deepcopy(network)
    assert compile_or_tell(network, images, pytest.fail)
    ran.clear()
    torch.manual_seed(1)
    found = network.losses(images, batch)["loss"]
    assert ran, "the way of training goes through what is compiled"
    torch.manual_seed(1)
    assert found.item() == pytest.approx(plain.losses(images, batch)["loss"].item(), rel=1e-3)


def test_the_average_follows_quickly_at_first_and_slowly_later() -> None:
    average = MovingAverage(0.99, torch.device("cpu"))
    kept = np.zeros(1)
    held = torch.zeros(1)
    for step in range(200):
        assert average.should_update(step_idx=step)
        average._mix([held], [torch.tensor([float(step)])], None)
        share = min(0.99, (1 + step) / (10 + step))
        kept = share * kept + (1 - share) * step
    assert held.item() == pytest.approx(kept.item(), rel=1e-4)
    assert not average.should_update(epoch_idx=3)


def test_the_average_lies_on_the_device_that_the_network_will_be_brought_to(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = LightningModule()
    module.network = nn.Linear(2, 2)
    average = MovingAverage(0.9, torch.device("meta"))
    average.setup(Trainer(accelerator="cpu", logger=False), module, "fit")
    assert average._average_model is not None
    assert {tensor.device.type for tensor in average._average_model.parameters()} == {"meta"}
    assert module.device.type == "cpu"
    given: list[torch.device] = []

    def note(decay: float, device: torch.device) -> MovingAverage:
        given.append(device)
        return MovingAverage(decay, device)

    monkeypatch.setattr(fitting, "MovingAverage", note)
    _losses(desk, "averaged", trainer__ema_decay=0.9)
    assert given == [torch.device("cpu")]


@pytest.mark.parametrize(("old", "new"), [("bf16", "bf16-mixed"), ("16", "16-mixed"), ("32", "32")])
def test_a_trainer_of_the_first_version_is_brought_to_the_present_one(old: str, new: str) -> None:
    before = {"kind": "trainer/lightning@1", "precision": old, "num_epochs": 3}
    after, steps = upgrade(before, registry(), allow=True)
    assert after == {"kind": "trainer/lightning@2", "precision": new, "num_epochs": 3}
    assert len(steps) == 1
