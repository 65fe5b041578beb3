"""Networks that are only asked: from a checkpoint in torch, or from an ONNX file."""
