"""What the pack page says of licences: those inside, what some may forbid, those of the code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from haversack_gui.calls.bundles import Content
from haversack_gui.words import tr

if TYPE_CHECKING:
    from haversack.services.carry.app_items import AppPlan
    from haversack.services.carry.app_parts import Part

NAMED = 3
"""How many files the line of licences names for each caution; its tooltip names all."""


def say_licences(contents: Sequence[Content], app: AppPlan | None, wheels: bool) -> tuple[str, str]:
    """Give what stands on the page, and the cautions with every name for a tooltip.

    Args:
        contents: The files that go in, code apart.
        app: The app that goes in; None for none.
        wheels: Whether wheels go in.
    """
    from haversack.services.licences import count_licences

    parts = app.parts or () if app is not None else ()
    inside = list(count_licences([*contents, *parts]))
    lines = []
    if inside not in ([], ["own"]):
        first = tr("Licences inside: {licences}. Check that they allow what the stick is for.")
        lines = [first.format(licences=", ".join(inside)), *_cautions(contents, parts, NAMED)]
    if app is not None and app.parts is None:
        lines.append(
            tr("The licences of the app's parts are not known: no list that tells them lies by it.")
        )
    if wheels:
        lines.append(
            tr("The wheels' licences are not looked up here; `haversack pack --plan` tells them.")
        )
    every = _cautions(contents, parts, len(contents) + len(parts))
    return "\n".join(lines), "\n".join(every)


def _cautions(contents: Sequence[Content], parts: Sequence[Part], most: int) -> list[str]:
    from haversack.services.licences import by_caution

    found: dict[tuple[str, str], list[str]] = {}
    for key, files in by_caution(contents).items():
        found[key] = [file.title for file in files if not file.path.endswith(".card.json")]
    for key, those in by_caution(parts).items():
        found.setdefault(key, []).extend(part.name for part in those)
    lines = []
    for (licence, said), titles in sorted(found.items()):
        names = ", ".join(titles[:most])
        if len(titles) > most:
            names = tr("{names} and {count} more").format(names=names, count=len(titles) - most)
        lines.append(f"{names} ({licence}): {said}.")
    return lines
