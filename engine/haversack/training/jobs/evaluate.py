"""Evaluation: metrics of a checkpoint or an exported file on the validation split."""

from __future__ import annotations

import time
from typing import Any

from haversack.training.builders.datasets import build_datasets
from haversack.training.inference.evaluating import evaluate_over
from haversack.training.inference.runner import open_trained
from haversack.training.judging.choose import choose_judge
from haversack.training.judging.writing import write_judgement
from haversack.training.report import write_report
from haversack.training.settings import settings_of
from haversack.training.work import Work


def evaluate(work: Work) -> dict[str, Any]:
    """Evaluate ``checkpoint``, or the ONNX file of the option ``model``.

    Returns:
        ``metrics``, ``samples``, ``runtime`` and ``seconds``, also written as ``report.json``;
        ``page`` and ``judgement``, files of the run's folder with the confusion matrix, a table
        by class, curves of precision over recall, and the worst mistakes (as pictures in the page).

    Raises:
        HaversackError: The data, the checkpoint or the file cannot be used.
        StopRequested: Somebody asked to stop.
    """
    started = time.monotonic()
    trained = open_trained(work)
    dataset, judge = build_datasets(work)["val"], choose_judge(work, trained)
    metrics, samples = evaluate_over(work, trained, dataset, settings_of(work), judge.update)
    result: dict[str, Any] = {
        "metrics": metrics,
        "samples": samples,
        "runtime": trained.runner.runtime,
        "seconds": time.monotonic() - started,
    }
    result |= write_judgement(work, trained, dataset, judge.judge(), result)
    write_report(work, result)
    return result
