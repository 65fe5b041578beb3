"""A network as an ONNX model in float32."""

from __future__ import annotations

import logging
import warnings

import onnx
import torch
from torch import nn

from haversack.training.errors import TrainingError
from haversack.training.export.about import KEY, OnnxAbout

INPUT = "images"


def to_onnx(network: nn.Module, about: OnnxAbout, opset: int) -> onnx.ModelProto:
    """Trace a network into a checked ONNX model whose batch may have any size.

    Args:
        network: In evaluation mode on the CPU; has ``output_names``.
        about: What the model says of itself.
        opset: ONNX operator set.

    Raises:
        TrainingError: The network cannot be expressed in that operator set.
    """
    _write_nothing_in_place(network)
    size = about.image_size
    example = torch.zeros(2, 3, size, size)
    names = [str(name) for name in getattr(network, "output_names", ("output",))]
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                network,
                (example,),
                dynamo=True,
                opset_version=opset,
                input_names=[INPUT],
                output_names=names,
                dynamic_shapes=({0: torch.export.Dim("batch")},),
                verbose=False,
            )
    except torch.onnx.errors.OnnxExporterError as error:
        raise TrainingError(
            f"the network cannot be exported with operator set {opset}", "Choose another opset."
        ) from error
    if program is None:
        raise TrainingError("torch gave no ONNX model", "Upgrade torch.")
    model: onnx.ModelProto = program.model_proto
    _forget_the_build(model)
    describe(model, about)
    onnx.checker.check_model(model, full_check=True)
    return model


def _write_nothing_in_place(network: nn.Module) -> None:
    """Let activations give new tensors: taking in-place ones apart is a third of the tracing."""
    for module in network.modules():
        if getattr(module, "inplace", False) is True:
            module.inplace = False  # type: ignore[assignment] # nn.Module's attributes are tensors


def describe(model: onnx.ModelProto, about: OnnxAbout) -> None:
    """Write what the model is into its metadata."""
    onnx.helper.set_model_props(model, {KEY: about.model_dump_json()})
    model.producer_name = "haversack"


def _forget_the_build(model: onnx.ModelProto) -> None:
    """Drop source lines and paths of the machine that exported it."""
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for value in (*model.graph.value_info, *model.graph.input, *model.graph.output):
        del value.metadata_props[:]
        value.doc_string = ""
    for tensor in model.graph.initializer:
        del tensor.metadata_props[:]
        tensor.doc_string = ""
    del model.graph.metadata_props[:]
