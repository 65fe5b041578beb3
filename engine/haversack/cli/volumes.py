"""``haversack volume``: golden volumes, looked at and baked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType

from haversack.base.counting import counted
from haversack.base.errors import EXIT_FAILED
from haversack.cli.command import Answer, PantryOption, command, group
from haversack.cli.output import table
from haversack.cli.pareto import FILES
from haversack.cli.session import Session
from haversack.cli.volume_show import show_volume
from haversack.services.licences import volume_licence_in_words

if TYPE_CHECKING:
    from haversack.services.bake.failed import FailedUnit
    from haversack.services.volume_import import Brought


def add_to(app: typer.Typer) -> None:
    """Add the group to the command line."""
    volume = group(app, "volume", "Golden volumes: measured recipes to choose from.")
    command(volume, "list", example="haversack volume list")(list_volumes)
    command(volume, "show", example="haversack volume show xval_det")(show_volume)
    command(
        volume,
        "import",
        example="haversack volume import results.csv --map od_inf_rate_ms=latency --name mine",
    )(import_volumes)
    command(volume, "merge", example="haversack volume merge xval_cls mine --name both")(merge)
    command(
        volume,
        "bake",
        example="haversack volume bake resources/plans/xval_cls.json -o mine.parquet",
    )(bake)


def list_volumes(session: Session, pantry: PantryOption = None) -> Answer:
    """List the golden volumes of a pantry."""
    shelf = session.pantry(pantry).volumes
    found, rows = [], []
    for name in shelf.list():
        card = shelf.card(name)
        told = {field: card.get(field) for field in ("task", "rows", "on", "licence", "source")}
        found.append({"name": name, **told})
        licence = volume_licence_in_words(told["licence"] or "", told["source"] or "")
        rows.append([name, *(told | {"licence": licence}).values()])
    shown = table("", ("name", "task", "rows", "measured on", "licence", "source"), rows)
    return Answer(found, [shown] if rows else ["no volumes here; haversack setup brings some"])


def import_volumes(
    session: Session,
    source: Annotated[
        Path, typer.Argument(help="A folder, a wheel, a .csv or .parquet file, or `torchvision`.")
    ],
    kind: Annotated[
        str,
        typer.Option("--as", help="auto, timm, qualcomm, openmmlab, torchvision, leip or general."),
    ] = "auto",
    mapping: Annotated[
        list[str] | None, typer.Option("--map", help="OURS=THEIRS, for columns with other names.")
    ] = None,
    map_file: Annotated[
        Path | None,
        typer.Option("--map-file", exists=True, dir_okay=False, help="The same as a JSON object."),
    ] = None,
    name: Annotated[str, typer.Option("--name", help="What the volume is called.")] = "",
    device: Annotated[str, typer.Option("--device", help="The machine that was measured.")] = "",
    task: Annotated[str, typer.Option("--task", help="The task of its recipes.")] = "",
    licence: Annotated[str, typer.Option("--licence", help="The licence of the numbers.")] = "",
    origin: Annotated[str, typer.Option("--source", help="Where the numbers come from.")] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write into this folder, no pantry.")
    ] = None,
    pantry: PantryOption = None,
) -> Answer:
    """Bring someone's table in as golden volumes, and say what became of it."""
    from haversack.services.volume_import import import_volume, read_mapping

    place = output if output is not None else session.pantry(pantry)
    about = {"on": device, "task": task, "licence": licence, "source": origin}
    told = read_mapping(mapping or [], map_file)
    brought = import_volume(source, place, kind=kind, mapping=told, name=name, about=about)
    return _brought(brought)


def merge(
    session: Session,
    volumes: Annotated[list[str], typer.Argument(help="Names, or .parquet or .csv files.")],
    name: Annotated[str, typer.Option("--name", help="What the joint volume is called.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write into this folder, no pantry.")
    ] = None,
    pantry: PantryOption = None,
) -> Answer:
    """Join several volumes into one with a column for the device."""
    from haversack.services.volume_import import merge_volumes

    in_pantry = output is None or not all(volume.endswith(FILES) for volume in volumes)
    opened = session.pantry(pantry) if in_pantry else None
    place = output if output is not None else session.pantry(pantry)
    return _brought(merge_volumes(volumes, place, opened, name))


def _brought(brought: Brought) -> Answer:
    rows = [
        (
            card.name,
            card.task,
            card.rows,
            card.on,
            volume_licence_in_words(card.licence, card.source),
        )
        for card in brought.cards
    ]
    shown: list[RenderableType] = [
        table("", ("volume", "task", "rows", "measured on", "licence"), rows)
    ]
    report = brought.report
    if report is not None:
        read = f"{report.format}: {report.rows_taken} of {counted(report.rows_read, 'row')} read"
        shown.append(read)
        shown.append(table("taken", ("column", "from"), report.taken_columns.items()))
        dropped: list[tuple[str, str, int | None]] = [
            *(("rows", cause, count) for cause, count in report.dropped_rows.items()),
            *(("cells, not measured", name, count) for name, count in report.made_null.items()),
            *(("column", name, None) for name in report.dropped_columns),
        ]
        if dropped:
            shown.append(table("left out", ("", "what", "count"), dropped))
    shown += [f"note: {note}" for note in brought.notes]
    shown += [f"wrote {file}" for file in brought.files]
    data = {"volumes": brought.cards, "files": brought.files, "report": report}
    return Answer({**data, "notes": brought.notes}, shown)


def bake(
    session: Session,
    plan: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A bake plan (JSON).")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", dir_okay=False, help="Write the volume to this .parquet too."
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", help="Where results are kept; in the pantry if left out."),
    ] = None,
    collect_only: Annotated[
        bool, typer.Option("--collect", help="Only gather what is measured already.")
    ] = False,
    jobs: Annotated[
        int, typer.Option("--jobs", min=1, help="Recipes that are trained side by side.")
    ] = 1,
    measuring: Annotated[
        bool,
        typer.Option("--measure/--no-measure", help="Measure too, or leave it to a quiet time."),
    ] = True,
    pantry: PantryOption = None,
) -> Answer:
    """Train, export and measure every recipe of a plan; interrupted bakes go on.

    One that fails holds up no other; it is told at the end and tried again by the next bake.
    """
    from haversack.services.bake.collect import collect
    from haversack.services.bake.oven import bake as bake_plan
    from haversack.services.bake.plan import read_plan

    opened = session.pantry(pantry)
    wanted = read_plan(plan)
    place = folder or opened.path / "baking" / wanted.name
    target = output or place / f"{wanted.name}.parquet"
    about: dict[str, object] = {"volume": wanted.name, "folder": place}
    failed: tuple[FailedUnit, ...] = ()
    if not collect_only:
        with session.listening() as hear:
            baked = bake_plan(
                wanted,
                opened,
                place,
                jobs=jobs,
                with_measuring=measuring,
                on_event=hear,
                cancel=session.cancel,
            )
        failed = baked.failed
        if not measuring:
            told = f"trained in {place}; measure with the same command without --no-measure"
            return _baked(about, [told], failed)
        if not baked.is_measured:
            told = f"another process is at work in {place}; run it again to measure"
            return _baked(about, [told], failed)
        if failed and not baked.rows:
            return _baked(about, [f"nothing of {wanted.name} could be baked"], failed)
    card = collect(wanted, opened.registry, place, target, opened)
    opened.volumes.put(wanted.name, target.read_bytes(), card.as_dict())
    data = {"volume": wanted.name, "file": target, "card": card}
    rows = counted(card.rows, "row")
    return _baked(data, [f"{wanted.name}: {rows}, on the shelf and in {target}"], failed)


def _baked(
    data: dict[str, object], told: list[RenderableType], failed: tuple[FailedUnit, ...]
) -> Answer:
    if not failed:
        return Answer(data, told)
    for one in failed:
        told += [f"failed: {one.unit}, {one.step}: {one.message}", f"  {one.hint}".rstrip()]
    told.append(
        f"The same command tries {'it' if len(failed) == 1 else 'them'} again, after what has not "
        f"been tried; the logs are in {failed[0].folder.parent}"
    )
    return Answer({**data, "failed": failed}, [line for line in told if line], EXIT_FAILED)
