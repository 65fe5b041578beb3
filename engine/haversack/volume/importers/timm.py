"""timm's results on ImageNet joined with its benchmarks: one volume for each device and stack.

The tables are those of the folder ``results`` of huggingface/pytorch-image-models (Apache-2.0).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haversack.volume.errors import VolumeFormatError
from haversack.volume.importers.imported import Imported, ImportReport, positive
from haversack.volume.relative import add_relative_task_metric
from haversack.volume.volume import Volume

if TYPE_CHECKING:
    import pandas as pd

RESULTS = "results-imagenet.csv"
BENCHMARK = "benchmark-infer-*.csv"
_STACK = re.compile(
    r"benchmark-infer-(?P<precision>[a-z0-9]+)-(?P<layout>nchw|nhwc)-pt(?P<torch>\d+)"
    r"-(?P<backend>cu\d+|cpu)-(?P<device>[a-z0-9_]+)(-(?P<compiler>[a-z]+))?"
)
_TAKEN = {
    "backbone": "model",
    "weights": "hf:timm/ and model",
    "model_family": "model, up to the first digit or underscore",
    "height": "img_size",
    "width": "img_size",
    "if_task_metric": "top1 / 100",
    "top5": "top5 / 100",
    "param_count_M": "param_count",
    "if_inf_macs": "infer_gmacs x 1e9",
    "activations_M": "infer_macts",
    "od_inf_rate_ms": "1000 / infer_samples_per_sec",
}


@dataclass(frozen=True, slots=True)
class Stack:
    """The device and software that a benchmark's file name tells."""

    precision: str
    layout: str
    torch: str
    backend: str
    device: str
    compiler: str

    @classmethod
    def of(cls, path: Path) -> Stack:
        """Read it out of a file's name; what it does not tell is empty."""
        match = _STACK.fullmatch(path.stem)
        if match is None:
            return cls("", "", "", "", path.stem.removeprefix("benchmark-infer-"), "")
        told = {name: value or "" for name, value in match.groupdict().items()}
        torch = f"{told['torch'][0]}.{told['torch'][1:-1]}.{told['torch'][-1]}"
        return cls(**{**told, "torch": torch})

    def words(self) -> str:
        """Say it in a sentence's part."""
        parts = [self.device, self.precision, self.layout, self.torch and f"torch {self.torch}"]
        return ", ".join(part for part in (*parts, self.backend, self.compiler) if part)


def is_timm(folder: Path) -> bool:
    """Say whether a folder holds timm's tables."""
    return (folder / RESULTS).is_file() and any(folder.glob(BENCHMARK))


def import_timm(folder: Path) -> tuple[list[Imported], ImportReport]:
    """Import every benchmark of the folder, joined with the results.

    Benchmark names carry no weights tag, so a benchmark row serves every result of the same
    architecture (the name before the first dot) and image size. ``infer_step_time`` is the time of
    a whole batch; the time of one picture is ``1000 / infer_samples_per_sec``.

    Raises:
        VolumeFormatError: A table lacks a column that is needed.
    """
    report = ImportReport("timm", taken_columns=dict(_TAKEN))
    results = _results(folder / RESULTS, report)
    volumes = [_one_stack(path, results, report) for path in sorted(folder.glob(BENCHMARK))]
    report.rows_taken = sum(len(volume.frame) for volume in volumes)
    report.dropped_columns = ("top1_err", "top5_err", "crop_pct", "interpolation")
    report.dropped_columns += ("infer_step_time", "infer_batch_size")
    return volumes, report


def _results(path: Path, report: ImportReport) -> pd.DataFrame:
    results = _frame(path, ["model", "img_size", "top1", "top5", "param_count"])
    report.rows_read += len(results)
    results["architecture"] = results["model"].astype(str).str.partition(".")[0]
    return results


def _one_stack(path: Path, results: pd.DataFrame, report: ImportReport) -> Imported:
    stack = Stack.of(path)
    names = ["model", "infer_img_size", "infer_samples_per_sec", "infer_gmacs", "infer_macts"]
    speed = _frame(path, names)
    report.rows_read += len(speed)
    speed = speed.rename(columns={"model": "architecture", "infer_img_size": "img_size"})
    key = ["architecture", "img_size"]
    report.drop(f"{path.stem}: measured twice", int(speed.duplicated(key).sum()))
    speed = speed.drop_duplicates(key)
    joined = results.merge(speed, on=key)
    report.drop(f"{path.stem}: no accuracy in {RESULTS}", _unmatched(speed, joined, key))
    report.drop(f"{path.stem}: no benchmark of that size", len(results) - len(joined))
    family = joined["architecture"].str.extract(r"^([A-Za-z]+)", expand=False)
    frame = joined[[]].assign(
        id=range(1, len(joined) + 1),
        run_id=joined["model"],
        hardware=stack.device,
        quantization=stack.precision or None,
        height=joined["img_size"].astype("int64"),
        width=joined["img_size"].astype("int64"),
        model_family=family,
        backbone=joined["model"],
        weights="hf:timm/" + joined["model"],
        if_task_metric=positive(joined["top1"], "if_task_metric", report) / 100,
        top5=positive(joined["top5"], "top5", report) / 100,
        param_count_M=positive(_millions(joined["param_count"]), "param_count_M", report),
        if_inf_macs=positive(joined["infer_gmacs"], "if_inf_macs", report) * 1e9,
        activations_M=positive(joined["infer_macts"], "activations_M", report),
        od_inf_rate_ms=1000 / positive(joined["infer_samples_per_sec"], "od_inf_rate_ms", report),
        dataset="imagenet-1k",
    )
    about: dict[str, Any] = {
        "task": "classification",
        "measured": f"top-1 accuracy on ImageNet and time of one picture, {stack.words()}",
        "by": "timm's validate.py and benchmark.py",
        "on": stack.words(),
        "licence": "Apache-2.0",
        "source": "github.com/huggingface/pytorch-image-models, results/*.csv",
        "metric_directions": {"activations_M": "lower", "param_count_M": "lower"},
    }
    name = f"timm_{path.stem.removeprefix('benchmark-infer-')}"
    return Imported(name, add_relative_task_metric(frame, "if_task_metric"), about)


def _frame(path: Path, columns: list[str]) -> pd.DataFrame:
    table = Volume.open(path)
    lacking = [name for name in columns if name not in table.columns]
    if lacking:
        raise VolumeFormatError(
            f"{path.name} has no column {', '.join(lacking)}", "Fetch timm's results folder again."
        )
    return table.frame(columns)


def _millions(values: pd.Series[Any]) -> pd.Series[Any]:
    """Read numbers whose thousands timm separates by a comma; other text stays as it is."""
    import pandas as pd

    text = values.astype("string").str.replace(",", "", regex=False)
    found = pd.to_numeric(text, errors="coerce").astype(object)
    return found.where(found.notna(), text)


def _unmatched(speed: pd.DataFrame, joined: pd.DataFrame, key: list[str]) -> int:
    return len(speed) - len(joined[key].drop_duplicates())
