"""Export: a checkpoint to an ONNX file that was compared with torch."""

from __future__ import annotations

from typing import Any

from haversack.training.builders.datasets import build_datasets
from haversack.training.checkpoint.folder import read_about
from haversack.training.export.exporting import export_checkpoint
from haversack.training.inference.evaluating import evaluate_over
from haversack.training.inference.runner import open_trained
from haversack.training.report import write_report
from haversack.training.settings import settings_of
from haversack.training.work import Work


def export(work: Work) -> dict[str, Any]:
    """Export ``checkpoint``; the options ``precision`` and ``calibration`` override the recipe's.

    The option ``accuracy`` says whether the file is evaluated on the validation split; without it
    a file in float16 or int8 is, for it may be worse than the network.

    Returns:
        ``file`` relative to the run's folder, ``precision``, ``calibration``, ``per_channel``,
        ``max_abs_diff`` and ``size``; ``metrics`` of the file beside ``framework_metrics``, those
        of the checkpoint; ``not_measured`` with the reason where the difference is None.

    Raises:
        HaversackError: The checkpoint, the data or the export is not sound.
    """
    splits = build_datasets(work)
    exported = export_checkpoint(work, splits)
    about = exported.about
    result: dict[str, Any] = {
        "file": exported.path.name,
        "precision": about.precision,
        "calibration": about.calibration or None,
        "per_channel": about.per_channel if about.precision == "int8" else None,
        "max_abs_diff": exported.max_abs_diff,
        "size": exported.size,
        "metrics": None,
        "framework_metrics": read_about(work.spec.checkpoint).metrics
        if work.spec.checkpoint is not None
        else None,
    }
    if exported.not_measured:
        result["not_measured"] = exported.not_measured
    if work.spec.options.get("accuracy", about.precision != "float32"):
        trained = open_trained(work.with_options(model=str(exported.path)))
        result["metrics"], _ = evaluate_over(work, trained, splits["val"], settings_of(work))
    write_report(work, result)
    return result
