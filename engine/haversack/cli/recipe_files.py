"""Recipes that come from elsewhere or go there: export, import, cook from a golden volume."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from haversack.base.errors import UsageError
from haversack.base.files import read_bytes, write_text
from haversack.cli.command import Answer, PantryOption, command
from haversack.cli.recipe_names import names_by_id, tell_of_new_name
from haversack.cli.recipe_view import RecipeArgument, describe, show
from haversack.cli.session import Session


def add_to(recipe: typer.Typer) -> None:
    """Add the commands to the group."""
    command(recipe, "export", example="haversack recipe export smoke -o smoke.sppr")(export_recipe)
    command(recipe, "import", example="haversack recipe import smoke.sppr")(import_recipe)
    command(
        recipe, "cook", example="haversack recipe cook 17 --volume xval_det --data 'Digit scenes'"
    )(cook_recipe)


def export_recipe(
    session: Session,
    recipe: RecipeArgument,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; stdout if left out.")
    ] = None,
    pantry: PantryOption = None,
) -> Answer:
    """Write a recipe as SPPR text, which carries its ingredients' versions."""
    from haversack.recipe.sppr import to_sppr

    loaded = session.pantry(pantry).recipes.load(recipe)
    text = to_sppr(loaded)
    if output is not None:
        write_text(output, text + "\n")
    data = {"id": loaded.id, "name": loaded.name, "sppr": text, "file": output}
    return Answer(data, [text if output is None else f"written to {output}"])


def import_recipe(
    session: Session,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A file that holds SPPR text.")
    ],
    name: Annotated[str | None, typer.Option("--name", help="What to call it here.")] = None,
    no_upgrade: Annotated[
        bool, typer.Option("--no-upgrade", help="Refuse versions that are not installed.")
    ] = False,
    pantry: PantryOption = None,
) -> Answer:
    """Take a recipe in from SPPR text."""
    from haversack.recipe.sppr import MAX_BYTES, from_sppr
    from haversack.services.shelving import keep

    opened = session.pantry(pantry)
    text = read_bytes(file, MAX_BYTES).decode("utf-8", "replace").strip()
    made = from_sppr(text, opened.registry, allow_upgrade=not no_upgrade)
    made.pantry_path = opened.path
    names = names_by_id(opened)
    if name is None:
        keep(made, opened)
    else:
        opened.recipes.refuse_taken(name, but=made.id)
        made.name = name
        opened.recipes.save(made)
    tell_of_new_name(session, made, names)
    return Answer(describe(made, opened), show(made, opened))


def cook_recipe(
    session: Session,
    row: Annotated[str, typer.Argument(metavar="ID", help="The id of a row of the volume.")],
    volume: Annotated[
        str | None, typer.Option("--volume", help="A volume's name in the pantry, or a file.")
    ] = None,
    task: Annotated[
        str | None, typer.Option("--task", help="Chooses the volume where none is named.")
    ] = None,
    data: Annotated[
        str | None, typer.Option("--data", help="A dataset instead of the recipe's own.")
    ] = None,
    default: Annotated[
        bool, typer.Option("--default", help="Fill what is empty with defaults.")
    ] = False,
    no_upgrade: Annotated[
        bool, typer.Option("--no-upgrade", help="Refuse versions that are not installed.")
    ] = False,
    allow_deprecated: Annotated[
        bool, typer.Option("--allow-deprecated", help="Accept deprecated ingredients.")
    ] = False,
    name: Annotated[str | None, typer.Option("--name", help="What to call it here.")] = None,
    verbose: Annotated[
        int, typer.Option("--verbose", "-v", count=True, help="-v ingredients, -vv migrations.")
    ] = 0,
    pantry: PantryOption = None,
) -> Answer:
    """Take a golden recipe from a volume's row and make it work here."""
    from haversack.services.cook import cook
    from haversack.services.datasets import as_answer

    opened = session.pantry(pantry)
    if name is not None and not name.strip():
        raise UsageError("the name is empty", "Leave --name out, or give one.")
    names = names_by_id(opened)
    with session.listening() as hear:
        made = cook(
            row,
            opened,
            volume,
            task,
            data if data is None else as_answer(opened, data, task),
            allow_upgrade=not no_upgrade,
            allow_deprecated=allow_deprecated,
            verbose=verbose,
            default=default,
            name=name or "",
            on_event=hear,
            cancel=session.cancel,
        )
    tell_of_new_name(session, made, names)
    shown = [*show(made, opened), f"train it: {_train_line(made.name, pantry)}"]
    return Answer(describe(made, opened), shown)


def _train_line(name: str, pantry: Path | None) -> str:
    return shlex.join(["haversack", "train", name, *(["--pantry", str(pantry)] if pantry else [])])
