"""Qualcomm AI Hub's measurements: one volume for each use case.

The tables are flattened from the YAML of quic/ai-hub-models (BSD-3-Clause).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haversack.base.counting import counted
from haversack.volume.errors import VolumeFormatError
from haversack.volume.importers.imported import Imported, ImportReport, positive
from haversack.volume.relative import add_relative_task_metric
from haversack.volume.volume import Volume

if TYPE_CHECKING:
    import pandas as pd

PERFORMANCE = "perf_long.csv"
ACCURACY = "accuracy_on_device.csv"
TASKS = {
    "Image Classification": "classification",
    "Object Detection": "detection",
    "Semantic Segmentation": "segmentation",
}
_LESS_IS_BETTER = ("Normalized Mean Error", "Mean Angular Error")
_SIZE = re.compile(r"([0-9.]+) ?(KB|MB|GB)")
_MB = {"KB": 1e-3, "MB": 1.0, "GB": 1e3}
_FOLDER = "github.com/quic/ai-hub-models: qai_hub_models/models/"
_NEEDED = [
    *("model_id", "use_case", "component", "precision", "runtime", "device", "inference_ms"),
    *("peak_mem_max_mb", "primary_compute_unit", "job_status", "job_id", "model_size"),
    *("input_resolution", "acc_dataset", "acc_metric", "acc_unit", "acc_torch"),
]
_TAKEN = {
    "run_id": "job_id",
    "hardware": "device",
    "quantization": "precision",
    "runtime": "runtime",
    "compute_unit": "primary_compute_unit",
    "backbone": "component",
    "weights": "model_id, as a folder of quic/ai-hub-models",
    "model_family": "model_id",
    "height": "input_resolution",
    "width": "input_resolution",
    "od_inf_rate_ms": "inference_ms",
    "od_total_mem_MB": "peak_mem_max_mb",
    "if_inf_size": "model_size",
    "if_task_metric": "acc_torch",
    "od_task_metric": "value of accuracy_on_device.csv, for the same device, precision and runtime",
    "dataset": "acc_dataset and acc_metric",
}


def is_qualcomm(folder: Path) -> bool:
    """Say whether a folder holds AI Hub's flattened tables."""
    return (folder / PERFORMANCE).is_file()


def import_qualcomm(folder: Path) -> tuple[list[Imported], ImportReport]:
    """Import the passed jobs of every use case; zeros are "not measured".

    Accuracy was taken on a partial sample and on one device alone; elsewhere it is null and the
    framework's stands in for it. Metrics of which less is better are no accuracy and are left out.

    Raises:
        VolumeFormatError: A table lacks a column that is needed.
    """
    report = ImportReport("qualcomm", taken_columns=dict(_TAKEN))
    table = Volume.open(folder / PERFORMANCE)
    lacking = [name for name in _NEEDED if name not in table.columns]
    if lacking:
        raise VolumeFormatError(
            f"{PERFORMANCE} has no column {', '.join(lacking)}", "Flatten the tables again."
        )
    found = table.frame(_NEEDED)
    report.rows_read = len(found)
    passed = found["job_status"].eq("Passed").fillna(False).astype(bool)
    report.drop("the job did not pass", int((~passed).sum()))
    found = found[passed].reset_index(drop=True)
    found["on_device"] = _on_device(folder / ACCURACY, found, report)
    report.dropped_columns = tuple(name for name in table.columns if name not in (*_NEEDED, "id"))
    volumes = [
        _one_use_case(str(use_case), rows.reset_index(drop=True), report)
        for use_case, rows in found.groupby("use_case", sort=True)
    ]
    report.rows_taken = sum(len(volume.frame) for volume in volumes)
    report.notes.append(
        "on-device accuracy is a partial sample on one device; relative_task_metric uses the "
        "framework's accuracy elsewhere"
    )
    return volumes, report


def _on_device(path: Path, found: pd.DataFrame, report: ImportReport) -> pd.Series[Any]:
    import pandas as pd

    if not path.is_file():
        return pd.Series(float("nan"), index=found.index)
    key = ["model_id", "device", "precision", "runtime"]
    accuracy = Volume.open(path).frame([*key, "metric", "value"])
    accuracy = accuracy.rename(columns={"metric": "acc_metric"})
    accuracy = accuracy.drop_duplicates([*key, "acc_metric"])
    report.rows_read += len(accuracy)
    merged = found.merge(accuracy, on=[*key, "acc_metric"], how="left")
    return merged["value"].astype(float)


def _one_use_case(use_case: str, rows: pd.DataFrame, report: ImportReport) -> Imported:
    sides = rows["input_resolution"].astype("string").str.extract(r"^(\d+)x(\d+)$")
    no_accuracy = rows["acc_metric"].isin(_LESS_IS_BETTER)
    report.null("if_task_metric", int(no_accuracy.sum()))
    frame = rows[[]].assign(
        id=range(1, len(rows) + 1),
        run_id=rows["job_id"],
        hardware=rows["device"],
        quantization=rows["precision"],
        runtime=rows["runtime"],
        compute_unit=rows["primary_compute_unit"],
        backbone=rows["component"],
        weights=_FOLDER + rows["model_id"].astype("string"),
        model_family=rows["model_id"],
        height=sides[1].astype("Int64"),
        width=sides[0].astype("Int64"),
        od_inf_rate_ms=positive(rows["inference_ms"], "od_inf_rate_ms", report),
        od_total_mem_MB=positive(rows["peak_mem_max_mb"], "od_total_mem_MB", report),
        if_inf_size=rows["model_size"].map(_megabytes),
        if_task_metric=positive(rows["acc_torch"].mask(no_accuracy), "if_task_metric", report),
        od_task_metric=positive(rows["on_device"].mask(no_accuracy), "od_task_metric", report),
        dataset=_dataset(rows),
    )
    about: dict[str, Any] = {
        "task": TASKS.get(use_case, ""),
        "measured": f"{use_case}: time and peak memory of one inference on the device",
        "by": "Qualcomm AI Hub",
        "on": f"{counted(frame['hardware'].nunique(), 'device')}; see the column hardware",
        "licence": "BSD-3-Clause",
        "source": "github.com/quic/ai-hub-models",
    }
    name = f"qualcomm_{use_case.lower().replace(' ', '_')}"
    return Imported(name, add_relative_task_metric(frame, cross_validated=False), about)


def _dataset(rows: pd.DataFrame) -> pd.Series[Any]:
    named = rows["acc_dataset"].astype("string") + ", " + rows["acc_metric"].astype("string")
    return named.astype(object).where(named.notna(), None)


def _megabytes(text: object) -> float:
    match = _SIZE.fullmatch(text) if isinstance(text, str) else None
    return float(match[1]) * _MB[match[2]] if match else float("nan")
