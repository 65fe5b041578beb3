"""An ONNX model in int8: static quantization by ONNX Runtime, calibrated on training pictures."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from haversack.training.export.float32 import INPUT

Pictures = npt.NDArray[np.float32]


class _Reader(CalibrationDataReader):
    def __init__(self, pictures: Iterator[Pictures]) -> None:
        self._pictures = pictures

    def get_next(self) -> dict[str, Any] | None:
        found = next(self._pictures, None)
        return None if found is None else {INPUT: found}


def to_int8(model: onnx.ModelProto, pictures: Iterator[Pictures]) -> onnx.ModelProto:
    """Quantize weights by channel and activations by tensor (QDQ format).

    Args:
        model: A float32 model as `to_onnx` gives it.
        pictures: Batches ``(n, 3, s, s)`` of 0..1 that calibrate the activations.
    """
    logging.getLogger("onnxruntime.quantization").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="haversack-int8-") as folder:
        source, ready, target = (Path(folder) / name for name in ("a.onnx", "b.onnx", "c.onnx"))
        source.write_bytes(model.SerializeToString())
        quant_pre_process(str(source), str(ready), skip_symbolic_shape=True)
        quantize_static(
            str(ready),
            str(target),
            _Reader(pictures),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        return onnx.load_from_string(target.read_bytes())
