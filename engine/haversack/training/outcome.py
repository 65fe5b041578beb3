"""What a worker says when its work ends otherwise than well."""

from __future__ import annotations

from pathlib import Path

from haversack.base.errors import HaversackError
from haversack.base.files import storage_error
from haversack.runs.events import Failed, Stopped
from haversack.runs.spec import RunSpec
from haversack.training.loading.failures import recovered
from haversack.training.memory import is_out_of_memory, without_memory
from haversack.training.stopping import StopRequested


def explain(error: Exception, spec: RunSpec | None = None) -> Failed | Stopped:
    """Turn an exception into the worker's last event.

    Args:
        error: What ended the work.
        spec: What was being done; the remedy for want of memory depends on it.
    """
    if isinstance(error, StopRequested):
        return Stopped(checkpoint=error.checkpoint, epoch=error.epoch)
    if isinstance(error, OSError) and error.errno is not None:
        error = storage_error(error, Path(str(error.filename or "the run's folder")), "using")
    carried = recovered(error)
    if carried is not None:
        name, message, hint = carried
        return Failed(error=name, message=message, hint=hint)
    if isinstance(error, HaversackError):
        return Failed(error=type(error).__name__, message=error.message, hint=error.hint)
    if is_out_of_memory(error):
        message, hint = without_memory(spec, error)
        return Failed(error="OutOfMemoryError", message=message, hint=hint)
    line = str(error).strip().splitlines()
    return Failed(
        error=type(error).__name__,
        message=line[0] if line else type(error).__name__,
        hint="This is a fault in Haversack; the worker's log has the traceback.",
    )
