"""What can be wrong with data: always the file's name and a remedy."""

from __future__ import annotations

from haversack.base.errors import HaversackError


class DataError(HaversackError):
    """A dataset, a picture or an annotation cannot be used as it is."""
