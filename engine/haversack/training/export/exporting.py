"""From a checkpoint to a checked ONNX file in the run's folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from haversack.base.files import write_bytes
from haversack.catalog.outcomes import OnnxExport
from haversack.data.sample import Dataset
from haversack.runs.events import PhaseBegan
from haversack.training.errors import TrainingError
from haversack.training.export.about import OnnxAbout
from haversack.training.export.float32 import describe, to_onnx
from haversack.training.export.int8 import to_int8
from haversack.training.inference.onnx_runner import open_onnx
from haversack.training.inference.runner import Loaded, load_network
from haversack.training.loading.batches import as_input, collate
from haversack.training.loading.samples import SquaredSamples
from haversack.training.work import Work, expect

FILES: Mapping[str, str] = {"float32": "model.onnx", "int8": "model-int8.onnx"}
TOLERANCE = 1e-3
"""Largest difference that is sound, for each unit of the largest output."""
CHECKED_PICTURES = 8


@dataclass(frozen=True, slots=True)
class Exported:
    """An exported file.

    Attributes:
        path: The file.
        precision: Numbers in it.
        max_abs_diff: Largest difference of any output from the network in torch.
        size: Bytes.
    """

    path: Path
    precision: str
    max_abs_diff: float
    size: int


def wanted_precision(work: Work) -> Literal["float32", "int8"]:
    """Give the precision of the option ``precision``, else the recipe's.

    Raises:
        TrainingError: It is neither float32 nor int8.
    """
    options = expect(work.root.export, OnnxExport, "export")
    wanted = work.spec.options.get("precision") or options.precision
    if wanted == "float32" or wanted == "int8":
        return wanted  # type: ignore[return-value] # mypy does not narrow JSON values
    raise TrainingError(f"{wanted!r} is not a precision", "Choose float32 or int8.")


def export_checkpoint(work: Work, splits: Mapping[str, Dataset]) -> Exported:
    """Export the spec's checkpoint in the wanted precision and compare it with torch.

    Raises:
        TrainingError: It cannot be exported, or a float32 file disagrees with torch.
        CheckpointError: The checkpoint cannot be used.
    """
    options = expect(work.root.export, OnnxExport, "export")
    precision = wanted_precision(work)
    network, loaded = load_network(work)
    about = _about(work, network, loaded, "float32")
    work.emit(PhaseBegan(phase="export"))
    model = to_onnx(network, about, options.opset)
    if precision == "int8":
        work.emit(PhaseBegan(phase="calibrate"))
        pictures = _pictures(splits["train"], loaded.image_size, options.calibration_images)
        model = to_int8(model, pictures)
        describe(model, _about(work, network, loaded, "int8"))
    path = work.run_dir / FILES[precision]
    content = model.SerializeToString()
    write_bytes(path, content)
    work.emit(PhaseBegan(phase="compare"))
    apart, largest = _compare(
        network, path, _pictures(splits["val"], loaded.image_size, CHECKED_PICTURES)
    )
    if precision == "float32" and not apart <= TOLERANCE * max(1.0, largest):
        path.unlink()
        raise TrainingError(
            f"the exported file differs from torch by {apart:.2g}", "Report it with the recipe."
        )
    work.produced(path, "onnx")
    return Exported(path, precision, apart, len(content))


def _about(
    work: Work, network: nn.Module, loaded: Loaded, precision: Literal["float32", "int8"]
) -> OnnxAbout:
    return OnnxAbout(
        task=loaded.task.name,
        classes=loaded.classes,
        image_size=loaded.image_size,
        recipe_id=work.recipe.id,
        precision=precision,
        stride=int(getattr(network, "stride", 0)),
    )


def _pictures(dataset: Dataset, size: int, most: int) -> Iterator[npt.NDArray[np.float32]]:
    """Yield pictures one by one as ``(1, 3, s, s)``, spread evenly over the dataset."""
    samples = SquaredSamples(dataset, size, None, 0)
    for index in np.linspace(0, len(dataset) - 1, min(most, len(dataset))).astype(int):
        yield as_input(collate([samples[(0, int(index))]])["images"]).numpy()


def _compare(
    network: nn.Module, path: Path, pictures: Iterator[npt.NDArray[np.float32]]
) -> tuple[float, float]:
    """Give the largest difference of any output from torch's, and torch's largest output."""
    runner, worst, largest = open_onnx(path), 0.0, 0.0
    for picture in pictures:
        with torch.inference_mode():
            wanted = network(torch.from_numpy(picture))
        given = [torch.from_numpy(g) for g in runner.session.run(None, {"images": picture})]
        worst = max(worst, _apart(given, wanted, getattr(network, "is_ordered", True)))
        largest = max(largest, *(float(want.abs().max()) for want in wanted))
    return worst, largest


def _apart(given: list[torch.Tensor], wanted: tuple[torch.Tensor, ...], is_ordered: bool) -> float:
    """Give the largest difference of any number.

    Answers without an order are held against their nearest, and one in ten may be another: places
    of nearly equal score at the end of the chosen ones.
    """
    if is_ordered:
        return max(float((g - w).abs().max()) for g, w in zip(given, wanted, strict=True))
    one, other = torch.cat(given, -1)[0], torch.cat(wanted, -1)[0]
    distances = torch.cdist(one, other, p=torch.inf)
    return max(float(distances.min(axis).values.quantile(0.9)) for axis in (0, 1))
