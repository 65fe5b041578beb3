"""One row of a golden volume, from a recipe, what its training gave and what a device measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from haversack.base.cores import usable_cores
from haversack.catalog.own import OwnPictures
from haversack.recipe.sppr import to_sppr
from haversack.recipe.tree import Recipe
from haversack.services.doctor import processor_name
from haversack.services.versions import environment_lock

_RUNTIMES = {"onnxruntime": "ONNX Runtime", "tensorrt": "TensorRT", "torch": "torch"}
AND = " and "
"""Between the machines of a card."""
TASK_METRIC = {"classification": "accuracy", "detection": "map_50", "segmentation": "miou"}


def golden_row(
    recipe: Recipe,
    quantization: str,
    trained_metrics: Mapping[str, Any] | None,
    measured: Mapping[str, Any],
) -> dict[str, Any]:
    """Give the row without ``id``, ``timestamp`` and ``run_id``; null where nothing was measured.

    Args:
        recipe: What was trained.
        quantization: Numbers in the exported file.
        trained_metrics: Metrics of the network in the framework.
        measured: The result of a measuring run.
    """
    metric = TASK_METRIC[recipe.task]
    recipe = as_exported(recipe, quantization, measured)
    size, is_int8 = recipe["model.image_size"], quantization == "int8"
    return {
        "hardware": measured_hardware(measured),
        "quantization": quantization,
        "calib_method": calibration_of(measured) if is_int8 else None,
        "per_channel": measured.get("per_channel", True) if is_int8 else None,
        "height": size,
        "width": size,
        "model_family": title_of(recipe, "model"),
        "backbone": title_of(recipe, "model.backbone"),
        "optimizer": title_of(recipe, "trainer.optimizer"),
        "scheduler": title_of(recipe, "trainer.scheduler"),
        "if_task_metric": (trained_metrics or {}).get(metric),
        "if_inf_size": scaled(measured["parameters"], 4 / 1e6),
        "if_inf_macs": measured["macs"],
        "od_task_metric": (measured["metrics"] or {}).get(metric),
        "od_inf_rate_ms": measured["p50_ms"],
        "od_inf_energy_mJ": measured["energy_mJ"],
        "od_size_MB": measured["size"] / 1e6,
        "od_gpu_mem_MB": scaled(measured.get("gpu_memory_bytes"), 1e-6),
        "od_cpu_mem_MB": scaled(measured["peak_memory_bytes"], 1e-6),
        "od_total_mem_MB": scaled(total_memory(measured), 1e-6),
        "od_avg_cpu_freq_Hz": measured["avg_cpu_freq_Hz"],
        "sppr": to_sppr(recipe),
        "dataset": dataset_name(recipe),
    }


def as_exported(recipe: Recipe, quantization: str, measured: Mapping[str, Any]) -> Recipe:
    """Give a recipe that exports the numbers that were measured: the one to cook a row by."""
    recipe = recipe.copy()
    recipe["export.precision"] = quantization
    if quantization == "int8":
        recipe["export.calibration"] = calibration_of(measured)
    return recipe


def calibration_of(measured: Mapping[str, Any]) -> str:
    """Give how the levels of an int8 file were found; early runs do not tell."""
    return measured.get("calibration") or "minmax"


def measured_hardware(measured: Mapping[str, Any]) -> str:
    """Give the hardware of a measuring run as rows name it.

    What ran the network is named too where it is not the usual one, ONNX Runtime on the processor.
    """
    runtime, found = measured.get("runtime", "onnxruntime"), measured.get("hardware") or hardware()
    is_usual = runtime == "onnxruntime" and measured.get("device", "cpu") == "cpu"
    return found if is_usual else f"{found}; {_RUNTIMES.get(runtime, runtime)}"


def hardware() -> str:
    """Give this machine's processor and the threads that may be used, as rows name it."""
    return f"{processor_name()}, {usable_cores()} threads"


def measured_on(results: Iterable[Mapping[str, Any]]) -> str:
    """Give what a card says of the machines and runtimes of measuring runs, each of them once.

    Args:
        results: What the runs gave; what they do not tell is taken from this machine.
    """
    return AND.join(dict.fromkeys(_on(measured) for measured in results))


def _on(measured: Mapping[str, Any]) -> str:
    lock, versions = environment_lock(), measured.get("versions") or {}
    parts, runtime = [], measured.get("runtime", "onnxruntime")
    if runtime == "tensorrt":
        parts.append("TensorRT")
    if runtime == "torch":
        parts.append(f"torch {versions.get('torch') or lock.get('torch', '?')}")
    else:
        here = lock.get("onnxruntime") or lock.get("onnxruntime-gpu", "?")
        parts.append(f"ONNX Runtime {versions.get('onnxruntime') or here}")
    if measured.get("device", "cpu") != "cpu" and versions.get("cuda"):
        parts.append(f"CUDA {versions['cuda']}")
    parts.append(measured.get("system") or lock["system"])
    return f"{measured.get('hardware') or hardware()}; {', '.join(parts)}"


def total_memory(measured: Mapping[str, Any]) -> float | None:
    """Give the memory of processor and GPU together; None where one that counts is not known."""
    resident, on_gpu = measured.get("peak_memory_bytes"), measured.get("gpu_memory_bytes")
    if measured.get("device", "cpu") == "cpu":
        return resident
    return None if resident is None or on_gpu is None else resident + on_gpu


def scaled(value: float | None, factor: float) -> float | None:
    """Give a value in another unit; None stays None."""
    return None if value is None else value * factor


def dataset_name(recipe: Recipe) -> str | None:
    """Give the set's title, or an imported set's own name; of a set made of others, theirs too."""
    place = "data.data_generator"
    titles = [
        node.name if isinstance(node, OwnPictures) else node.meta.title
        for path, node in recipe.walk()
        if path == place or path.startswith(f"{place}.")
    ]
    if len(titles) < 2:
        return titles[0] if titles else None
    return f"{titles[0]} of {' and '.join(titles[1:])}"


def title_of(recipe: Recipe, path: str) -> str | None:
    """Give the title of the ingredient at a path; None where there is none."""
    for where, node in recipe.walk():
        if where == path:
            return node.meta.title
    return None
