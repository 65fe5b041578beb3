"""What can be wrong with a recipe; the command line exits with 5 for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from haversack.base.errors import EXIT_RECIPE, HaversackError


class RecipeError(HaversackError):
    """A recipe is wrong or cannot be what was asked."""

    exit_code = EXIT_RECIPE


class UnknownName(RecipeError):  # noqa: N818 - reads as the outcome it is
    """No ingredient, slot or option has this name."""


class AmbiguousName(RecipeError):  # noqa: N818 - reads as the outcome it is
    """Several ingredients answer to this name, or several could fill a slot."""


class InvalidValue(RecipeError):  # noqa: N818 - reads as the outcome it is
    """An option was given a value that its schema does not allow."""


class IncompleteRecipe(RecipeError):  # noqa: N818 - reads as the outcome it is
    """A recipe has empty slots or unset options.

    Attributes:
        missing: The dotted paths of what is not set.
    """

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(
            f"the recipe is incomplete: {', '.join(missing)} not set",
            "Fill them one by one (haversack recipe set RECIPE SLOT=NAME) or all with the task's "
            "defaults (haversack recipe set RECIPE --default; fill_empty_recursively in Python).",
        )
        self.missing = tuple(missing)


def unknown(what: str, name: str, known: Sequence[str]) -> UnknownName:
    """Build the error for a name that nothing answers to, listing near matches."""
    near = get_close_matches(name.lower(), [k.lower() for k in known], n=3, cutoff=0.4)
    matches = [k for k in known if k.lower() in near] or list(known)[:8]
    hint = f"Did you mean: {'; '.join(matches)}?" if matches else "Nothing can be chosen here."
    return UnknownName(f"no {what} is called {name!r}", hint)
