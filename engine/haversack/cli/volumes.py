"""``haversack volume``: golden volumes, looked at and baked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from haversack.cli.command import Answer, PantryOption, command, group
from haversack.cli.output import human_size, table
from haversack.cli.pareto import FILES
from haversack.cli.session import Session


def add_to(app: typer.Typer) -> None:
    """Add the group to the command line."""
    volume = group(app, "volume", "Golden volumes: measured recipes to choose from.")
    command(volume, "list", example="haversack volume list")(list_volumes)
    command(volume, "show", example="haversack volume show xval_det")(show_volume)
    command(
        volume,
        "bake",
        example="haversack volume bake resources/plans/xval_cls.json -o mine.parquet",
    )(bake)


def list_volumes(session: Session, pantry: PantryOption = None) -> Answer:
    """List the golden volumes of a pantry."""
    from haversack.services.shelves import shelf_items

    opened = session.pantry(pantry)
    items = [item for item in shelf_items(opened) if item.shelf == "volumes"]
    rows = [(i.name, i.detail, i.state, i.licence, i.source) for i in items]
    shown = table("", ("name", "task", "", "licence", "source"), rows)
    return Answer(items, [shown] if rows else ["no volumes here; haversack setup brings some"])


def show_volume(
    session: Session,
    volume: Annotated[str, typer.Argument(help="A volume's name, or a .parquet or .csv file.")],
    pantry: PantryOption = None,
) -> Answer:
    """Show what a volume holds: its card, its columns, its hardware."""
    from haversack.services.volumes import load_volume

    opened = load_volume(volume, None if volume.endswith(FILES) else session.pantry(pantry))
    told = opened.describe()
    card = opened.card.as_dict() if opened.card is not None else {}
    facts = [(name, value) for name, value in card.items() if not isinstance(value, dict)]
    columns = told.get("columns", {})
    rows = [(name, *_column(about)) for name, about in columns.items()]
    return Answer(
        {"card": card or None, **told},
        [
            f"{opened.name}: {opened.rows} rows, {human_size(opened.path.stat().st_size)}",
            table("card", ("", ""), facts),
            table("columns", ("name", "measured", "holds"), rows),
        ],
    )


def bake(
    session: Session,
    plan: Annotated[Path, typer.Argument(help="A bake plan (JSON).")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the volume to this .parquet too.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", help="Where results are kept; in the pantry if left out."),
    ] = None,
    collect_only: Annotated[
        bool, typer.Option("--collect", help="Only gather what is measured already.")
    ] = False,
    pantry: PantryOption = None,
) -> Answer:
    """Train, export and measure every recipe of a plan; interrupted bakes go on."""
    from haversack.services.bake.collect import collect
    from haversack.services.bake.oven import bake as bake_plan
    from haversack.services.bake.plan import read_plan

    opened = session.pantry(pantry)
    wanted = read_plan(plan)
    place = folder or opened.path / "baking" / wanted.name
    target = output or place / f"{wanted.name}.parquet"
    if not collect_only:
        with session.listening() as hear:
            bake_plan(wanted, opened, place, on_event=hear, cancel=session.cancel)
    card = collect(wanted, opened.registry, place, target)
    opened.volumes.put(wanted.name, target.read_bytes(), card.as_dict())
    data = {"volume": wanted.name, "file": target, "card": card}
    return Answer(data, [f"{wanted.name}: {card.rows} rows, on the shelf and in {target}"])


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
