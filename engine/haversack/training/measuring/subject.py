"""What is measured: a network on a device, run by ONNX Runtime or by torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from haversack.base.cores import usable_cores
from haversack.base.counting import counted
from haversack.training.checkpoint.folder import MODEL
from haversack.training.device import choose_device
from haversack.training.errors import CheckpointError, TrainingError
from haversack.training.export.about import OnnxAbout
from haversack.training.inference.onnx_runner import open_onnx
from haversack.training.inference.runner import TorchRunner, Trained, load_network, trained_by
from haversack.training.inference.session import (
    ON_CPU,
    Gpu,
    bound_run,
    nodes_by_provider,
    runs_on_gpus,
)
from haversack.training.measuring.memory import Memory, peak_memory
from haversack.training.work import Work

RUNTIMES = ("onnxruntime", "tensorrt", "torch")
Run = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """A network that is ready to be measured.

    Attributes:
        trained: What answers pictures, and what the answers mean.
        file: The file that holds it.
        gpu: The number of the GPU that it runs on; None for the processor.
        threads: Threads of one run on the processor.
        bound: Gives, for pictures ``(n, 3, s, s)`` of 0..1, one run of the network alone over
            them where they already lie on the device; it returns when the device is done.
        memory: Measures what it needs.
        about: What an exported file says of itself; None for a checkpoint.
        nodes: How many nodes of the file each provider of ONNX Runtime runs on a GPU; None where
            that is not told.
    """

    trained: Trained
    file: Path
    gpu: int | None
    threads: int
    bound: Callable[[torch.Tensor], Run]
    memory: Callable[[], Memory]
    about: OnnxAbout | None
    nodes: Mapping[str, int] | None = None


def runtime_of(work: Work) -> str:
    """Give the option ``runtime``, by default ``onnxruntime``.

    Raises:
        TrainingError: It is none.
    """
    wanted = str(work.spec.options.get("runtime") or RUNTIMES[0])
    if wanted not in RUNTIMES:
        raise TrainingError(f"{wanted!r} is no runtime", f"Choose from: {', '.join(RUNTIMES)}.")
    return wanted


def device_of(work: Work, runtime: str) -> torch.device:
    """Give the spec's device; ``auto`` is a GPU only where the runtime can use it.

    Raises:
        TrainingError: This machine or the runtime does not have it.
    """
    if runtime == "tensorrt":
        return choose_device("cuda" if work.spec.device == "auto" else work.spec.device)
    if work.spec.device != "auto" or runtime != "onnxruntime":
        return choose_device(work.spec.device)
    in_torch, in_onnx = torch.cuda.is_available(), runs_on_gpus()
    if in_torch and in_onnx:
        return choose_device("cuda")
    if in_torch:
        told = "this ONNX Runtime has no CUDA, so the processor is measured"
        work.note(f"{told}; onnxruntime-gpu has it, or choose the runtime torch", warning=True)
    if in_onnx:
        told = "this ONNX Runtime has CUDA, but torch sees no GPU, so the processor is measured"
        work.note(f"{told}; haversack doctor says why", warning=True)
    return torch.device("cpu")


def exported_subject(work: Work, path: Path, threads: int, runtime: str) -> Subject:
    """Open an exported file on the spec's device.

    Raises:
        CheckpointError: The file is not one that Haversack exported for this recipe.
        TrainingError: The device cannot be used.
    """
    device, threads = device_of(work, runtime), threads or usable_cores()
    gpu = Gpu(device.index or 0, runtime == "tensorrt") if device.type == "cuda" else None
    runner = open_onnx(path, threads, gpu)
    size = runner.about.image_size
    nodes = None if gpu is None else nodes_by_provider(runner.session)
    if nodes and nodes.get(ON_CPU):
        told = f"{nodes[ON_CPU]} of {counted(sum(nodes.values()), 'node')} of the network"
        work.note(f"left to the processor, since the GPU has nothing for it: {told}", warning=True)
    return Subject(
        trained_by(work, runner, path.name),
        path,
        None if gpu is None else gpu.number,
        threads,
        lambda pictures: bound_run(runner.session, pictures.numpy(), gpu),
        lambda: peak_memory(path, size, threads, gpu),
        runner.about,
        nodes,
    )


def checkpoint_subject(work: Work, threads: int) -> Subject:
    """Open the spec's checkpoint in torch on the spec's device, in float32.

    Raises:
        CheckpointError: The checkpoint is missing or does not fit the recipe.
        TrainingError: The device cannot be used.
    """
    if work.spec.checkpoint is None:
        raise CheckpointError("the run names no checkpoint", "Train the recipe first.")
    device, threads = choose_device(work.spec.device), threads or usable_cores()
    torch.set_num_threads(threads)
    network, loaded = load_network(work)
    runner = TorchRunner(network, device)
    trained = Trained(runner, loaded.task, loaded.classes, loaded.image_size)

    def bound(pictures: torch.Tensor) -> Run:
        there = pictures.to(device)

        def run() -> object:
            with torch.inference_mode():
                answers = network(there)
            if device.type == "cuda":
                torch.cuda.synchronize(device)
            return answers

        return run

    return Subject(
        trained,
        work.spec.checkpoint / MODEL,
        device.index if device.type == "cuda" else None,
        threads,
        bound,
        lambda: _in_torch(device),
        None,
    )


def _in_torch(device: torch.device) -> Memory:
    """Give no figures: torch counts its tensors alone, exported files all that the driver gave."""
    here = (None, "measured for exported files only")
    return Memory(here, (None, "ran on the processor") if device.type == "cpu" else here)
