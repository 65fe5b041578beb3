"""Everything that is measured of one network on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np
import torch

from haversack.data.geometry import to_square
from haversack.data.sample import Sample
from haversack.runs.events import PhaseBegan, Progressed
from haversack.training.loading.batches import as_input, collate
from haversack.training.measuring.energy import Counter, joules_per_run, processor_counter
from haversack.training.measuring.gpu import Gpu, Watch, open_gpu, uuid_of
from haversack.training.measuring.latency import measure_latency
from haversack.training.measuring.machine import (
    describe_machine,
    frequency_hz,
    governor,
    temperature,
    throttle_count,
)
from haversack.training.measuring.subject import Subject
from haversack.training.stopping import StopRequested
from haversack.training.work import Work

ENERGY_SECONDS = 30.0
"""How long the idle device is watched, and how long it then runs the network."""


def measure_subject(
    work: Work, open_subject: Callable[[], Subject], picture: Sample, min_runs: int, seconds: float
) -> tuple[Subject, dict[str, Any]]:
    """Measure a network with batches of one picture.

    Args:
        work: Where progress goes; whether to stop.
        open_subject: Opens what is measured; that is measured too.
        picture: A picture as it comes from the disk or camera.
        min_runs: Runs after which a measurement is enough, with processing and without.
        seconds: Seconds after which it is enough.

    Returns:
        What was measured, and ``p50_ms`` and its like for the network alone, ``with_processing``
        for picture to predictions, ``load_ms``, ``peak_memory_bytes``, ``gpu_memory_bytes``,
        ``energy_mJ`` (of the GPU where it ran there, else of the processor),
        ``avg_cpu_freq_Hz``, ``nodes`` that each provider of ONNX Runtime runs on a GPU, what the
        machine and its GPU are, ``settings`` (``min_runs``, ``seconds``, and ``energy_seconds``
        where an energy is told), and ``not_measured`` with the reason for each None.
    """
    started = time.perf_counter()
    subject = open_subject()
    load_ms = (time.perf_counter() - started) * 1e3
    trained, about = subject.trained, subject.about
    size, task = trained.image_size, trained.task
    network_alone = subject.bound(as_input(collate([to_square(picture, size)])["images"]))
    gpu = None if subject.gpu is None else open_gpu(uuid_of(subject.gpu))

    def with_processing() -> object:
        images = collate([to_square(picture, size)])["images"]
        return task.predict(tuple(trained.runner(images)))

    def check() -> None:
        if work.stopped():
            raise StopRequested

    def watch(phase: str, count: int) -> None:
        check()
        work.emit(Progressed(phase=phase, done=count, total=min_runs, unit="runs"))

    work.emit(PhaseBegan(phase="measure"))
    throttled_before, clocks = throttle_count(), [frequency_hz() or 0.0]
    seen = None if gpu is None else Watch(gpu.facts)

    def on_run(count: int) -> None:
        watch("measure", count)
        if seen is not None:
            seen.look()

    alone = measure_latency(network_alone, min_runs, seconds, on_run)
    if not alone.is_stable:
        work.note(
            f"the warm-up ended after {alone.warmup_runs} runs before twenty took as long as "
            "the twenty before; if something else is at work here, end it and measure again",
            warning=True,
        )
    clocks.append(frequency_hz() or 0.0)
    board = seen.facts() if seen is not None else None
    memory = subject.memory()
    work.emit(PhaseBegan(phase="measure with processing"))
    with torch.inference_mode():
        whole = measure_latency(
            with_processing,
            min_runs,
            seconds,
            lambda n: watch("measure with processing", n),
        )
    throttled = throttle_count()
    work.emit(PhaseBegan(phase="measure energy"))
    counter, missing = _counter(subject, gpu)
    joules, why = (None, missing)
    if counter is not None:
        joules, why = joules_per_run(network_alone, ENERGY_SECONDS, counter, check)
    settings = {"min_runs": min_runs, "seconds": seconds}
    found: dict[str, tuple[object, str]] = {
        "peak_memory_bytes": memory.processor,
        "gpu_memory_bytes": memory.gpu,
        "energy_mJ": (None if joules is None else joules * 1e3, why),
        "avg_cpu_freq_Hz": (
            float(np.mean(clocks)) if all(clocks) else None,
            "the machine does not tell its clock",
        ),
        "power_mode": (governor(), "the machine does not tell its power mode"),
        "throttled": (
            None if throttled is None else throttled - (throttled_before or 0),
            "the machine does not count how often it throttles",
        ),
        "temperature_C": (temperature(), "no temperature sensor"),
        "nodes": (subject.nodes, _NODES if subject.gpu is not None else "ran on the processor"),
        "gpu": (board, "ran on the processor" if subject.gpu is None else _SILENT),
    }
    is_int8 = about is not None and about.precision == "int8"
    return subject, {
        **asdict(alone),
        "with_processing": asdict(whole),
        "settings": settings if joules is None else settings | {"energy_seconds": ENERGY_SECONDS},
        "load_ms": load_ms,
        **{name: value for name, (value, _) in found.items()},
        "threads": subject.threads,
        "runtime": trained.runner.runtime,
        "device": "cpu" if subject.gpu is None else f"cuda:{subject.gpu}",
        "precision": about.precision if about is not None else "float32",
        "calibration": (about.calibration or None) if about is not None else None,
        "per_channel": about.per_channel if is_int8 and about is not None else None,
        "batch_size": 1,
        "image_size": size,
        **describe_machine(subject.gpu),
        "not_measured": {name: reason for name, (value, reason) in found.items() if value is None}
        | {f"gpu.{name}": _SILENT for name, value in (board or {}).items() if value is None},
    }


_NODES = "this runtime does not tell which nodes the GPU runs"
_SILENT = "the GPU's driver does not tell"


def _counter(subject: Subject, gpu: Gpu | None) -> tuple[Counter | None, str]:
    """Give the counter of the device that the network runs on, or None and the reason."""
    if subject.gpu is None:
        return processor_counter(), "no energy counter (RAPL) that this user may read"
    counter = None if gpu is None else gpu.energy_counter()
    return counter, "this GPU's driver does not count its energy (NVML)"
