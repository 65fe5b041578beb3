"""Pictures without labels, to look at with a trained model."""

from __future__ import annotations

from haversack.data.byod.records import Found, Labelled, is_picture
from haversack.data.readers.members import Members


def read_unlabeled(members: Members) -> Found:
    """Take every picture, wherever in the folder it lies."""
    pictures = tuple(Labelled(name) for name in members.names() if is_picture(name))
    return Found("unlabeled", "unlabeled", pictures)
