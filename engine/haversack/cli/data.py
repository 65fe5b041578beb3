"""``haversack data``: bring your own pictures and labels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType

from haversack.cli.command import Answer, PantryOption, command, group
from haversack.cli.output import human_size, table
from haversack.cli.session import Session

if TYPE_CHECKING:
    from haversack.data.byod.check import Checked

FolderArgument = Annotated[Path, typer.Argument(help="The folder with pictures and labels.")]
FormatOption = Annotated[
    str,
    typer.Option(
        "--format",
        help="auto, imagefolder, csv, coco, voc, yolo, kitti, cvat, labelme, masks or unlabeled.",
    ),
]
TaskOption = Annotated[
    str | None,
    typer.Option(
        "--task",
        help="What the labels are for; segmentation reads outlines as masks. Others are refused.",
    ),
]
_SHOWN = 20


def add_to(app: typer.Typer) -> None:
    """Add the group to the command line."""
    data = group(app, "data", "Your own pictures: check them, bring them, train on them.")
    command(data, "import", example="haversack data import ./photos --name parts")(import_folder)
    command(data, "check", example="haversack data check ./photos --format coco")(check)
    command(data, "list", example="haversack data list")(list_sets)
    command(data, "show", example="haversack data show parts")(show_set)


def import_folder(
    session: Session,
    path: FolderArgument,
    name: Annotated[
        str | None, typer.Option("--name", help="What to call it; else the folder's name.")
    ] = None,
    form: FormatOption = "auto",
    task: TaskOption = None,
    licence: Annotated[
        str, typer.Option("--licence", help="Who may use the pictures; travels with them.")
    ] = "NOASSERTION",
    pantry: PantryOption = None,
) -> Answer:
    """Take pictures and labels into the pantry; what cannot be used is named and left out."""
    from haversack.services.datasets import import_data

    opened = session.pantry(pantry)
    with session.listening() as hear:
        kept, checked = import_data(
            path, opened, name, form, task, licence, on_event=hear, cancel=session.cancel
        )
    data = {**_facts(checked), "name": kept.name, "sha256": kept.sha256, "bytes": kept.size}
    use = "look at it with predict" if kept.task == "unlabeled" else "use it with"
    said = f"kept as {kept.name}, {human_size(kept.size)}; {use} --data {kept.name}"
    return Answer(data, [*_told(checked), said])


def check(
    session: Session, path: FolderArgument, form: FormatOption = "auto", task: TaskOption = None
) -> Answer:
    """Read a folder as it would be imported, and say what is wrong with it; changes nothing."""
    from haversack.services.datasets import check_data

    with session.listening() as hear:
        checked = check_data(path, form, task, on_event=hear, cancel=session.cancel)
    return Answer(_facts(checked), _told(checked))


def list_sets(session: Session, pantry: PantryOption = None) -> Answer:
    """List what was imported into a pantry."""
    from haversack.services.datasets import own_sets

    found = own_sets(session.pantry(pantry))
    rows = [(one.name, one.task, human_size(one.size), one.licence, one.source) for one in found]
    shown = table("", ("name", "task", "size", "licence", "imported from"), rows)
    return Answer(found, [shown] if rows else ["nothing yet; see haversack data import --help"])


def show_set(
    session: Session,
    name: Annotated[str, typer.Argument(help="The name of imported data.")],
    pantry: PantryOption = None,
) -> Answer:
    """Show what imported data hold: classes and their counts in both splits."""
    from haversack.services.datasets import describe_set

    found = describe_set(session.pantry(pantry), name)
    facts = [
        ("name", found.set.name),
        ("task", found.set.task),
        ("size", human_size(found.set.size)),
        ("licence", found.set.licence),
        ("imported from", found.set.source),
        ("imported at", found.set.imported_at),
        ("pictures", _splits(found.pictures)),
    ]
    rows = [(label, *counts.values()) for label, counts in found.classes.items()]
    shown: list[RenderableType] = [table("", ("", ""), facts)]
    if rows:
        shown.append(table("", ("class", "train", "validation"), rows))
    return Answer(found, shown)


def _facts(checked: Checked) -> dict[str, object]:
    return {
        "format": checked.format,
        "task": checked.task,
        "pictures": checked.splits(),
        "classes": checked.counts(),
        "problems": checked.problems,
    }


def _told(checked: Checked) -> list[RenderableType]:
    unit = "objects" if checked.task == "detection" else "pictures"
    facts = [
        ("format", checked.format),
        ("task", checked.task),
        ("pictures", _splits(checked.splits())),
        ("problems", len(checked.problems)),
    ]
    shown: list[RenderableType] = [table("", ("", ""), facts)]
    if checked.classes:
        shown.append(table("", ("class", unit), list(checked.counts().items())))
    shown += [f"{one.file}: {one.what}" for one in checked.problems[:_SHOWN]]
    more = len(checked.problems) - _SHOWN
    return [*shown, f"and {more} more problems; --json lists all"] if more > 0 else shown


def _splits(counts: dict[str, int]) -> str:
    if "unlabeled" in counts:
        return f"{counts['unlabeled']} without labels"
    return f"{counts['train']} to train on, {counts['val']} to validate on"
