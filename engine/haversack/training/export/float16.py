"""An ONNX model in float16: half the size; pictures and answers stay float32."""

from __future__ import annotations

import logging
import warnings

import onnx


def to_float16(model: onnx.ModelProto) -> onnx.ModelProto:
    """Convert weights and arithmetic; values beyond what float16 holds are brought to its ends.

    Args:
        model: A float32 model as `to_onnx` gives it; it is not kept.
    """
    from onnxruntime.quantization.onnx_model import ONNXModel
    from onnxruntime.transformers.float16 import convert_float_to_float16

    logging.getLogger("onnxruntime.transformers").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one line for each tiny weight that becomes the smallest
        half: onnx.ModelProto = convert_float_to_float16(model, keep_io_types=True)
    sorter = ONNXModel(half)  # the casts are put at the end of the graph
    sorter.topological_sort()
    half = sorter.model
    del half.graph.value_info[:]  # operators that stay float32 (Resize) would be listed as float16
    onnx.checker.check_model(half, full_check=True)
    return half
