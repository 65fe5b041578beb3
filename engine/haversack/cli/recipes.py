"""``haversack recipe``: list, show, make and change recipes of a pantry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from haversack.cli import recipe_files, recipe_values
from haversack.cli.command import Answer, PantryOption, command, group
from haversack.cli.output import table
from haversack.cli.recipe_names import names_by_id, tell_of_new_name
from haversack.cli.recipe_view import RecipeArgument, describe, show
from haversack.cli.session import Session
from haversack.recipe.fill import Answers
from haversack.recipe.root import full_path
from haversack.recipe.schema import Ingredient
from haversack.recipe.tree import Recipe

if TYPE_CHECKING:
    from haversack.pantry.pantry import Pantry
    from haversack.services.readiness import Needs

Assignments = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SLOT=NAME]...", help="Slots and options, such as optimizer=AdamW."),
]
NameOption = Annotated[str | None, typer.Option("--name", help="What the recipe is called.")]


def add_to(app: typer.Typer) -> None:
    """Add the group to the command line."""
    recipe = group(app, "recipe", "Recipes of a pantry: make, look at, change, carry, cook.")
    command(recipe, "list", example="haversack recipe list")(list_recipes)
    command(recipe, "show", example="haversack recipe show smoke")(show_recipe)
    command(
        recipe,
        "new",
        example="haversack recipe new --task detection --name smoke data_generator=Smoke",
    )(new_recipe)
    command(recipe, "set", example="haversack recipe set smoke train.num_epochs=5 optimizer=AdamW")(
        set_recipe
    )
    command(recipe, "options", example="haversack recipe options smoke backbone")(list_options)
    recipe_files.add_to(recipe)


def list_recipes(session: Session, pantry: PantryOption = None) -> Answer:
    """List the recipes of a pantry and whether each is ready offline."""
    opened = session.pantry(pantry)
    records = opened.recipes.list()
    data = [
        {
            "id": r.id,
            "name": r.name,
            "task": r.task,
            "state": r.state,
            "missing_slots": r.missing_slots,
            "missing_assets": r.missing_assets,
        }
        for r in records
    ]
    rows = [
        (r.id[:12], r.name, r.task, r.state, ", ".join(r.missing_slots or r.missing_assets))
        for r in records
    ]
    new = session.told("haversack recipe new --task detection --name NAME")
    empty = f"no recipes yet; make one with: {new}"
    shown = table("", ("id", "name", "task", "state", "missing"), rows)
    return Answer(data, [shown] if rows else [empty])


def show_recipe(session: Session, recipe: RecipeArgument, pantry: PantryOption = None) -> Answer:
    """Show a recipe's tree, what it needs, and whether it is ready offline."""
    opened = session.pantry(pantry)
    loaded = opened.recipes.load(recipe)
    return Answer(describe(loaded, opened), show(loaded, opened))


def new_recipe(
    session: Session,
    task: Annotated[str, typer.Option("--task", help="classification, detection or segmentation.")],
    assignments: Assignments = None,
    name: NameOption = None,
    empty: Annotated[bool, typer.Option("--empty", help="Leave what is not named empty.")] = False,
    pantry: PantryOption = None,
) -> Answer:
    """Make a recipe; what is not named is filled with the task's defaults."""
    opened = session.pantry(pantry)
    opened.recipes.refuse_taken(name or "")
    made = Recipe.empty(opened.registry, task, opened.path)
    made.name = name or ""
    slots, options = recipe_values.split(assignments or [], opened.registry)
    if empty:
        recipe_values.assign(made, slots, _own_data(opened, task))
    else:
        made.fill_empty_recursively(_with_own_data(recipe_values.answers(slots), opened, task))
    recipe_values.assign(made, options)
    names = names_by_id(opened)
    opened.recipes.save(made)
    tell_of_new_name(session, made, names)
    return Answer(describe(made, opened), show(made, opened))


def _own_data(pantry: Pantry, task: str) -> recipe_values.Named:
    """Let the data slot, and those within it, be filled by the name of an imported set."""
    from haversack.services.datasets import as_answer

    def named(slot: str, name: str) -> str | Ingredient:
        is_data = full_path(slot).startswith(full_path("data_generator"))
        return as_answer(pantry, name, task) if is_data else name

    return named


def _with_own_data(answers: Answers, pantry: Pantry, task: str) -> Answers:
    named = _own_data(pantry, task)
    return {
        slot: named(slot, value) if isinstance(value, str) else value
        for slot, value in answers.items()
    }


def set_recipe(
    session: Session,
    recipe: RecipeArgument,
    assignments: Assignments = None,
    name: NameOption = None,
    default: Annotated[
        bool, typer.Option("--default", help="Fill what is empty with the task's defaults.")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the recipe as it was under its id.")
    ] = False,
    pantry: PantryOption = None,
) -> Answer:
    """Change slots, options or the name; the changed recipe replaces the old one."""
    opened = session.pantry(pantry)
    loaded = opened.recipes.load(recipe)
    before = loaded.id
    given = recipe_values.pairs(assignments or [])
    recipe_values.assign(loaded, given, _own_data(opened, loaded.task))
    if default:
        loaded.fill_empty_recursively()
    opened.recipes.refuse_taken(name or "", but=before)
    loaded.name = loaded.name if name is None else name
    names = {key: name for key, name in names_by_id(opened).items() if key != before}
    opened.recipes.save(loaded)
    tell_of_new_name(session, loaded, names)
    if loaded.id != before and not keep:
        opened.recipes.remove(before)
    return Answer(describe(loaded, opened), show(loaded, opened))


def list_options(
    session: Session,
    recipe: RecipeArgument,
    slot: Annotated[str, typer.Argument(help="A slot, such as backbone or trainer.optimizer.")],
    pantry: PantryOption = None,
) -> Answer:
    """List what can fill a slot of a recipe, and which of it needs a network first."""
    from haversack.services.datasets import own_choices
    from haversack.services.readiness import needs_of

    opened = session.pantry(pantry)
    loaded = opened.recipes.load(recipe)
    found = [
        (meta, needs_of(loaded.registry.get(meta.kind), opened)) for meta in loaded.options(slot)
    ]
    own = own_choices(opened, loaded.task)
    data = [
        {
            "name": meta.display_name,
            "title": meta.title,
            "kind": meta.kind,
            "taxonomy": meta.taxonomy,
            "help": meta.help,
            "tags": meta.tags,
            "here": not needs.lacking,
            "lacking": needs.lacking,
            "imported": list(own.get(meta.kind, ())),
        }
        for meta, needs in found
    ]
    rows = [(meta.title, meta.kind, _offline(needs), meta.help) for meta, needs in found]
    imported = [name for meta, _ in found for name in own.get(meta.kind, ())]
    told = [f"imported here, each named by itself: {', '.join(imported)}"] if imported else []
    return Answer(data, [table("", ("title", "kind", "files", ""), rows), *told])


def _offline(needs: Needs) -> str:
    if not needs.files:
        return "nothing to fetch"
    return "needs preparing with a network" if needs.lacking else "here"
