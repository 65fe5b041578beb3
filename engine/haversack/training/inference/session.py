"""Sessions of ONNX Runtime on the processor or a GPU. No torch here: a session can stand alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from haversack.training.errors import TrainingError

INPUT = "images"
ON_CPU = "CPUExecutionProvider"
ON_GPU = "CUDAExecutionProvider"
BY_TENSORRT = "TensorrtExecutionProvider"
_RECORD = "session.record_ep_graph_assignment_info"


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU that a session runs on.

    Attributes:
        number: Which one, as CUDA counts them.
        tensorrt: Whether TensorRT runs what it can, and CUDA the rest.
    """

    number: int
    tensorrt: bool = False


def runs_on_gpus() -> bool:
    """Say whether this ONNX Runtime was built for GPUs."""
    return ON_GPU in onnxruntime.get_available_providers()


def open_session(
    model: bytes | Path, threads: int, gpu: Gpu | None = None
) -> onnxruntime.InferenceSession:
    """Open a session.

    Args:
        model: The file or its content.
        threads: Threads of one run on the processor.
        gpu: The GPU; None for the processor.

    Raises:
        TrainingError: The GPU cannot be used, or took no node of the network. Where ONNX Runtime
            does not tell who took a node (before 1.32), only the first is noticed.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    providers: list[tuple[str, dict[str, Any]]] = [(ON_CPU, {})]
    if gpu is not None:
        names = [BY_TENSORRT, ON_GPU] if gpu.tensorrt else [ON_GPU]
        if names[0] not in onnxruntime.get_available_providers():
            raise _useless(names[0])
        providers = [(name, {"device_id": gpu.number}) for name in names] + providers
        options.add_session_config_entry(_RECORD, "1")
        onnxruntime.preload_dlls()  # CUDA's libraries lie in wheels of their own
    session = onnxruntime.InferenceSession(
        model if isinstance(model, bytes) else str(model), options, providers=providers
    )
    if providers[0][0] not in session.get_providers():
        raise _useless(providers[0][0])
    if gpu is not None:
        require_taken(nodes_by_provider(session), providers[0][0])
    return session


def nodes_by_provider(session: onnxruntime.InferenceSession) -> dict[str, int] | None:
    """Give how many nodes of the network each provider took in a session on a GPU.

    None where ONNX Runtime does not tell it; it does from 1.32 on.
    """
    ask = getattr(session, "get_provider_graph_assignment_info", None)
    if ask is None:
        return None
    found: Counter[str] = Counter()
    for part in ask():
        found[part.ep_name] += len(part.get_nodes())
    return dict(found)


def require_taken(nodes: Mapping[str, int] | None, provider: str) -> None:
    """Refuse a network of which a provider took nothing: the processor would be measured.

    Raises:
        TrainingError: It took no node.
    """
    if nodes and not nodes.get(provider):
        raise TrainingError(
            f"{provider} took no node of the network: all would run on {', '.join(nodes)}",
            "Measure with --devices cpu, or with --runtime torch.",
        )


def bound_run(
    session: onnxruntime.InferenceSession, picture: npt.NDArray[np.float32], gpu: Gpu | None = None
) -> Callable[[], Any]:
    """Give a run over a picture that already lies on the device, whose answers stay there.

    It returns when the device is done, and gives the binding that holds the answers.

    Args:
        session: The session.
        picture: ``(n, 3, s, s)``.
        gpu: The GPU that the session runs on; None for the processor.
    """
    device, number = ("cpu", 0) if gpu is None else ("cuda", gpu.number)
    binding = session.io_binding()
    value = onnxruntime.OrtValue.ortvalue_from_numpy(picture, device, number)
    binding.bind_ortvalue_input(INPUT, value)
    for output in session.get_outputs():
        binding.bind_output(output.name, device, number)

    def run() -> Any:
        session.run_with_iobinding(binding)
        binding.synchronize_outputs()
        return binding

    return run


def _useless(provider: str) -> TrainingError:
    return TrainingError(
        f"this ONNX Runtime has no {provider} that works here",
        "Install onnxruntime-gpu instead of onnxruntime, for the same CUDA as torch; or measure "
        "with --devices cpu or --runtime torch.",
    )
