"""What a run has found, in words: each fact with its name and its unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from haversack.runs.reducer import RunState
from haversack_gui import words
from haversack_gui.words import tr

TITLES = {
    "accuracy": "Accuracy",
    "f1": "F1 score",
    "precision": "Precision",
    "recall": "Recall",
    "map": "mAP",
    "map_50": "mAP at 50 % overlap",
    "map_75": "mAP at 75 % overlap",
    "mar_1": "Recall with 1 box at most",
    "mar_10": "Recall with 10 boxes at most",
    "mar_100": "Recall with 100 boxes at most",
    "miou": "Mean IoU",
    "loss": "Loss",
    "loss_mean": "Mean loss",
    "learning_rate": "Learning rate",
    "samples": "Pictures judged",
    "seconds": "Time for all of them",
    "p50_ms": "Median time, ms",
    "p90_ms": "9 of 10 within, ms",
    "p99_ms": "99 of 100 within, ms",
    "mean_ms": "Mean time, ms",
    "runs": "Inferences timed",
    "warmup_runs": "Inferences to warm up",
    "load_ms": "Time to load, ms",
    "peak_memory_bytes": "Memory at most",
    "gpu_memory_bytes": "GPU memory at most",
    "memory_bytes": "Memory of the machine",
    "energy_mJ": "Energy of one, mJ",
    "avg_cpu_freq_Hz": "Clock of the processor",
    "temperature_C": "Temperature, °C",
    "max_abs_diff": "Largest difference to the network",
    "size": "Size of the model",
    "macs": "Multiply-adds",
    "image_size": "Picture size, px",
    "batch_size": "Pictures at once",
    "runtime": "Run by",
    "calibration": "Calibrated by",
}
PARTS = {"size": "Loss of box sizes", "offset": "Loss of offsets", "heatmap": "Loss of centres"}
"""Parts of a detector's loss, of which one has the name of a result."""
STAGES = {"train": "{value}, training", "val": "{value}, validation"}
NUMBER_FORMAT = "Number format"
NAMES = {"cpu": "CPU", "torch": "PyTorch", "onnxruntime": "ONNX Runtime"}
"""What people call what programs name otherwise."""
FILES = frozenset({"file", "page", "judgement"})
"""Facts that name a file, which is listed with its size anyway."""
_SHOWN: dict[str, Callable[[float], str]] = {
    "seconds": words.duration,
    "size": words.size,
    "peak_memory_bytes": words.size,
    "gpu_memory_bytes": words.size,
    "memory_bytes": words.size,
    "avg_cpu_freq_Hz": lambda value: f"{value / 1e9:.3g} GHz",
}


def facts(state: RunState) -> list[tuple[str, str]]:
    """Give what a run has found as pairs of a name and a value."""
    result: Mapping[str, Any] = state.result or {}
    judged = result.get("metrics")
    found = dict(_named(state.metrics)) | dict(_named(judged if isinstance(judged, dict) else {}))
    return list((found | dict(_named(result))).items())


def title_of(key: str) -> str:
    """Give a value's name in words; ``"val/f1"`` becomes ``"F1 score, validation"``."""
    stage, _, name = key.rpartition("/")
    titles = {**TITLES, **PARTS} if stage else TITLES
    title = tr(titles[name]) if name in titles else name.replace("_", " ").capitalize()
    if not stage or name == "learning_rate":
        return title
    return tr(STAGES[stage]).format(value=title) if stage in STAGES else f"{title}, {stage}"


def _named(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if key in FILES or not isinstance(value, (int, float, str)):
            continue
        yield _title(key, value), _text(key, value)


def _title(key: str, value: float | str) -> str:
    if key == "precision" and isinstance(value, str):
        return tr(NUMBER_FORMAT)
    return title_of(key)


def _text(key: str, value: float | str) -> str:
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, str):
        return NAMES.get(value, value)
    return _SHOWN.get(key, words.number)(value)
