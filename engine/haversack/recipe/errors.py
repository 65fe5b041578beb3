"""What can be wrong with a recipe; the command line exits with 5 for all but an unknown task."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from difflib import get_close_matches

from haversack.base.errors import EXIT_RECIPE, EXIT_USAGE, FileFormatError, HaversackError

MOST_NAMED = 8


class RecipeError(HaversackError):
    """A recipe is wrong or cannot be what was asked."""

    exit_code = EXIT_RECIPE


class UnreadableRecipe(RecipeError, FileFormatError):  # noqa: N818 - reads as the outcome it is
    """The text of a recipe is not what Haversack writes."""


class UnknownName(RecipeError):  # noqa: N818 - reads as the outcome it is
    """No ingredient, slot or option has this name."""


class UnknownTask(UnknownName):
    """No task has this name: the call was wrong, there is no recipe yet."""

    exit_code = EXIT_USAGE


class AmbiguousName(RecipeError):  # noqa: N818 - reads as the outcome it is
    """Several ingredients answer to this name, or several could fill a slot."""


class InvalidValue(RecipeError):  # noqa: N818 - reads as the outcome it is
    """An option was given a value that its schema does not allow."""


class IncompleteRecipe(RecipeError):  # noqa: N818 - reads as the outcome it is
    """A recipe has empty slots or unset options.

    Attributes:
        missing: The dotted paths of what is not set.
    """

    def __init__(self, missing: Sequence[str], name: str) -> None:
        """List the slots and options of a recipe, named by its name or its id, that are empty."""
        change = f"haversack recipe set {shlex.quote(name)}"
        super().__init__(
            f"the recipe is incomplete: {', '.join(missing)} not set",
            f"Fill them one by one ({change} SLOT=NAME) or all with the task's defaults "
            f"(fill_empty_recursively in Python): {change} --default",
        )
        self.missing = tuple(missing)


def unknown_task(name: str, known: Sequence[str]) -> UnknownTask:
    """Build the error for a task that is none."""
    return UnknownTask(f"no task is called {name!r}", f"There are: {', '.join(known)}.")


def unknown(what: str, name: str, known: Sequence[str]) -> UnknownName:
    """Build the error for a name that nothing answers to, listing near matches."""
    spellings = {k: {k.lower(), _title(k.lower())} for k in known}
    spelt = sorted({spelling for both in spellings.values() for spelling in both})
    near = get_close_matches(name.lower(), spelt, n=3, cutoff=0.4)
    matches = [k for k in known if spellings[k] & set(near)]
    hint = (
        f"There are: {'; '.join(known[:MOST_NAMED])}." if known else "Nothing can be chosen here."
    )
    if matches:
        hint = f"Did you mean: {'; '.join(matches)}?"
    return UnknownName(f"no {what} is called {name!r}", hint)


def _title(display_name: str) -> str:
    """Give the title of ``Title (taxonomy/path)``; a name without a path is one itself."""
    return display_name.rpartition(" (")[0] or display_name
