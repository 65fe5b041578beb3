"""Memory that runs out: told with what to lower, and how the run goes on with it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from haversack.base.counting import counted
from haversack.runs.spec import RunKind, RunSpec
from haversack.training.errors import OutOfMemoryError
from haversack.training.settings import Settings
from haversack.training.work import Work

_WORDS = (
    "out of memory",
    "can't allocate memory",
    "not enough memory",
    "failed to allocate memory",  # ONNX Runtime
    "bad_alloc",
)
_OF_A_TRAINED_NETWORK = (RunKind.EVALUATE, RunKind.PREDICT, RunKind.EXPORT, RunKind.MEASURE)
_MORE = "End other programs, or use a machine with more memory"


def is_out_of_memory(error: BaseException) -> bool:
    """Say whether an error means that memory has run out, on a GPU or not."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    is_told_so = isinstance(error, RuntimeError) or type(error).__module__.startswith("onnxruntime")
    return is_told_so and any(words in str(error).lower() for words in _WORDS)


@contextlib.contextmanager
def memory_told(work: Work, settings: Settings, what: str = "a step") -> Iterator[None]:
    """Turn an error for want of memory into one that names the numbers to lower.

    Args:
        work: What is done.
        settings: How many pictures at once, and how large.
        what: What they are at once in.

    Raises:
        OutOfMemoryError: Memory ran out within the block.
    """
    try:
        yield
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        raise OutOfMemoryError(
            f"{what} of {counted(settings.batch_size, 'picture')} of {settings.image_size} px "
            "needs more memory than there is",
            _remedy(work.spec, settings.batch_size, error),
        ) from error


def without_memory(spec: RunSpec | None, error: BaseException) -> tuple[str, str]:
    """Give what happened and what to do where memory ran out, but not over a batch that is known.

    Args:
        spec: What was being done; None for a training.
        error: How it was told.
    """
    if spec is None or spec.kind not in (*_OF_A_TRAINED_NETWORK, RunKind.CONVERT):
        return (
            "the device has not enough memory for this batch and picture size",
            "Halve data.batch_size or model.image_size, then run it again.",
        )
    told = f"the device has not enough memory to {spec.kind.value}"
    return told, f"{_MORE}." if spec.kind is RunKind.CONVERT else _remedy(spec, 1, error)


def _remedy(spec: RunSpec, batch_size: int, error: BaseException) -> str:
    half = batch_size // 2
    if spec.kind in _OF_A_TRAINED_NETWORK:
        return _remedy_of_a_trained_network(spec, half, error)
    if batch_size == 1:
        return "Lower model.image_size or choose a smaller backbone, and train anew."
    if spec.kind is not RunKind.TRAIN:
        return f"Set data.batch_size={half} or a smaller model.image_size in the recipe."
    return (
        f"Lower data.batch_size: haversack runs resume {spec.run_id} "
        f"--set data.batch_size={half} (with trainer.accumulate twice as large a step stays the "
        "same); or lower model.image_size and train anew."
    )


def _remedy_of_a_trained_network(spec: RunSpec, half: int, error: BaseException) -> str:
    """Give a remedy that leaves the picture size, which the network was trained for."""
    run = spec.options.get("of_run") or "RUN"
    if half and spec.kind is RunKind.EVALUATE:
        return f"Take smaller batches: haversack evaluate {run} --batch-size {half}."
    if _is_of_a_gpu(error) and spec.kind is not RunKind.EXPORT:
        return (
            "End what else uses the GPU, or take the processor: "
            f"haversack {spec.kind.value} {run} --devices cpu."
        )
    return f"{_MORE}; a smaller model.image_size or backbone needs less, once it is trained."


def _is_of_a_gpu(error: BaseException) -> bool:
    return type(error).__name__ == "OutOfMemoryError" or "cuda" in str(error).lower()
