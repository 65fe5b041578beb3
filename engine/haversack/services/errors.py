"""What can go wrong in a use-case beyond what its rooms say themselves."""

from __future__ import annotations

from haversack.base.errors import HaversackError

_PREPARE = "Prepare the recipe where there is a network, or open a bundle that carries them."
_IMPORT = (
    "Import the same pictures again under their name, open a bundle that carries them, or give the "
    "recipe others: haversack recipe set RECIPE data_generator=NAME"
)


class PreparationError(HaversackError):
    """A recipe could not be prepared."""


class NotMeasured(HaversackError):  # noqa: N818 - reads as the outcome it is
    """A run has no measurement that could become a row of a volume."""


class MissingAssets(HaversackError):  # noqa: N818 - reads as the outcome it is
    """Files that a recipe needs are not in the pantry.

    Attributes:
        missing: One line for each: name, size and source.
    """

    def __init__(self, missing: tuple[str, ...], hint: str = "") -> None:
        """List the files, each with its source."""
        super().__init__(f"not in the pantry: {'; '.join(missing)}", hint or _remedy(missing))
        self.missing = missing


def _remedy(missing: tuple[str, ...]) -> str:
    imported = [", from import:" in line for line in missing]
    return " ".join((*([] if all(imported) else [_PREPARE]), *([_IMPORT] if any(imported) else [])))
