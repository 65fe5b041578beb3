"""What is said of licences before something is packed: a count, and a line for each caution."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from haversack.bundle.items import PackItem
    from haversack.services.carry.app_parts import Part
    from haversack.services.licences import AnyFile

WHEELS = (
    "the licences of wheels are those that the packages state; libraries inside them may have "
    "others, which their own texts tell"
)
NO_LIST = (
    "caution, the app: the licences of its parts are not known here, for no list that tells them "
    "(NAME.cdx.json of `make release`) lies beside it; ask who made it before you pass it on"
)


def lines_of_items(items: Sequence[PackItem]) -> list[str]:
    """Give the lines about files that go in, and about what the code among them is made of."""
    from haversack.services.carry.app_items import is_app
    from haversack.services.carry.app_parts import parts_in

    lines = _lines("licences, with their number of files", items, lambda item: item.logical_path)
    lines += [WHEELS] if any(item.logical_path.endswith(".whl") for item in items) else []
    return lines + (lines_of_app(parts_in(items)) if any(map(is_app, items)) else [])


def lines_of_app(parts: tuple[Part, ...] | None) -> list[str]:
    """Give the lines about the parts of an app; None where no list tells them."""
    if parts is None:
        return [NO_LIST]
    first = "licences of the app's parts, as the list beside it states them, with their number"
    return _lines(first, parts, lambda part: part.name)


def lines_of_packages(packages: Iterable[tuple[str, str, str]]) -> list[str]:
    """Give the lines about the packages of a runtime, each with its version and licence."""
    from haversack.services.carry.app_parts import Part

    parts = [Part(f"{name} {version}", licence) for name, version, licence in packages]
    first = "licences of the runtime's packages, with their number"
    return [*_lines(first, parts, lambda part: part.name), WHEELS]


def _lines(first: str, files: Sequence[AnyFile], name: Callable[[AnyFile], str]) -> list[str]:
    from haversack.services.licences import by_caution, count_licences

    counts = ", ".join(f"{words} ({count})" for words, count in count_licences(files).items())
    lines = [f"{first}: {counts}"] if counts else []
    for (words, said), those in by_caution(files).items():
        lines.append(f"caution, {words} ({said}): {', '.join(map(name, those))}")
    return lines
