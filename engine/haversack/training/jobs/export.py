"""Export: a checkpoint to an ONNX file that was compared with torch."""

from __future__ import annotations

from typing import Any

from haversack.training.builders.datasets import build_datasets
from haversack.training.export.exporting import export_checkpoint
from haversack.training.report import write_report
from haversack.training.work import Work


def export(work: Work) -> dict[str, Any]:
    """Export ``checkpoint``; the option ``precision`` overrides the recipe's.

    Returns:
        ``file`` relative to the run's folder, ``precision``, ``max_abs_diff`` and ``size``.

    Raises:
        HaversackError: The checkpoint, the data or the export is not sound.
    """
    exported = export_checkpoint(work, build_datasets(work))
    result = {
        "file": exported.path.name,
        "precision": exported.precision,
        "max_abs_diff": exported.max_abs_diff,
        "size": exported.size,
    }
    write_report(work, result)
    return result
