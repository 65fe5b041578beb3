"""ONNX files that Haversack exported, run by ONNX Runtime."""

from __future__ import annotations

from pathlib import Path

import onnxruntime
import torch
from pydantic import ValidationError

from haversack.base.cores import usable_cores
from haversack.base.files import StorageError, read_bytes
from haversack.training.errors import CheckpointError
from haversack.training.export.about import KEY, OnnxAbout
from haversack.training.inference.session import INPUT, Gpu, open_session
from haversack.training.loading.batches import as_input
from haversack.training.memory import is_out_of_memory
from haversack.training.tasks.task import Outputs

MAX_ONNX_BYTES = 2 << 30


class OnnxRunner:
    """An exported network.

    Attributes:
        about: What the file says of itself.
        session: ONNX Runtime's session.
        runtime: What runs it: ``onnxruntime``, or ``tensorrt`` within it.
    """

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        about: OnnxAbout,
        runtime: str = "onnxruntime",
    ) -> None:
        """Run a session of ONNX Runtime."""
        self.session = session
        self.about = about
        self.runtime = runtime

    def __call__(self, images: torch.Tensor) -> Outputs:
        """Answer one batch of uint8 pictures ``(n, 3, s, s)``."""
        found = self.session.run(None, {INPUT: as_input(images).numpy()})
        return tuple(torch.from_numpy(output) for output in found)


def open_onnx(path: Path, threads: int = 0, gpu: Gpu | None = None) -> OnnxRunner:
    """Open an exported network.

    Args:
        path: The file.
        threads: Threads of one run; 0 for as many as this process may use.
        gpu: The GPU that it runs on; None for the processor.

    Raises:
        CheckpointError: It is no ONNX file, or not one that Haversack exported.
        TrainingError: The GPU cannot be used.
    """
    hint = "Export the recipe again."
    try:
        session = open_session(read_bytes(path, MAX_ONNX_BYTES), threads or usable_cores(), gpu)
    except StorageError as error:
        raise CheckpointError(error.message, hint) from error
    except Exception as error:
        if not type(error).__module__.startswith("onnxruntime") or is_out_of_memory(error):
            raise
        raise CheckpointError(f"{path.name} is not an ONNX file that runs here", hint) from error
    runtime = "tensorrt" if gpu is not None and gpu.tensorrt else "onnxruntime"
    said = session.get_modelmeta().custom_metadata_map.get(KEY, "")
    try:
        return OnnxRunner(session, OnnxAbout.model_validate_json(said), runtime)
    except ValidationError as error:
        raise CheckpointError(f"{path.name} was not exported by Haversack", hint) from error
