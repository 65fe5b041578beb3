"""Memory that runs out: told with what to lower, and how the run goes on with it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from haversack.training.errors import OutOfMemoryError
from haversack.training.settings import Settings
from haversack.training.work import Work

_WORDS = ("out of memory", "can't allocate memory", "not enough memory")


def is_out_of_memory(error: BaseException) -> bool:
    """Say whether an error means that memory has run out, on a GPU or not."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and any(w in str(error).lower() for w in _WORDS)


@contextlib.contextmanager
def memory_told(work: Work, settings: Settings) -> Iterator[None]:
    """Turn an error for want of memory into one that names the numbers to lower.

    Raises:
        OutOfMemoryError: Memory ran out within the block.
    """
    try:
        yield
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        raise OutOfMemoryError(
            f"a step of {settings.batch_size} pictures of {settings.image_size} px "
            "needs more memory than there is",
            _remedy(work, settings.batch_size),
        ) from error


def _remedy(work: Work, batch_size: int) -> str:
    if batch_size == 1:
        return "Lower model.image_size or choose a smaller backbone, and train anew."
    half = batch_size // 2
    return (
        f"Lower data.batch_size: haversack runs resume {work.spec.run_id} "
        f"--set data.batch_size={half} (with trainer.accumulate twice as large a step stays the "
        "same); or lower model.image_size and train anew."
    )
