"""torchvision's weights metadata: accuracy, operations, parameters and file size, no times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from haversack.volume.importers.imported import Imported, ImportReport, positive
from haversack.volume.relative import add_relative_task_metric

METRICS = {"acc@1": "classification", "box_map": "detection", "miou": "segmentation"}
_PICTURES = ("ImageNet", "COCO")
_TAKEN = {
    "backbone": "the model's name",
    "run_id": "the weights' name",
    "weights": "url",
    "if_task_metric": "acc@1, box_map or miou / 100",
    "gflops": "_ops",
    "param_count": "num_params",
    "if_inf_size": "_file_size (MB)",
    "dataset": "the metric's data set",
}


def import_torchvision(entries: Iterable[Mapping[str, Any]]) -> tuple[list[Imported], ImportReport]:
    """Bring weights metadata into one volume for each task.

    Args:
        entries: What ``training.library_weights`` tells: model, weights, metrics, parameters,
            gflops, file_mb, url.
    """
    import pandas as pd

    report = ImportReport("torchvision", taken_columns=dict(_TAKEN))
    rows: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        report.rows_read += 1
        found = list(_results(entry["metrics"]))
        report.drop("no accuracy on pictures", not found)
        for task, dataset, value in found:
            rows.setdefault(task, []).append(
                {
                    "run_id": f"{entry['model']}.{entry['weights']}",
                    "backbone": entry["model"],
                    "weights": entry["url"],
                    "if_task_metric": value / 100,
                    "gflops": entry["gflops"],
                    "param_count": entry["parameters"],
                    "if_inf_size": entry["file_mb"],
                    "dataset": dataset,
                }
            )
    volumes = []
    for task, found_rows in sorted(rows.items()):
        frame = pd.DataFrame(found_rows)
        frame.insert(0, "id", range(1, len(frame) + 1))
        for name in ("gflops", "param_count", "if_inf_size"):
            frame[name] = positive(frame[name], name, report)
        about = {
            "task": task,
            "measured": "what torchvision states of its weights; no times were measured",
            "by": "torchvision",
            "licence": "BSD-3-Clause",
            "source": "torchvision.models, weights metadata of the installed version",
            "metric_directions": {"gflops": "lower", "param_count": "lower"},
        }
        relative = add_relative_task_metric(frame, cross_validated=False)
        volumes.append(Imported(f"torchvision_{task}", relative, about))
    report.rows_taken = sum(len(volume.frame) for volume in volumes)
    return volumes, report


def _results(metrics: Mapping[str, Mapping[str, float | None]]) -> Iterable[tuple[str, str, float]]:
    for dataset, values in metrics.items():
        for name, task in METRICS.items():
            value = values.get(name)
            if value is not None and dataset.startswith(_PICTURES):
                yield task, dataset, float(value)
