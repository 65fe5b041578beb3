"""Something that answers batches of pictures, whatever runs it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import nn

from haversack.training.builders.networks import build_network
from haversack.training.builders.tasks import build_task
from haversack.training.checkpoint.folder import read_model
from haversack.training.device import choose_device
from haversack.training.errors import CheckpointError
from haversack.training.inference.onnx_runner import OnnxRunner, open_onnx
from haversack.training.loading.batches import as_input
from haversack.training.tasks.task import Outputs, Task
from haversack.training.work import Work


class Runner(Protocol):
    """Answers uint8 pictures ``(n, 3, s, s)`` with the network's outputs on the CPU."""

    runtime: str

    def __call__(self, images: torch.Tensor) -> Outputs:
        """Answer one batch."""
        ...


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained network, ready to be asked.

    Attributes:
        runner: What answers.
        task: What the answers mean.
        classes: Names of the classes by index.
        image_size: Edge of the square that it takes, in pixels.
    """

    runner: Runner
    task: Task
    classes: tuple[str, ...]
    image_size: int


class TorchRunner:
    """A network in torch on one device."""

    runtime = "torch"

    def __init__(self, network: nn.Module, device: torch.device) -> None:
        """Move the network to a device, in evaluation mode."""
        self._network = network.eval().to(device)
        self._device = device

    def __call__(self, images: torch.Tensor) -> Outputs:
        """Answer one batch."""
        with torch.inference_mode():
            outputs = self._network(as_input(images.to(self._device)))
        return tuple(output.cpu() for output in outputs)


def open_trained(work: Work) -> Trained:
    """Open what the spec names: the ONNX file of the option ``model``, else its checkpoint.

    Raises:
        CheckpointError: Neither is there, or it is damaged or does not fit the recipe.
    """
    model = work.spec.options.get("model")
    if isinstance(model, str) and model:
        path = Path(model)
        return trained_by(work, open_onnx(path), path.name)
    network, trained = load_network(work)
    return Trained(
        TorchRunner(network, choose_device(work.spec.device)),
        trained.task,
        trained.classes,
        trained.image_size,
    )


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a checkpoint is of, beside its network."""

    task: Task
    classes: tuple[str, ...]
    image_size: int


def load_network(work: Work) -> tuple[nn.Module, Loaded]:
    """Give the checkpoint's network in evaluation mode on the CPU.

    Raises:
        CheckpointError: The spec names none, it is damaged, or it does not fit the recipe.
    """
    if work.spec.checkpoint is None:
        raise CheckpointError("the run names no checkpoint", "Train the recipe first.")
    about, tensors = read_model(work.spec.checkpoint)
    if about.task != work.recipe.task:
        raise CheckpointError(
            f"the checkpoint is of {about.task}, the recipe of {work.recipe.task}",
            "Give the recipe that was trained.",
        )
    network = build_network(work, len(about.classes), about.image_size, pretrained=False)
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise CheckpointError(
            "the checkpoint does not fit the recipe's network", "Give the recipe that was trained."
        ) from error
    task = build_task(work, len(about.classes), about.image_size)
    return network.eval(), Loaded(task, about.classes, about.image_size)


def trained_by(work: Work, runner: OnnxRunner, name: str) -> Trained:
    """Give an opened file with what its answers mean.

    Raises:
        CheckpointError: It is of another task than the recipe.
    """
    if runner.about.task != work.recipe.task:
        raise CheckpointError(
            f"{name} is of {runner.about.task}, the recipe of {work.recipe.task}",
            "Give the recipe that was exported.",
        )
    classes, image_size = runner.about.classes, runner.about.image_size
    return Trained(runner, build_task(work, len(classes), image_size), classes, image_size)
