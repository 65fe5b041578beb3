"""OpenMMLab's metafiles: what a model zoo says of its models, from a wheel or a folder.

The layout is that of ``metafile.yml`` (Collections, Models with Metadata and Results) as the wheels
of mmpretrain, mmdet and mmsegmentation carry it under ``.mim/configs`` (Apache-2.0).
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from haversack.base.files import read_bytes
from haversack.volume.errors import VolumeFormatError
from haversack.volume.importers.imported import Imported, ImportReport, positive
from haversack.volume.relative import add_relative_task_metric

LARGEST = 4 << 20
MOST_FILES = 5_000
NAMES = ("metafile.yml", "metafile.yaml", "model-index.yml")
TASKS = {
    "Image Classification": ("classification", ("Top 1 Accuracy",)),
    "Object Detection": ("detection", ("box AP", "AP")),
    "Semantic Segmentation": ("segmentation", ("mIoU",)),
}
_TAKEN = {
    "run_id": "Models.Name",
    "backbone": "Models.Name",
    "weights": "Models.Weights",
    "model_family": "Models.In Collection",
    "if_inf_macs": "Metadata.FLOPs",
    "param_count": "Metadata.Parameters",
    "dataset": "Results.Dataset",
    "if_task_metric": "Results.Metrics / 100",
    "od_inf_rate_ms": "Metadata.inference time (ms/im), where it is told with its hardware",
    "hardware": "Metadata.inference time (ms/im).hardware",
}


def is_openmmlab(source: Path) -> bool:
    """Say whether a wheel or a folder holds metafiles."""
    if source.is_dir():
        return any(next(source.rglob(name), None) for name in NAMES)
    if source.suffix != ".whl" or not zipfile.is_zipfile(source):
        return False
    with zipfile.ZipFile(source) as archive:
        return any(entry.rpartition("/")[2] in NAMES for entry in archive.namelist())


def import_openmmlab(source: Path) -> tuple[list[Imported], ImportReport]:
    """Import every result of the metafiles: one volume for each task.

    Raises:
        VolumeFormatError: A metafile is no YAML of that layout, or absurdly large.
    """
    import pandas as pd

    report = ImportReport("openmmlab", taken_columns=dict(_TAKEN))
    rows: dict[str, list[dict[str, Any]]] = {}
    for name, content in _metafiles(source):
        for model in _models(name, content):
            for task, row in _rows(model, report):
                rows.setdefault(task, []).append(row)
    volumes = []
    for task, found in sorted(rows.items()):
        frame = pd.DataFrame(found)
        frame.insert(0, "id", range(1, len(frame) + 1))
        for metric in ("if_inf_macs", "param_count", "od_inf_rate_ms"):
            frame[metric] = positive(frame[metric], metric, report)
        frame["if_task_metric"] = positive(frame["if_task_metric"], "if_task_metric", report) / 100
        about = {
            "task": task,
            "measured": "what the model zoo's metafiles state; times where they name the hardware",
            "by": "OpenMMLab",
            "licence": "Apache-2.0",
            "source": source.name,
            "metric_directions": {"param_count": "lower"},
        }
        relative = add_relative_task_metric(frame, cross_validated=False)
        volumes.append(Imported(f"openmmlab_{task}", relative, about))
    report.rows_taken = sum(len(volume.frame) for volume in volumes)
    return volumes, report


def _metafiles(source: Path) -> Iterator[tuple[str, bytes]]:
    if source.is_dir():
        paths = sorted(path for name in NAMES for path in source.rglob(name) if path.is_file())
        for path in paths[:MOST_FILES]:
            yield path.name, read_bytes(path, LARGEST)
        return
    try:
        with zipfile.ZipFile(source) as archive:
            entries = [e for e in archive.infolist() if e.filename.rpartition("/")[2] in NAMES]
            for entry in entries[:MOST_FILES]:
                if entry.file_size > LARGEST:
                    raise VolumeFormatError(f"{entry.filename} is too large", "It is no metafile.")
                yield entry.filename, archive.read(entry)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise VolumeFormatError(f"{source.name} is damaged: {error}", "Fetch it again.") from error


def _models(name: str, content: bytes) -> list[dict[str, Any]]:
    try:
        told = yaml.safe_load(content)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        line = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise VolumeFormatError(f"{name} is no YAML: {line}", "Fetch it again.") from error
    models = told.get("Models", []) if isinstance(told, dict) else []
    return [model for model in models or [] if isinstance(model, dict)]


def _rows(model: dict[str, Any], report: ImportReport) -> Iterator[tuple[str, dict[str, Any]]]:
    about = _mapping(model.get("Metadata"))
    results = model.get("Results")
    for told in results if isinstance(results, list) else [results]:
        report.rows_read += 1
        result = _mapping(told)
        known = TASKS.get(str(result.get("Task")))
        if known is None:
            report.drop(f"a result of the task {str(result.get('Task'))[:60]!r}", 1)
            continue
        task, metrics = known
        values = _mapping(result.get("Metrics"))
        value = next((values[name] for name in metrics if name in values), None)
        if not isinstance(value, int | float):
            report.drop("no accuracy", 1)
            continue
        time = _time(about)
        yield (
            task,
            {
                "run_id": str(model.get("Name", ""))[:200],
                "hardware": time.get("hardware"),
                "backbone": str(model.get("Name", ""))[:200],
                "weights": _text(model.get("Weights")),
                "model_family": str(model.get("In Collection", ""))[:200],
                "if_task_metric": float(value),
                "if_inf_macs": _number(about.get("FLOPs")),
                "param_count": _number(about.get("Parameters")),
                "od_inf_rate_ms": _number(time.get("value")),
                "dataset": str(result.get("Dataset", ""))[:200],
            },
        )


def _text(value: object) -> str | None:
    return value[:500] if isinstance(value, str) and value else None


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _time(about: dict[str, Any]) -> dict[str, Any]:
    told = about.get("inference time (ms/im)")
    entry = told[0] if isinstance(told, list) and told else told
    return entry if isinstance(entry, dict) else {}


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
