"""From a checkpoint to a checked ONNX file in the run's folder."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from pydantic import ValidationError
from torch import nn

from haversack.base.files import write_bytes
from haversack.catalog.outcomes import OnnxExport
from haversack.data.sample import Dataset
from haversack.runs.events import PhaseBegan
from haversack.training.errors import TrainingError
from haversack.training.export.about import OnnxAbout
from haversack.training.export.float16 import to_float16
from haversack.training.export.float32 import describe, to_onnx
from haversack.training.export.int8 import Calibration, to_int8
from haversack.training.inference.onnx_runner import open_onnx
from haversack.training.inference.runner import Loaded, load_network
from haversack.training.loading.batches import as_input, collate
from haversack.training.loading.samples import SquaredSamples
from haversack.training.work import Work, expect

FILES: Mapping[str, str] = {
    "float32": "model.onnx",
    "float16": "model-float16.onnx",
    "int8": "model-int8.onnx",
}
TOLERANCE = 1e-3
"""Largest difference that is sound, for each unit of the largest output."""
CHECKED_PICTURES = 8
NO_NUMBER = "answers of the file, or of torch, are no finite numbers"


@dataclass(frozen=True, slots=True)
class Exported:
    """An exported file.

    Attributes:
        path: The file.
        about: What it says of itself.
        max_abs_diff: Largest difference of any output from the network in torch; None where it is
            no number.
        size: Bytes.
    """

    path: Path
    about: OnnxAbout
    max_abs_diff: float | None
    size: int

    @property
    def not_measured(self) -> dict[str, str]:
        """The reason for what is None, by its name."""
        return {"max_abs_diff": NO_NUMBER} if self.max_abs_diff is None else {}


def wanted(work: Work) -> OnnxExport:
    """Give the recipe's export with what the options ``precision`` and ``calibration`` change.

    Raises:
        TrainingError: One of them is not allowed.
    """
    export = expect(work.root.export, OnnxExport, "export")
    given = {name: work.spec.options.get(name) for name in ("precision", "calibration")}
    given = {name: value for name, value in given.items() if value}
    try:
        return OnnxExport.model_validate({**export.model_dump(), **given})
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise TrainingError(
            f"{given.get(name)!r} is no {name} of an export", "See haversack export --help."
        ) from error


def export_checkpoint(work: Work, splits: Mapping[str, Dataset]) -> Exported:
    """Export the spec's checkpoint in the wanted precision and compare it with torch.

    The option ``traced`` names a float32 export of the same checkpoint: it is taken instead of
    tracing the network again, once its answers were found to be the network's.

    Raises:
        TrainingError: It cannot be exported, or a float32 file disagrees with torch.
        CheckpointError: The checkpoint cannot be used.
    """
    options = wanted(work)
    network, loaded = load_network(work)
    about = _about(work, network, loaded, options)
    checked = _Pictures(splits["val"], loaded.image_size, CHECKED_PICTURES)
    work.emit(PhaseBegan(phase="export"))
    traced = work.spec.options.get("traced")
    if traced:
        model = _traced_before(Path(str(traced)), network, checked)
    else:
        model = to_onnx(network, about, options.opset)
    if options.precision == "float16":
        model = to_float16(model)
    elif options.precision == "int8":
        work.emit(PhaseBegan(phase="calibrate"))
        how = Calibration(options.calibration, options.percentile, options.per_channel)
        pictures = _Pictures(splits["train"], loaded.image_size, options.calibration_images)
        model = to_int8(model, len(pictures), pictures.get, how)
    describe(model, about)
    path = work.run_dir / FILES[options.precision]
    content = model.SerializeToString()
    write_bytes(path, content)
    work.emit(PhaseBegan(phase="compare"))
    apart, largest = _compare(network, path, checked)
    is_sound = math.isfinite(apart)
    if options.precision == "float32" and not _agrees(apart, largest):
        path.unlink()
        found = f"differs from torch by {apart:.2g}" if is_sound else f"is not sound: {NO_NUMBER}"
        raise TrainingError(f"the exported file {found}", "Report it with the recipe.")
    if not is_sound:
        work.note(f"not compared with torch: {NO_NUMBER}", warning=True)
    work.produced(path, "onnx")
    return Exported(path, about, apart if is_sound else None, len(content))


def _traced_before(path: Path, network: nn.Module, pictures: _Pictures) -> onnx.ModelProto:
    """Read a float32 export of the same network: tracing takes most of an export's time."""
    if not _agrees(*_compare(network, path, pictures)):
        raise TrainingError(
            f"{path.name} was exported from another network", "Export the checkpoint in float32."
        )
    return onnx.load_model(path)


def _agrees(apart: float, largest: float) -> bool:
    return math.isfinite(apart) and apart <= TOLERANCE * max(1.0, largest)


def _about(work: Work, network: nn.Module, loaded: Loaded, options: OnnxExport) -> OnnxAbout:
    is_int8 = options.precision == "int8"
    return OnnxAbout(
        task=loaded.task.name,
        classes=loaded.classes,
        image_size=loaded.image_size,
        recipe_id=work.recipe.id,
        precision=options.precision,
        calibration=options.calibration if is_int8 else "",
        per_channel=options.per_channel and is_int8,
        stride=int(getattr(network, "stride", 0)),
    )


class _Pictures:
    """Pictures ``(1, 3, s, s)``, spread evenly over a dataset."""

    def __init__(self, dataset: Dataset, size: int, most: int) -> None:
        self._samples = SquaredSamples(dataset, size, None, 0)
        self._places = np.linspace(0, len(dataset) - 1, min(most, len(dataset))).astype(int)

    def __len__(self) -> int:
        return len(self._places)

    def get(self, place: int) -> npt.NDArray[np.float32]:
        sample = self._samples[(0, int(self._places[place]))]
        return as_input(collate([sample])["images"]).numpy()


def _compare(network: nn.Module, path: Path, pictures: _Pictures) -> tuple[float, float]:
    """Give the largest difference of any output from torch's, and torch's largest output.

    Both are nan where any answer is no finite number.
    """
    runner, worst, largest = open_onnx(path), [0.0], [0.0]
    for picture in map(pictures.get, range(len(pictures))):
        with torch.inference_mode():
            wanted = network(torch.from_numpy(picture))
        given = [torch.from_numpy(g) for g in runner.session.run(None, {"images": picture})]
        worst.append(_apart(given, wanted, getattr(network, "is_ordered", True)))
        largest += [float(want.abs().max()) for want in wanted]
    return float(np.max(worst)), float(np.max(largest))


def _apart(given: list[torch.Tensor], wanted: tuple[torch.Tensor, ...], is_ordered: bool) -> float:
    """Give the largest difference of any number.

    Answers without an order are held against their nearest, and one in ten may be another: places
    of nearly equal score at the end of the chosen ones. Gives nan where any is no finite number.
    """
    if not all(bool(answer.isfinite().all()) for answer in (*given, *wanted)):
        return math.nan
    if is_ordered:
        return max(float((g - w).abs().max()) for g, w in zip(given, wanted, strict=True))
    one, other = torch.cat(given, -1)[0], torch.cat(wanted, -1)[0]
    distances = torch.cdist(one, other, p=torch.inf)
    return max(float(distances.min(axis).values.quantile(0.9)) for axis in (0, 1))
