"""``haversack volume show``: what one golden volume holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

import typer

from haversack.base.counting import counted
from haversack.cli.command import Answer, PantryOption
from haversack.cli.output import human_size, table
from haversack.cli.pareto import FILES, plain
from haversack.cli.session import Session

UNKNOWN = "unknown: neither the card nor this pantry tells"
UNNAMED = "unknown: the volume names no data set"
MOST_CLASSES = 20
AS_ABOVE = " "


def show_volume(
    session: Session,
    volume: Annotated[str, typer.Argument(help="A volume's name, or a .parquet or .csv file.")],
    sample: Annotated[
        int, typer.Option("--sample", min=0, help="Show so many rows, drawn evenly.")
    ] = 0,
    pantry: PantryOption = None,
) -> Answer:
    """Show what a volume holds: its card, columns, hardware, classes of its data, some rows."""
    from haversack.services.class_counts import class_counts
    from haversack.services.volumes import load_volume

    is_file = volume.endswith(FILES)
    place = None if is_file and pantry is None else session.pantry(pantry)
    opened = load_volume(volume, None if is_file else place)
    told = opened.describe()
    classes = class_counts(opened, place)
    card = opened.card.as_dict() if opened.card is not None else {}
    facts = [(name, value) for name, value in card.items() if not isinstance(value, dict)]
    columns = told.get("columns", {})
    rows = [(name, *_column(about)) for name, about in columns.items()]
    drawn = opened.sample(sample)
    shown = [name for name in drawn.columns if name != "sppr" and drawn[name].notna().any()]
    cells = drawn[shown].astype(object).where(drawn[shown].notna(), None).to_numpy().tolist()
    records = [dict(zip(shown, map(plain, row), strict=True)) for row in cells]
    rows_told, size = counted(opened.rows, "row"), human_size(opened.path.stat().st_size)
    return Answer(
        {"card": card or None, **told, "classes": classes, "sample": records},
        [
            f"{opened.name}: {rows_told}, {size}",
            table("card", ("", ""), facts),
            table("columns", ("name", "measured", "holds"), rows),
            table("classes", ("data set", "class", "pictures or objects"), _class_rows(classes)),
            *([table("some rows", shown, cells)] if cells else []),
        ],
    )


def _class_rows(
    classes: Mapping[str, Mapping[str, int] | None],
) -> Iterator[tuple[str | None, str, int | None]]:
    if not classes:
        yield None, UNNAMED, None
    for name, counts in classes.items():
        if counts is None:
            yield name, UNKNOWN, None
            continue
        common = sorted(counts.items(), key=lambda item: -item[1])
        shown = [(label[:80], count) for label, count in common[:MOST_CLASSES]]
        if len(common) > MOST_CLASSES:
            rest = common[MOST_CLASSES:]
            more = counted(len(rest), "more class", "more classes")
            shown.append((f"and {more}", sum(count for _, count in rest)))
        for place, row in enumerate(shown):
            yield (AS_ABOVE if place else name, *row)


def _column(about: object) -> tuple[object, object]:
    if not isinstance(about, dict):
        return None, None
    if "lowest" in about:
        return about["measured"], f"{about['lowest']} to {about['highest']}"
    if "first" in about:
        return about["measured"], f"{about['first']} to {about['last']}"
    values = list(about.get("values", {}))
    shown = ", ".join(str(value)[:40] for value in values[:4])
    more = f" and {about['distinct'] - 4} more" if about.get("distinct", 0) > 4 else ""
    return about["measured"], shown + more
