"""Where the pictures lie that COCO's files name: never in a folder other than the one named."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from haversack.data.byod.records import LONGEST_PATH, is_picture


class Places:
    """The pictures of a set, each of which serves one entry of one list.

    Args:
        names: The paths of a set's files.
    """

    def __init__(self, names: Iterable[str]) -> None:
        """Know the pictures by their paths."""
        self._taken: set[str] = set()
        self._known = {name for name in names if is_picture(name)}

    @cached_property
    def _by_last(self) -> dict[str, list[str]]:
        paths = defaultdict(list)
        for name in self._known:
            paths[_last(name)].append(name)
        return dict(paths)

    def exact(self, file: str, said: str) -> str | None:
        """Find a picture where a file says it lies: from the set's folder, else from its own."""
        if said in self._known:
            return said
        path = _plain(said).lstrip("/")
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(file), path))
        return next((place for place in (path, beside) if place in self._known), None)

    def only(self, said: str) -> str | None:
        """Find the one picture whose path ends as a file says; None where several do.

        A file may also name it from further up: then all of the picture's path, folders included,
        is the end of what is said.
        """
        path = _plain(said)
        while path.startswith("../"):
            path = path[3:]
        there = self._by_last.get(_last(path), ())
        found = [one for one in there if one.endswith("/" + path.lstrip("/"))]
        found = found or [one for one in there if "/" in one and path.endswith("/" + one)]
        return found[0] if len(found) == 1 else None

    def take(self, place: str) -> bool:
        """Give a picture to an entry; False where another has it."""
        if place in self._taken:
            return False
        self._taken.add(place)
        return True


def _plain(said: str) -> str:
    return posixpath.normpath(said[-LONGEST_PATH:].replace("\\", "/"))


def _last(path: str) -> str:
    return path.rpartition("/")[2]
