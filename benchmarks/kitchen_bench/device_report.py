"""The tables of a device: steps, loading, training beside timm's, energy."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path

import torch

from haversack.data.byod.shard import Shard
from haversack.data.sample import Dataset
from haversack.pantry.pantry import Pantry
from haversack.services.datasets import import_data
from haversack.training.measuring.energy import Counter, joules_per_run, processor_counter
from haversack.training.measuring.gpu import open_gpu, uuid_of
from kitchen_bench import data_loading, device_training, timm_peer
from kitchen_bench.device_training import WAYS, Clock, Scale, Way
from kitchen_bench.networks import network_of

ROUNDS = 3
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
    pictures = data_loading.write_pictures(folder / "pictures", _count(scale))
    data = _shard(folder, pictures)
    yield from _loading(device, scale, data, pictures)
    yield from _training(Clock(device, scale, spent, idle), folder, data, pictures, script)
    yield from _energy(device, scale, folder, seconds, spent, why)


def _steps(device: torch.device, scale: Scale, folder: Path) -> Iterator[str]:
    size = scale.size
    yield f"== steps of {size.architecture}, {size.edge} px, {size.batch} pictures made beforehand"
    yield f"{'':38}{'bare /s':>9}{'worker /s':>10}{'added ms':>10}"
    data = device_training.made(scale)
    for number, way in enumerate(WAYS):
        bare, ours, notes = [], [], list[str]()
        for turn in range(ROUNDS):
            clocks = Clock(device, scale), Clock(device, scale)
            place = folder / f"steps-{number}-{turn}"
            notes += _by_hand(way, clocks[0], data, place / "bare")
            notes += device_training.by_the_worker(way, clocks[1], data, place / "worker")
            bare.append(clocks[0].pictures_per_second)
            ours.append(clocks[1].pictures_per_second)
        one, other = statistics.median(bare), statistics.median(ours)
        if one:
            added = 1e3 * size.batch * (1 / other - 1 / one)
            yield f"{way!s:38}{one:9.0f}{other:10.0f}{added:+10.2f}"
        else:
            yield f"{way!s:38}{'left out':>9}{other:10.0f}"
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
    ours, theirs = Clock(device, scale), Clock(device, scale)
    total = scale.warm_up + scale.steps
    device_training.loading(ours, islice(device_training.batches(scale, data, device), total))
    device_training.loading(theirs, islice(timm_peer.batches(scale, pictures, device), total))
    yield f"{'haversack, shard':38}{ours.pictures_per_second:9.0f} /s"
    yield f"{'timm, create_loader':38}{theirs.pictures_per_second:9.0f} /s"


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


def _shard(folder: Path, pictures: Path) -> Dataset:
    """Take the pictures in as a person would; all of them are trained on."""
    pantry = Pantry.build(folder / "pantry")
    kept, _ = import_data(pictures, pantry, "bench")
    return Shard(pantry.store.path(kept.sha256)).everything()


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
