"""An ONNX model in int8: static quantization by ONNX Runtime, calibrated on training pictures."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import onnx
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from haversack.training.export.float32 import INPUT

Pictures = npt.NDArray[np.float32]
Method = Literal["minmax", "entropy", "percentile"]
_METHODS = {
    "minmax": CalibrationMethod.MinMax,
    "entropy": CalibrationMethod.Entropy,
    "percentile": CalibrationMethod.Percentile,
}


@dataclass(frozen=True, slots=True)
class Calibration:
    """How the range of each activation is found.

    Attributes:
        method: All that was seen; the range that loses the least information (entropy); or the
            range that holds nearly all.
        percentile: How much of what was seen ``percentile`` keeps, in 0..100.
        per_channel: Whether each channel of a weight has a scale of its own.
    """

    method: Method = "minmax"
    percentile: float = 99.99
    per_channel: bool = True


class _Reader(CalibrationDataReader):
    """Gives pictures one at a time, so that the activations of one alone are in memory."""

    def __init__(self, count: int, picture: Callable[[int], Pictures]) -> None:
        self._count = count
        self._picture = picture
        self._places = iter(range(count))

    def __len__(self) -> int:
        return self._count

    def set_range(self, start_index: int, end_index: int) -> None:
        self._places = iter(range(start_index, end_index))

    def get_next(self) -> dict[str, Any] | None:
        place = next(self._places, None)
        return None if place is None else {INPUT: self._picture(place)}


def to_int8(
    model: onnx.ModelProto,
    count: int,
    picture: Callable[[int], Pictures],
    calibration: Calibration = Calibration(),
) -> onnx.ModelProto:
    """Quantize weights and activations (QDQ format).

    Args:
        model: A float32 model as `to_onnx` gives it.
        count: How many pictures calibrate the activations.
        picture: Gives one by its place: ``(1, 3, s, s)`` of 0..1.
        calibration: How ranges are found.
    """
    logging.getLogger("onnxruntime.quantization").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="haversack-int8-") as folder:
        source, ready, target = (Path(folder) / name for name in ("a.onnx", "b.onnx", "c.onnx"))
        source.write_bytes(model.SerializeToString())
        quant_pre_process(str(source), str(ready), skip_symbolic_shape=True)
        quantize_static(
            str(ready),
            str(target),
            _Reader(count, picture),
            quant_format=QuantFormat.QDQ,
            per_channel=calibration.per_channel,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=_METHODS[calibration.method],
            extra_options={"CalibStridedMinMax": 1, "CalibPercentile": calibration.percentile},
        )
        return onnx.load_from_string(target.read_bytes())
