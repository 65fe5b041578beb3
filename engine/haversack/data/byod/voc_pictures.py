"""Which picture an annotation of Pascal VOC is of: near it first, then the only one of its name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath

from haversack.data.byod.records import is_picture

PICTURES_BESIDE = "JPEGImages"


class VocPictures:
    """The pictures of a set, to be found by the path of an annotation and what it says.

    Args:
        names: The paths of a set's files.
    """

    def __init__(self, names: Iterable[str]) -> None:
        """Know the pictures by their paths, names and stems."""
        self.stems: dict[str, list[str]] = defaultdict(list)
        self._names: dict[str, list[str]] = defaultdict(list)
        self._known = {name for name in names if is_picture(name)}
        self._homes = {PurePosixPath(name).parent for name in self._known}
        for name in sorted(self._known):
            self.stems[PurePosixPath(name).stem].append(name)
            self._names[PurePosixPath(name).name].append(name)

    def of(self, annotation: str, said: str | None = None) -> str | None:
        """Give the picture of an annotation; None where there is none, or several might be it.

        Args:
            annotation: The path of the annotation's file.
            said: The file name that it gives.
        """
        path = PurePosixPath(annotation)
        homes = (path.parent.parent / PICTURES_BESIDE, path.parent)
        here = [PurePosixPath(one) for one in self.stems.get(path.stem, ())]
        for home in homes:
            named = (home / said).as_posix() if said else ""
            if named in self._known:
                return named
            for one in here:
                if one.parent == home:
                    return one.as_posix()
        if self._homes.intersection(homes):
            return None  # it was here and is lost; one of that name elsewhere is another
        file = PurePosixPath((said or "").replace("\\", "/")).name
        named_so = [PurePosixPath(one) for one in self._names.get(file, ())]
        return _only(named_so, path) or _only(here, path)


def _only(found: list[PurePosixPath], annotation: PurePosixPath) -> str | None:
    """Give the one that was found, or the one in a folder of the annotation's folder's name."""
    if len(found) > 1:
        found = [one for one in found if one.parent.name == annotation.parent.name]
    return found[0].as_posix() if len(found) == 1 else None
