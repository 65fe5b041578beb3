"""timm's training beside ours: its own script where a person has it, else a loop of its pieces.

The script is not in timm's wheel. It is taken from ``--timm-script`` or TIMM_TRAIN_SCRIPT.
"""

from __future__ import annotations

import importlib
import re
import statistics
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import torch
from torch.nn import functional

from kitchen_bench.device_training import Clock, Scale
from kitchen_bench.networks import CLASSES
from kitchen_bench.recipes import LITE, SMALL

timm = importlib.import_module("timm")  # it publishes no types
data, optim, scheduler, utils = (
    importlib.import_module(f"timm.{part}") for part in ("data", "optim", "scheduler", "utils")
)
_RATE = re.compile(r"Train: 1 .*?Time: *[\d.]+s, *([\d.]+)/s")


def timm_name(scale: Scale) -> str:
    """Give timm's name of a bench's network."""
    return {LITE: "tf_efficientnet_lite0", SMALL: SMALL}[scale.size.architecture]


def by_its_script(script: Path, scale: Scale, folder: Path, output: Path) -> float:
    """Train two epochs by timm's ``train.py``; give the median rate of the second one's steps.

    Raises:
        RuntimeError: The script failed, or its log has no rates.
    """
    script, folder, output = script.resolve(), folder.resolve(), output.resolve()
    command = [
        sys.executable, str(script), str(folder), "--train-split", "train", "--val-split", "train",
        "--model", timm_name(scale), "--num-classes", str(CLASSES), "--img-size",
        str(scale.size.edge), "-b", str(scale.size.batch), "-j", str(scale.workers), "--epochs",
        "2", "--warmup-epochs", "0", "--cooldown-epochs", "0", "--opt", "adamw", "--lr", "1e-3",
        "--no-aug", "--smoothing", "0", "--amp", "--amp-dtype", "bfloat16", "--channels-last",
        "--log-interval", "1", "--output", str(output),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=output)
    rates = rates_in(done.stdout + done.stderr)
    if done.returncode or not rates:
        last = ((done.stderr or done.stdout).strip().splitlines() or ["it said nothing"])[-1]
        raise RuntimeError(f"{script.name} gave no rates: {last[:200]}")
    return statistics.median(rates)


def rates_in(log: str) -> list[float]:
    """Give the pictures a second of each step of the second epoch in the script's log."""
    return [float(rate) for rate in _RATE.findall(log)]


def batches(
    scale: Scale, folder: Path, device: torch.device
) -> Iterable[tuple[torch.Tensor, torch.Tensor]]:
    """Give the batches of timm's own loader on the device, normalised, without augmentation."""
    on_gpu = device.type == "cuda"
    loader = data.create_loader(
        data.create_dataset("", root=str(folder), split="train", is_training=True),
        input_size=(3, scale.size.edge, scale.size.edge),
        batch_size=scale.size.batch,
        is_training=True,
        no_aug=True,
        num_workers=scale.workers,
        pin_memory=on_gpu,
        device=device,
        use_prefetcher=on_gpu,
        persistent_workers=scale.workers > 0,
    )
    for images, labels in loader:
        yield images.to(device), labels.to(device)


def by_its_pieces(clock: Clock, folder: Path) -> float:
    """Train by timm's loader, model, optimizer, schedule and meter; give the mean loss."""
    scale, device = clock.scale, clock.device
    total = scale.warm_up + scale.steps
    network = timm.create_model(timm_name(scale), num_classes=CLASSES)
    network = network.to(device, memory_format=torch.channels_last).train()
    optimizer = optim.create_optimizer_v2(network, opt="adamw", lr=1e-3, weight_decay=0.01)
    schedule, _ = scheduler.create_scheduler_v2(
        optimizer, num_epochs=1, step_on_epochs=False, updates_per_epoch=total
    )
    seen = utils.AverageMeter()
    for number, (images, labels) in enumerate(batches(scale, folder, device), start=1):
        with torch.autocast(device.type, torch.bfloat16):
            pictures = images.contiguous(memory_format=torch.channels_last)
            loss = functional.cross_entropy(network(pictures), labels)
        optimizer.zero_grad()
        torch.autograd.backward([loss])
        optimizer.step()
        schedule.step_update(number)
        clock.step_ended(number)
        if number % 10 == 0 or number == total:  # as often as a log would ask for it
            seen.update(float(loss.detach()), len(labels))
        if number == total:
            break
    return float(seen.avg)
