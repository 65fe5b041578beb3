"""Everything that is measured of one exported network on this machine."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from haversack.data.geometry import to_square
from haversack.data.sample import Sample
from haversack.runs.events import PhaseBegan, Progressed
from haversack.training.device import usable_cores
from haversack.training.inference.onnx_runner import open_onnx
from haversack.training.loading.batches import as_input, collate
from haversack.training.measuring.energy import joules_per_run
from haversack.training.measuring.latency import measure_latency
from haversack.training.measuring.machine import (
    describe_machine,
    frequency_hz,
    governor,
    temperature,
    throttle_count,
)
from haversack.training.measuring.memory import peak_memory
from haversack.training.stopping import StopRequested
from haversack.training.tasks.task import Task
from haversack.training.work import Work

ENERGY_SECONDS = 30.0


def measure_file(
    work: Work, path: Path, task: Task, picture: Sample, threads: int, min_runs: int, seconds: float
) -> dict[str, Any]:
    """Measure an exported file with batches of one picture.

    Args:
        work: Where progress goes; whether to stop.
        path: The ONNX file.
        task: What its outputs mean, for the measurement with processing.
        picture: A picture as it comes from the disk or camera.
        threads: Threads of one run; 0 for as many as this process may use.
        min_runs: Runs after which a measurement is enough.
        seconds: Seconds after which it is enough.

    Returns:
        ``p50_ms`` and its like for the network alone, ``with_processing`` for picture to
        predictions, ``load_ms``, ``peak_memory_bytes``, ``energy_mJ``, ``avg_cpu_freq_Hz``,
        what the machine is, and ``not_measured`` with the reason for each None.
    """
    not_measured: dict[str, str] = {}
    started = time.perf_counter()
    runner = open_onnx(path, threads)
    load_ms = (time.perf_counter() - started) * 1e3
    size = runner.about.image_size
    square = to_square(picture, size)
    feed = {"images": as_input(collate([square])["images"]).numpy()}
    clocks: list[float] = []

    def network_alone() -> object:
        return runner.session.run(None, feed)

    def with_processing() -> object:
        images = collate([to_square(picture, size)])["images"]
        return task.predict(tuple(runner(images)))

    def watch(phase: str, count: int) -> None:
        if work.stopped():
            raise StopRequested
        work.emit(Progressed(phase=phase, done=count, total=min_runs, unit="runs"))

    work.emit(PhaseBegan(phase="measure"))
    throttled_before = throttle_count()
    clocks.append(frequency_hz() or 0.0)
    alone = measure_latency(network_alone, min_runs, seconds, lambda n: watch("measure", n))
    clocks.append(frequency_hz() or 0.0)
    peak = peak_memory(path, size, threads or usable_cores())
    work.emit(PhaseBegan(phase="measure with processing"))
    with torch.inference_mode():
        whole = measure_latency(
            with_processing,
            max(1, min_runs // 4),
            seconds / 4,
            lambda n: watch("measure with processing", n),
        )
    throttled = throttle_count()
    joules, why = joules_per_run(network_alone, min(ENERGY_SECONDS, 3 * seconds))
    found: dict[str, Any] = {
        "peak_memory_bytes": peak,
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
        "gpu_memory_bytes": (None, "ran on the processor"),
    }
    for name, (value, reason) in found.items():
        if value is None:
            not_measured[name] = reason
    return {
        **asdict(alone),
        "with_processing": asdict(whole),
        "load_ms": load_ms,
        **{name: value for name, (value, _) in found.items()},
        "threads": threads or usable_cores(),
        "runtime": "onnxruntime",
        "precision": runner.about.precision,
        "calibration": runner.about.calibration or None,
        "per_channel": runner.about.per_channel if runner.about.precision == "int8" else None,
        "batch_size": 1,
        "image_size": size,
        **describe_machine(),
        "not_measured": not_measured,
    }
