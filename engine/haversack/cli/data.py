"""``haversack data``: bring your own pictures and labels."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.console import RenderableType

from haversack.base.counting import counted
from haversack.cli.command import Answer, PantryOption, command, group
from haversack.cli.output import human_size, table
from haversack.cli.session import Session
from haversack.services.licences import stated

if TYPE_CHECKING:
    from haversack.data.byod.check import Checked
    from haversack.pantry.pantry import Pantry
    from haversack.services.datasets import OwnSet

_LOOKS_ALIKE = ("picture to validate on looks", "pictures to validate on look")
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
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map-class", help="OLD=NEW renames a class or joins it to another; OLD= leaves it out."
    ),
]
ValidationOption = Annotated[
    float | None,
    typer.Option("--validation", help="The share of validation, instead of the set's own splits."),
]
GroupOption = Annotated[
    str,
    typer.Option(
        "--group-by",
        help="folder, prefix:MARK or column:NAME: such pictures stay on one side of the split.",
    ),
]
SeedOption = Annotated[int, typer.Option("--split-seed", min=0, help="Another choice of pictures.")]
ProblemsOption = Annotated[
    Path | None,
    typer.Option("--problems", dir_okay=False, help="Write all problems to this file, as JSON."),
]
_SHOWN = 20


def add_to(app: typer.Typer) -> None:
    """Add the group to the command line."""
    data = group(app, "data", "Your own pictures: check them, bring them, train on them.")
    command(data, "import", example="haversack data import ./photos --name parts")(import_folder)
    command(data, "check", example="haversack data check ./photos --format coco")(check)
    command(data, "export", example="haversack data export parts ./out --format coco")(export)
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
    map_class: MapOption = None,
    validation: ValidationOption = None,
    group_by: GroupOption = "",
    split_seed: SeedOption = 0,
    problems: ProblemsOption = None,
    licence: Annotated[
        str, typer.Option("--licence", help="Who may use the pictures; travels with them.")
    ] = "NOASSERTION",
    pantry: PantryOption = None,
) -> Answer:
    """Take pictures and labels into the pantry; what cannot be used is named and left out."""
    from haversack.data.byod.class_mapping import parse_mapping
    from haversack.data.byod.splits import SplitPlan
    from haversack.services.datasets import import_data, own_sets

    plan, mapping = SplitPlan(validation, split_seed, group_by), parse_mapping(map_class or ())
    opened = session.pantry(pantry)
    before = {one.name: one for one in own_sets(opened)}
    with session.listening() as hear:
        kept, checked = import_data(
            path,
            opened,
            name,
            form,
            task,
            licence,
            plan=plan,
            mapping=mapping,
            on_event=hear,
            cancel=session.cancel,
        )
    _write_problems(checked, problems)
    data = {**_facts(checked), "name": kept.name, "sha256": kept.sha256, "bytes": kept.size}
    use = "look at it with predict" if kept.task == "unlabeled" else "use it with"
    said = f"kept as {kept.name}, {human_size(kept.size)}; {use} --data {kept.name}"
    return Answer(
        data, [*_told(checked), said, *_replaced(session, before.get(kept.name), kept, opened)]
    )


def _replaced(session: Session, old: OwnSet | None, new: OwnSet, pantry: Pantry) -> list[str]:
    """Say that another set had the name before, and which recipes ask for that one."""
    from haversack.services.datasets import recipes_lacking

    if old is None or old.sha256 == new.sha256:
        return []
    said = [f"other pictures were called {old.name} before, from {old.source}"]
    for recipe in recipes_lacking(pantry, new.name):
        change = f"haversack recipe set {shlex.quote(recipe)} data_generator={new.name}"
        give = session.told(change)
        said.append(f"{recipe!r} was made with those; to give it the new ones: {give}")
    return said


def check(
    session: Session,
    path: FolderArgument,
    form: FormatOption = "auto",
    task: TaskOption = None,
    map_class: MapOption = None,
    validation: ValidationOption = None,
    group_by: GroupOption = "",
    split_seed: SeedOption = 0,
    problems: ProblemsOption = None,
) -> Answer:
    """Read a folder as it would be imported, and say what is wrong with it; changes nothing."""
    from haversack.data.byod.class_mapping import parse_mapping
    from haversack.data.byod.splits import SplitPlan
    from haversack.services.datasets import check_data

    plan, mapping = SplitPlan(validation, split_seed, group_by), parse_mapping(map_class or ())
    with session.listening() as hear:
        checked = check_data(
            path, form, task, plan=plan, mapping=mapping, on_event=hear, cancel=session.cancel
        )
    _write_problems(checked, problems)
    return Answer(_facts(checked), _told(checked))


def export(
    session: Session,
    name: Annotated[str, typer.Argument(help="The name of imported data.")],
    out: Annotated[Path, typer.Argument(help="The folder to make.")],
    form: Annotated[
        str, typer.Option("--format", help="coco, voc, yolo, imagefolder, csv or masks.")
    ],
    pantry: PantryOption = None,
) -> Answer:
    """Write imported data back into a format that other tools read; pictures byte for byte."""
    from haversack.services.dataset_output import export_data

    opened = session.pantry(pantry)
    with session.listening() as hear:
        export_data(opened, name, form, out, on_event=hear, cancel=session.cancel)
    return Answer({"name": name, "format": form, "folder": str(out)}, [f"written to {out}"])


def list_sets(session: Session, pantry: PantryOption = None) -> Answer:
    """List what was imported into a pantry."""
    from haversack.services.datasets import own_sets

    found = own_sets(session.pantry(pantry))
    rows = [
        (one.name, one.task, human_size(one.size), stated(one.licence), one.source) for one in found
    ]
    shown = table("", ("name", "task", "size", "licence", "imported from"), rows)
    return Answer(found, [shown] if rows else ["nothing yet; see haversack data import --help"])


def show_set(
    session: Session,
    name: Annotated[str, typer.Argument(help="The name of imported data.")],
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            dir_okay=False,
            help="Write one HTML page that opens offline: charts, pictures, problems.",
        ),
    ] = None,
    pantry: PantryOption = None,
) -> Answer:
    """Show what imported data hold: classes and their counts in both splits."""
    from haversack.services.dataset_output import write_report
    from haversack.services.datasets import describe_set

    opened = session.pantry(pantry)
    found = describe_set(opened, name)
    if report is not None:
        with session.listening() as hear:
            write_report(opened, name, report, on_event=hear, cancel=session.cancel)
    facts = [
        ("name", found.set.name),
        ("task", found.set.task),
        ("size", human_size(found.set.size)),
        ("licence", stated(found.set.licence)),
        ("imported from", found.set.source),
        ("imported at", found.set.imported_at),
        ("pictures", _splits(found.pictures)),
    ]
    rows = [(label, *counts.values()) for label, counts in found.classes.items()]
    shown: list[RenderableType] = [table("", ("", ""), facts)]
    if rows:
        shown.append(table("", ("class", "train", "validation"), rows))
    if report is not None:
        shown.append(f"the page about them was written to {report}")
    return Answer(found, shown)


def _facts(checked: Checked) -> dict[str, object]:
    return {
        "format": checked.format,
        "task": checked.task,
        "pictures": checked.splits(),
        "classes": checked.counts(),
        "problems": checked.problems,
        "alike": checked.alike,
        "alike_count": checked.alike_count,
    }


def _write_problems(checked: Checked, target: Path | None) -> None:
    from haversack.base.files import write_bytes

    if target is not None:
        content = {"problems": checked.problems, "alike": checked.alike}
        write_bytes(target, orjson.dumps(content, option=orjson.OPT_INDENT_2))


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
    from haversack.data.byod.problem_kinds import by_kind

    kinds = by_kind(checked.problems)
    if kinds:
        rows = [(kind.count, kind.first.what, kind.first.file) for kind in kinds[:_SHOWN]]
        shown.append(table("problems", ("how many", "the first of them says", "in"), rows))
    if len(kinds) > _SHOWN:
        more = counted(len(kinds) - _SHOWN, "more kind")
        shown.append(f"and {more}; --problems FILE writes all of them")
    if checked.alike:
        first = checked.alike[0]
        shown.append(
            f"{counted(checked.alike_count, *_LOOKS_ALIKE)} like one to train on, "
            f"first {first.val} like {first.train}; --group-by keeps such on one side"
        )
    return shown


def _splits(counts: dict[str, int]) -> str:
    if "unlabeled" in counts:
        return f"{counts['unlabeled']} without labels"
    return f"{counts['train']} to train on, {counts['val']} to validate on"
