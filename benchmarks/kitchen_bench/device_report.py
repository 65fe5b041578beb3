"""The tables of a device: steps, loading, training beside timm's, energy."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

import torch

from haversack.data.sample import Dataset
from haversack.training.measuring.energy import Counter, joules_per_run, processor_counter
from haversack.training.measuring.gpu import open_gpu, uuid_of
from kitchen_bench import data_loading, device_training, timm_peer
from kitchen_bench.device_training import WAYS, Clock, Scale, Way
from kitchen_bench.networks import network_of
from kitchen_bench.recipes import LITE, MOST_MS, SMALL, WANTED, Size, nearest

ROUNDS = 3
CANDIDATES = (
    Size("2 convolutions", 32, 4),
    Size("12 convolutions", 64, 4),
    Size(SMALL, 64, 32),
    *(Size(LITE, 224, batch) for batch in (8, 32, 64, 128, 256, 512)),
)
MISSED = f"  more than {MOST_MS} ms"
"""Ends the row of a step to which the worker adds more than it may, where a GPU computes it."""
STEP_TITLES = f"{'':38}{'bare ms':>9}{'bare /s':>9}{'worker /s':>10}{'added ms':>10}"
AS_TIMM = Way("bf16-mixed", channels_last=True)


def lines(
    device: torch.device, scale: Scale, folder: Path, script: Path | None, seconds: float
) -> Iterator[str]:
    """Measure and give each line as soon as it is known.

    Args:
        device: Where everything computes.
        scale: Network, input and number of steps.
        folder: Where files may go.
        script: timm's ``train.py``; None where there is none.
        seconds: How long energy is measured, and the idle device watched before.
    """
    spent, why = _counter(device)
    idle = 0.0 if spent is None else _idle_watts(spent, seconds)
    yield from _steps(device, scale, folder)
    if device.type == "cuda":
        yield from _other_steps(device, scale, folder)
    pictures = data_loading.write_pictures(folder / "pictures", _count(scale))
    data = data_loading.as_shard(pictures, folder)
    yield from _loading(device, scale, data, pictures)
    yield from _training(Clock(device, scale, spent, idle), folder, data, pictures, script)
    yield from _energy(device, scale, folder, seconds, spent, why)


def _steps(device: torch.device, scale: Scale, folder: Path) -> Iterator[str]:
    size = scale.size
    yield f"== steps of {size.architecture}, {size.edge} px, {size.batch} pictures made beforehand"
    yield STEP_TITLES
    for number, way in enumerate(WAYS):
        yield from _step(str(way), way, Clock(device, scale), folder / f"steps-{number}")


def _other_steps(device: torch.device, scale: Scale, folder: Path) -> Iterator[str]:
    """Steps of several lengths; one that a GPU has no size for is the nearest that it has."""
    yield f"== steps of about {', '.join(f'{ms:g}' for ms in WANTED)} ms, {WAYS[0]}"
    yield STEP_TITLES
    times = _step_times(device, scale.workers, folder / "calibration")
    for number, wanted in enumerate(WANTED):
        size = nearest(wanted / 1e3, times)
        name = f"{size.architecture}, {size.edge} px, {size.batch}"
        clock = Clock(device, replace(scale, size=size))
        yield from _step(name, WAYS[0], clock, folder / f"lengths-{number}")


def _step_times(device: torch.device, workers: int, folder: Path) -> dict[Size, float]:
    """Give the bare step of each candidate that fits on the device, in seconds."""
    found = {}
    for size in CANDIDATES:
        scale = Scale(size, steps=10, warm_up=5, workers=workers)
        clock = Clock(device, scale)
        try:
            device_training.by_hand(WAYS[0], clock, device_training.made(scale), folder)
            found[size] = size.batch / clock.pictures_per_second
        except torch.OutOfMemoryError:
            pass  # a smaller GPU has the smaller ones
        torch.cuda.empty_cache()
    return found


def _step(name: str, way: Way, like: Clock, place: Path) -> Iterator[str]:
    """Give a row: by hand and by the worker in turn, each beginning every other time."""
    device, scale = like.device, like.scale
    data, batch = device_training.made(scale), scale.size.batch
    bare, ours, added = list[float](), list[float](), list[float]()
    notes = list[str]()
    for turn in range(ROUNDS):
        clocks = Clock(device, scale), Clock(device, scale)
        passes = [
            partial(_by_hand, way, clocks[0], data, place / f"{turn}-bare"),
            partial(device_training.by_the_worker, way, clocks[1], data, place / f"{turn}-worker"),
        ]
        for run in reversed(passes) if turn % 2 else passes:
            notes += run()
        one, other = (clock.pictures_per_second for clock in clocks)
        bare.append(one)
        ours.append(other)
        added.append(1e3 * batch * (1 / other - 1 / one) if one else math.nan)
    one, other, more = (statistics.median(values) for values in (bare, ours, added))
    if one:
        missed = MISSED if device.type == "cuda" and more > MOST_MS else ""
        yield f"{name:38}{1e3 * batch / one:9.2f}{one:9.0f}{other:10.0f}{more:+10.2f}{missed}"
    else:
        yield f"{name:38}{'':9}{'left out':>9}{other:10.0f}"
    yield from sorted({f"  told: {note}" for note in notes})


def _by_hand(way: Way, clock: Clock, data: Mapping[str, Dataset], folder: Path) -> list[str]:
    """Train in a plain loop; give why not where the network cannot be compiled here."""
    try:
        device_training.by_hand(way, clock, data, folder)
    except Exception as error:
        if not way.compile:
            raise
        torch.compiler.reset()
        line = (str(error).strip().splitlines() or [""])[0]
        return [f"by hand left out: {type(error).__name__}: {line[:200]}"]
    return []


def _loading(device: torch.device, scale: Scale, data: Dataset, pictures: Path) -> Iterator[str]:
    yield f"== {_count(scale)} JPEGs onto the device, {scale.workers} loader processes"
    passes: dict[str, Callable[[], Iterable[object]]] = {
        "haversack, shard": lambda: device_training.batches(scale, data, device),
        "timm, create_loader": lambda: timm_peer.batches(scale, pictures, device),
    }
    rates: dict[str, list[float]] = {name: [] for name in passes}
    for turn in range(ROUNDS):
        for name in reversed(passes) if turn % 2 else passes:
            clock = Clock(device, scale)
            device_training.loading(clock, islice(passes[name](), scale.warm_up + scale.steps))
            rates[name].append(clock.pictures_per_second)
    for name, all_of in rates.items():
        yield f"{name:38}{statistics.median(all_of):9.0f} /s"


def _training(
    clock: Clock, folder: Path, data: Dataset, pictures: Path, script: Path | None
) -> Iterator[str]:
    yield f"== training on those JPEGs, {AS_TIMM}"
    splits = {"train": data, "val": device_training.Made(clock.scale.size.edge, 1)}
    device_training.by_the_worker(AS_TIMM, clock, splits, folder / "training")
    yield _row("haversack, worker", clock)
    peer = Clock(clock.device, clock.scale, clock.spent, clock.idle)
    timm_peer.by_its_pieces(peer, pictures)
    yield _row("timm, a loop of its own pieces", peer)
    if script is None:
        yield "  timm's train.py: left out, name it with --timm-script or TIMM_TRAIN_SCRIPT"
        return
    output = folder / "timm"
    output.mkdir()
    try:
        rate = timm_peer.by_its_script(script, clock.scale, pictures, output)
        yield f"{'timm, its train.py':38}{rate:9.0f} /s"
    except RuntimeError as error:
        yield f"  timm's train.py: {error}"


def _row(name: str, clock: Clock) -> str:
    joules = clock.joules_per_picture
    cost = "" if joules is None else f"{1e3 * joules:10.1f} mJ a picture, less idle"
    return f"{name:38}{clock.pictures_per_second:9.0f} /s{cost}"


def _energy(
    device: torch.device,
    scale: Scale,
    folder: Path,
    seconds: float,
    spent: Counter | None,
    why: str,
) -> Iterator[str]:
    yield "== energy of answering, less idle"
    if spent is None:
        yield f"  left out: {why}"
        return
    network = network_of(scale.size, folder).to(device).eval()
    for count in (1, scale.size.batch):
        images = torch.zeros(count, 3, scale.size.edge, scale.size.edge, device=device)
        joules, reason = joules_per_run(_asked(network, images), seconds, spent)
        told = f"  {reason}" if joules is None else f"{1e3 * joules / count:9.2f} mJ a picture"
        yield f"{f'torch, float32, batches of {count}':38}{told}"


def _asked(network: torch.nn.Module, images: torch.Tensor) -> Callable[[], object]:
    def run() -> None:
        with torch.inference_mode():
            network(images)
        if images.is_cuda:
            torch.cuda.synchronize(images.device)

    return run


def _count(scale: Scale) -> int:
    return (scale.warm_up + scale.steps) * scale.size.batch


def _counter(device: torch.device) -> tuple[Counter | None, str]:
    if device.type != "cuda":
        return processor_counter(), "no energy counter (RAPL) that this user may read"
    gpu = open_gpu(uuid_of(device.index or 0))
    counter = None if gpu is None else gpu.energy_counter()
    return counter, "this GPU's driver does not count its energy (NVML)"


def _idle_watts(spent: Counter, seconds: float) -> float:
    began, before = time.monotonic(), spent()
    time.sleep(seconds)
    return (spent() - before) / (time.monotonic() - began)
