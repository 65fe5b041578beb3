"""Pictures without objects: legal as a background where no label says anything, and told."""

from __future__ import annotations

from collections.abc import Iterator

from haversack.data.byod.records import Problem

WHERE = "the labels"
NONE_USABLE = "no line of its label file can be used; left out"
"""What is told of a picture that is no background: it has objects, and nobody can say where."""
NO_OBJECT_USABLE = "none of its objects can be used; left out"
"""The same where objects are not lines of a file of the picture's own."""


def empty_labels(count: int, total: int, lacking: str) -> Iterator[Problem]:
    """Tell in one problem how many pictures are taken without objects; nothing where none is.

    Args:
        count: The pictures that no label says anything of.
        total: All pictures that are taken.
        lacking: What they have instead of labels.
    """
    if count == 1:
        what = f"1 of {total} pictures has {lacking}; it is taken as a picture without objects"
        yield Problem(WHERE, what)
    elif count:
        what = f"{count} of {total} pictures have {lacking}; they are taken as pictures without"
        yield Problem(WHERE, f"{what} objects")
