"""The vendor's import path for the offline functions: ``haversack.helpers.offline``."""

from haversack.helpers import offline

__all__ = ["offline"]
