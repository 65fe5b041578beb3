"""What can go wrong in the worker, each with what to do about it."""

from __future__ import annotations

from haversack.base.errors import EXIT_RECIPE, HaversackError


class TrainingError(HaversackError):
    """Training, evaluation, export or measuring could not be done."""


class UnbuildableError(TrainingError):
    """The recipe names an ingredient that this version of Haversack cannot build."""

    exit_code = EXIT_RECIPE


class ConversionError(TrainingError):
    """Foreign weights do not fit the architecture they were fetched for."""


class CheckpointError(TrainingError):
    """A checkpoint is missing, torn, or of another recipe."""


class OutOfMemoryError(TrainingError):
    """A step does not fit in memory."""


class DivergedError(TrainingError):
    """A network answers with what are no numbers any more, so that no step can be made."""


class AssetMissingError(TrainingError):
    """An ingredient needs a file that the run was not given."""
