"""A recipe: a tree of frozen ingredients under one mutable handle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from haversack.base.canonical_json import dump_canonical
from haversack.base.digests import sha256_bytes
from haversack.recipe.assets import Asset, Unpinned
from haversack.recipe.codec import to_data
from haversack.recipe.errors import IncompleteRecipe, RecipeError, unknown, unknown_task
from haversack.recipe.fill import Answer, Answers, empty_slots, fill, resolve
from haversack.recipe.paths import get_at, replace_at, slot_at
from haversack.recipe.registry import Registry
from haversack.recipe.root import RecipeRoot, full_path
from haversack.recipe.schema import UNSET, Ingredient, Meta, option_names, slots_of, walk


@dataclass
class Recipe:
    """A tree of ingredients that can be asked, filled, changed and named.

    Attributes:
        registry: The installed ingredients.
        root: The tree. It is frozen; changes replace it.
        name: What a person calls the recipe; not part of its id.
        history: One line for each migration or replacement that made it.
        pantry_path: The pantry that it belongs to, where there is one.
    """

    registry: Registry
    root: Ingredient
    name: str = ""
    history: tuple[str, ...] = ()
    pantry_path: Path | None = None

    @classmethod
    def empty(cls, registry: Registry, task: str, pantry_path: Path | None = None) -> Recipe:
        """Make a recipe of which only the task is known.

        Raises:
            UnknownTask: There is no such task; all are listed.
        """
        tasks = {_task_name(schema.meta): schema for schema in registry.candidates("task")}
        if task not in tasks:
            raise unknown_task(task, sorted(tasks))
        return cls(registry, RecipeRoot(task=tasks[task]()), pantry_path=pantry_path)

    @property
    def task(self) -> str:
        """The name of the task: ``detection``, ``classification``, ``segmentation``."""
        task = getattr(self.root, "task", None)
        if not isinstance(task, Ingredient):
            raise RecipeError("the recipe has no task", "Assign one to `task` first.")
        return _task_name(task.meta)

    @property
    def id(self) -> str:
        """SHA-256 of the canonical tree, 64 hexadecimal digits; name and history do not count."""
        return sha256_bytes(dump_canonical(to_data(self.root)))

    def __getitem__(self, path: str) -> object:
        """Give the ingredient or the option's value at a path."""
        return get_at(self.root, full_path(path))

    def __setitem__(self, path: str, value: object) -> None:
        """Set an option, once its value is checked, or assign an ingredient."""
        where = full_path(path)
        self._refuse_bare_option(where)
        parent, _, name = where.rpartition(".")
        node = get_at(self.root, parent) if parent else self.root
        is_slot = isinstance(node, Ingredient) and name in slots_of(type(node))
        if is_slot and isinstance(value, str | Ingredient):
            self.assign_ingredients(path, value)
        else:
            self.root = replace_at(self.root, where, value)

    def _refuse_bare_option(self, path: str) -> None:
        """Name the ingredients that have an option of this name, where the root has none."""
        if "." not in path and path not in type(self.root).model_fields:
            homes = [f"{at}.{path}" for at, node in self.walk() if path in option_names(type(node))]
            if homes:
                raise unknown("option or slot of the recipe itself", path, homes)

    def options(self, slot: str) -> list[Meta]:
        """List what can fill a slot, by title.

        Raises:
            UnknownName: There is no such slot.
        """
        spec = slot_at(self.root, full_path(slot))
        return [schema.meta for schema in self.registry.candidates(spec.role, self.task)]

    def assign_ingredients(self, slot: str, *names: Answer) -> None:
        """Put ingredients into a slot by name, expression or value.

        Assigning another dataset by hand resets the augmentations.

        Raises:
            UnknownName: No such slot or ingredient.
            AmbiguousName: The name fits several.
        """
        path = full_path(slot)
        spec = slot_at(self.root, path)
        found = tuple(resolve(name, spec, self.registry, self.task, path) for name in names)
        if len(found) != 1 and not spec.many:
            raise RecipeError(f"{path} takes one ingredient, not {len(found)}", "Give one name.")
        root = replace_at(self.root, path, found if spec.many else found[0])
        parent = path.rpartition(".")[0]
        for sibling in spec.resets:
            root = replace_at(root, f"{parent}.{sibling}" if parent else sibling, None)
        self.root = root

    def fill_empty_recursively(self, answers: Answers | None = None) -> None:
        """Fill what is empty; see `haversack.recipe.fill.fill`. On an error nothing changes."""
        self.root = fill(self.root, self.registry, self.task, answers or {})

    def missing(self) -> list[str]:
        """Give the dotted paths of required slots and options that are not set."""
        slots = [path for path, spec in empty_slots(self.root) if not spec.optional]
        options = [
            f"{path}.{name}" if path else name
            for path, node in walk(self.root)
            for name in option_names(type(node))
            if getattr(node, name) == UNSET
        ]
        return slots + options

    def require_complete(self) -> None:
        """Raise ``IncompleteRecipe`` with the list of what is not set."""
        missing = self.missing()
        if missing:
            raise IncompleteRecipe(missing, self.name or self.id[:12])

    def walk(self) -> Iterator[tuple[str, Ingredient]]:
        """Yield every ingredient in document order as (dotted path, ingredient)."""
        return walk(self.root)

    def assets(self) -> tuple[Asset, ...]:
        """Give the files that the recipe needs, each once, in document order."""
        found = {asset.name: asset for _, node in self.walk() for asset in node.assets()}
        return tuple(found.values())

    def unpinned(self) -> dict[str, Unpinned]:
        """Give the files whose digest is not known yet, by the dotted path of the option to pin."""
        return {
            f"{path}.{option}": file
            for path, node in self.walk()
            for option, file in node.unpinned().items()
        }

    def copy(self) -> Recipe:
        """Give an independent recipe with the same tree."""
        return Recipe(self.registry, self.root, self.name, self.history, self.pantry_path)


def _task_name(meta: Meta) -> str:
    return meta.path.rpartition("/")[2]


def replace_data_generator(recipe: Recipe, data_generator: Answer) -> None:
    """Put another dataset into a recipe and keep its augmentations."""
    path = full_path("data_generator")
    spec = slot_at(recipe.root, path)
    found = resolve(data_generator, spec, recipe.registry, recipe.task, path)
    recipe.root = replace_at(recipe.root, path, found)
