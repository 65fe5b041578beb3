"""``haversack pack, have``: writing a bundle, and saying what a machine needs no more."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haversack.base.counting import counted
from haversack.cli.asking import PassphraseFile, passphrase
from haversack.cli.command import Answer, PantryOption, command
from haversack.cli.output import human_size, printable, table
from haversack.cli.session import Session
from haversack.cli.sizes import parse_size

if TYPE_CHECKING:
    from rich.console import RenderableType

    from haversack.services.carry.app_items import AppPlan
    from haversack.services.carry.runtime_items import RuntimePlan
    from haversack.services.contents import Selection


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    command(app, "pack", example="haversack pack /media/stick/FIELD-KIT --key field-team")(pack)
    command(app, "have", example="haversack have ./kitchen -o have.json")(have)


def pack(
    session: Session,
    out: Annotated[Path, typer.Argument(help="The bundle's folder, usually on a stick.")],
    key: Annotated[str, typer.Option("--key", help="The key that signs it.")],
    name: Annotated[
        str | None, typer.Option("--name", help="The bundle's name; else the folder's.")
    ] = None,
    recipe: Annotated[
        list[str] | None,
        typer.Option("--recipe", help="A recipe; again for more. Else all that are ready."),
    ] = None,
    since: Annotated[
        Path | None,
        typer.Option(
            "--since",
            exists=True,
            dir_okay=False,
            help="A have-list: leave out what that machine has.",
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option("--split", help="Spread over sticks of this size, such as 8GB."),
    ] = None,
    app: Annotated[
        bool, typer.Option("--app", help="The frozen app too; a key for code must sign it.")
    ] = False,
    app_from: Annotated[
        Path | None,
        typer.Option(
            "--app-from", exists=True, help="Its folder or archive; else the app that runs now."
        ),
    ] = None,
    runtime: Annotated[
        Path | None,
        typer.Option(
            "--runtime",
            exists=True,
            dir_okay=False,
            help="What `haversack doctor --json` wrote there: wheels for that machine too.",
        ),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Threads; else one a core, 4 at most.")
    ] = None,
    no_read_back: Annotated[
        bool,
        typer.Option("--no-read-back", help="Do not read the stick again before signing."),
    ] = False,
    last_counter: Annotated[
        int | None,
        typer.Option("--last-counter", help="The last number that another workstation gave it."),
    ] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Only say what would go in; write nothing.")
    ] = False,
    passphrase_file: PassphraseFile = None,
    pantry: PantryOption = None,
) -> Answer:
    """Write recipes and all they need as a signed bundle."""
    from haversack.bundle.have import read_have_list
    from haversack.cli.licence_lines import lines_of_items
    from haversack.services import pack as service
    from haversack.trust.keyring import KeyRing

    opened = session.pantry(pantry)
    recipes = tuple(recipe) if recipe else None
    code = service.Code(app, app_from, runtime)
    there = read_have_list(since) if since is not None else None
    stick = parse_size(split) if split is not None else None
    if plan:
        with session.listening() as hear:
            runtime_plan = service.plan_code(opened, code, on_event=hear, cancel=session.cancel)
        return _plan(service.plan(opened, recipes, code), service.plan_app(code), runtime_plan)
    ring = KeyRing()
    ring.require(key, code=code.wanted)
    service.refuse_the_pantry(out, opened)
    with contextlib.ExitStack() as kept:
        with session.listening() as hear:
            gathering = service.gathered(opened, recipes, code, hear, session.cancel)
            chosen = kept.enter_context(gathering)
        for line in lines_of_items(chosen.items):
            session.say(printable(line))
        secret = passphrase(passphrase_file, f"the key {key}")
        with session.listening() as hear:
            receipt = service.pack(
                opened,
                out,
                ring,
                key,
                secret,
                name=name,
                since=there,
                chosen=chosen,
                stick=stick,
                jobs=jobs,
                read_back=not no_read_back,
                last_counter=last_counter,
                on_event=hear,
                cancel=session.cancel,
            )
    facts: list[tuple[str, object]] = [
        ("bundle", f"{receipt.name}, number {receipt.counter}"),
        ("folder", receipt.folder),
        ("publisher", receipt.publisher),
        ("fingerprint", receipt.fingerprint),
        ("files", f"{receipt.files}, {human_size(receipt.bytes)}"),
        ("written now", human_size(receipt.bytes_written)),
        ("read back", "yes" if receipt.read_back else "no, not re-read"),
    ]
    if there is not None:
        blobs, size = counted(receipt.blobs_left_out, "blob"), human_size(receipt.bytes_left_out)
        facts.append(("left out", f"{blobs}, {size}, which the receiver has"))
    facts += [(f"stick {at}", folder) for at, folder in enumerate(receipt.sticks, 1)]
    return Answer(receipt, [table("", ("", ""), facts)])


def have(
    session: Session,
    pantry: Annotated[
        Path, typer.Argument(exists=True, file_okay=False, help="The field machine's pantry.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="The have-list to write.")],
    quick: Annotated[
        bool, typer.Option("--quick", help="Believe the sizes; do not read every file.")
    ] = False,
) -> Answer:
    """Write which files a pantry has, so that a bundle for it can leave them out."""
    from haversack.pantry.pantry import Pantry
    from haversack.services.have import have as write

    opened = Pantry.open(pantry)
    with session.listening() as hear:
        found = write(opened, output, quick=quick, on_event=hear, cancel=session.cancel)
    facts = [
        ("have-list", found.file),
        ("names", f"{counted(found.files, 'file')}, {human_size(found.bytes)}"),
        ("next", f"haversack pack BUNDLE --key KEY --since {found.file.name}"),
    ]
    damaged = [f"damaged here, so not named: {path}" for path in found.damaged]
    return Answer(found, [table("", ("", ""), facts), *damaged])


def _plan(chosen: Selection, app: AppPlan | None, runtime: RuntimePlan | None) -> Answer:
    from haversack.cli.licence_lines import lines_of_app, lines_of_items, lines_of_packages
    from haversack.services.licences import caution_of, licence_in_words

    items = [
        {
            "path": item.logical_path,
            "kind": item.kind,
            "size": item.size,
            "licence": item.licence,
            "caution": caution_of(item),
            "source": item.source,
            "sha256": item.sha256,
        }
        for item in chosen.items
    ]
    rows = [
        (
            item.kind,
            item.logical_path,
            human_size(item.size),
            licence_in_words(item),
            item.source,
        )
        for item in chosen.items
    ]
    data = {
        "recipes": chosen.recipes,
        "volumes": chosen.volumes,
        "total_bytes": chosen.total_bytes,
        "items": items,
        "app": app,
        "runtime": runtime,
    }
    total = f"{counted(len(items), 'file')}, {human_size(chosen.total_bytes)}; nothing was written"
    shown: list[RenderableType] = [
        table("", ("kind", "path", "size", "licence", "source"), rows),
        *lines_of_items(chosen.items),
        total,
    ]
    if app is not None:
        shown += [f"the app, beside these files: {app.name}", *lines_of_app(app.parts)]
    if runtime is not None:
        shown.append(table(runtime.name, ("package", "version", "licence"), runtime.packages))
        shown += lines_of_packages(runtime.packages)
        shown += [f"note: {runtime.note}"] if runtime.note else []
    return Answer(data, shown)
