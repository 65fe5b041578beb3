"""Measuring: what an exported network costs and how good it is on this machine."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from haversack.runs.spec import RunSpec
from haversack.training.builders.datasets import build_datasets
from haversack.training.checkpoint.folder import read_about
from haversack.training.errors import TrainingError
from haversack.training.export.exporting import export_checkpoint
from haversack.training.inference.evaluating import evaluate_over
from haversack.training.inference.runner import load_network
from haversack.training.measuring.arithmetic import multiply_adds, parameters
from haversack.training.measuring.measure import measure_subject
from haversack.training.measuring.subject import (
    Subject,
    checkpoint_subject,
    exported_subject,
    runtime_of,
)
from haversack.training.report import write_report
from haversack.training.settings import settings_of
from haversack.training.work import Work


def measure(work: Work) -> dict[str, Any]:
    """Measure the ONNX file of the option ``model``, or export the checkpoint and measure that.

    Options: ``model``; ``runtime`` (``onnxruntime``, ``tensorrt``, or ``torch``, which measures the
    checkpoint itself in float32); ``precision`` and ``calibration`` (of the export); ``accuracy``
    (false leaves the metrics out); ``threads``; ``min_runs`` (1000) and ``seconds`` (10),
    whichever comes first.

    Returns:
        What `measure_subject` gives, with ``file``, ``size``, ``metrics`` on this device (None with
        a reason where not wanted) beside ``framework_metrics``, those of the checkpoint,
        ``parameters`` and ``macs``; also written as ``report.json``.

    Raises:
        HaversackError: The checkpoint, the file, the device or the data cannot be used.
        StopRequested: Somebody asked to stop.
    """
    min_runs = math.ceil(_number(work.spec, "min_runs", 1000, is_positive=True))
    seconds = _number(work.spec, "seconds", 10.0, is_positive=True)
    threads, model = int(_number(work.spec, "threads", 0)), work.spec.options.get("model")
    splits, runtime, exported = build_datasets(work), runtime_of(work), None
    if runtime != "torch" and not model:
        exported = export_checkpoint(work, splits)
        model = str(exported.path)

    def open_subject() -> Subject:
        if runtime == "torch":
            return checkpoint_subject(work, threads)
        return exported_subject(work, Path(str(model)), threads, runtime)

    subject, result = measure_subject(
        work,
        open_subject,
        splits["val"][0],
        min_runs,
        seconds,
    )
    trained = subject.trained
    result["file"] = subject.file.name
    result["size"] = subject.file.stat().st_size
    result["max_abs_diff"] = None if exported is None else exported.max_abs_diff
    result["not_measured"] |= {} if exported is None else exported.not_measured
    if work.spec.options.get("accuracy", True):
        metrics, samples = evaluate_over(work, trained, splits["val"], settings_of(work))
        result |= {"metrics": metrics, "samples": samples}
    else:
        result |= {"metrics": None, "samples": 0}
        result["not_measured"]["metrics"] = "not wanted"
    result |= _arithmetic(work, trained.image_size, result["not_measured"])
    write_report(work, result)
    return result


def _arithmetic(work: Work, image_size: int, not_measured: dict[str, str]) -> dict[str, Any]:
    if work.spec.checkpoint is None:
        names = ("parameters", "macs", "framework_metrics")
        not_measured |= dict.fromkeys(names, "the run was given no checkpoint")
        return dict.fromkeys(names)
    network, _ = load_network(work)
    return {
        "parameters": parameters(network),
        "macs": multiply_adds(network, image_size),
        "framework_metrics": read_about(work.spec.checkpoint).metrics,
    }


def _number(spec: RunSpec, name: str, default: float, is_positive: bool = False) -> float:
    value = spec.options.get(name, default)
    if isinstance(value, int | float) and not isinstance(value, bool):
        is_sound = value > 0 if is_positive else value >= 0
        if is_sound:
            return float(value)
    wanted = "above zero" if is_positive else "that is not negative"
    raise TrainingError(f"the option {name} is {value!r}", f"Give a number {wanted}.")
