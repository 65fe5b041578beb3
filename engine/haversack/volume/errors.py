"""What can go wrong with a golden volume or with a question to one."""

from __future__ import annotations

from haversack.base.errors import EXIT_FAILED, EXIT_USAGE, HaversackError


class VolumeError(HaversackError):
    """A golden volume, or a question to one, is not what it should be."""


class VolumeFormatError(VolumeError):
    """A volume's file is damaged, hostile, or not a table that Haversack can read."""


class RowError(VolumeError):
    """Rows that were to be written do not fit the columns of a golden volume."""


class QueryError(VolumeError):
    """A question to a volume was asked wrongly."""

    exit_code = EXIT_USAGE


class MissingColumnError(QueryError):
    """A column that the question needs is not in the table."""


class NotNumericError(QueryError):
    """A metric's column holds something that is not a number."""


class IdsError(QueryError):
    """The experiments' ids are missing, not whole numbers, or not unique."""


class UnknownRowError(QueryError):
    """No experiment has this id."""


class WhereError(QueryError):
    """A ``--where`` expression cannot be understood or does not fit the table."""


class NothingMeasuredError(QueryError):
    """Not one row was measured on both axes."""

    exit_code = EXIT_FAILED


class QueryWarning(UserWarning):
    """The question was answered, but the answer may not be what was meant."""
