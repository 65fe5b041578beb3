"""A recipe while it is edited: every change can be undone, because trees are frozen."""

from __future__ import annotations

from dataclasses import dataclass, field

from haversack.recipe.fill import Answer, empty_slots
from haversack.recipe.options import OptionSpec, options_of
from haversack.recipe.paths import get_at, node_at, replace_at, slot_at
from haversack.recipe.schema import Ingredient
from haversack.recipe.tree import Recipe


@dataclass
class Draft:
    """A recipe with its past and its future.

    Attributes:
        recipe: The recipe as it stands.
        saved_id: The id under which it lies in the pantry; empty where it does not.
        saved_name: Its name there.
    """

    recipe: Recipe
    saved_id: str = ""
    saved_name: str = ""
    _past: list[Ingredient] = field(default_factory=list)
    _future: list[Ingredient] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether it differs from what lies in the pantry."""
        return self.recipe.id != self.saved_id or self.recipe.name != self.saved_name

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is a change to make again."""
        return bool(self._future)

    def undo(self) -> None:
        """Take the last change back."""
        if self._past:
            self._future.append(self.recipe.root)
            self.recipe.root = self._past.pop()

    def redo(self) -> None:
        """Make the last change that was taken back again."""
        if self._future:
            self._past.append(self.recipe.root)
            self.recipe.root = self._future.pop()

    def set_option(self, path: str, value: object) -> None:
        """Set an option.

        Raises:
            InvalidValue: The schema does not allow the value; nothing has changed.
        """
        self._replace(replace_at(self.recipe.root, path, value))

    def check(self, path: str, value: object) -> None:
        """Say whether an option may have a value; changes nothing.

        Raises:
            InvalidValue: The schema does not allow it.
        """
        replace_at(self.recipe.root, path, value)

    def assign(self, slot: str, found: Answer) -> None:
        """Put an ingredient into a slot; a slot for many gets one more.

        Raises:
            RecipeError: It does not fit.
        """
        changed = self.recipe.copy()
        if slot_at(changed.root, slot).many:
            held = get_at(changed.root, slot)
            kept = held if isinstance(held, tuple) else ()
            changed.assign_ingredients(slot, *kept, found)
        else:
            changed.assign_ingredients(slot, found)
        self._replace(changed.root)

    def clear(self, path: str) -> None:
        """Empty a slot, or take one ingredient out of a slot for many."""
        parent, _, last = path.rpartition(".")
        if last.isdigit():
            held = get_at(self.recipe.root, parent)
            rest = tuple(v for place, v in enumerate(_items(held)) if place != int(last))
            self._replace(replace_at(self.recipe.root, parent, rest))
        else:
            self._replace(replace_at(self.recipe.root, path, None))

    def fill(self) -> None:
        """Fill what is empty with the task's defaults.

        Raises:
            AmbiguousName: A slot has several candidates and no default; nothing has changed.
        """
        changed = self.recipe.copy()
        changed.fill_empty_recursively()
        self._replace(changed.root)

    def options(self, path: str) -> list[OptionSpec]:
        """Describe the options of the ingredient at a path."""
        return options_of(type(node_at(self.recipe.root, path)))

    def values(self, path: str) -> dict[str, object]:
        """Give the options' values of the ingredient at a path."""
        node = node_at(self.recipe.root, path)
        return {option.name: getattr(node, option.name) for option in self.options(path)}

    def first_empty(self) -> str:
        """Give the path of the first required slot that is empty; ``""`` where none is."""
        return next((p for p, spec in empty_slots(self.recipe.root) if not spec.optional), "")

    def _replace(self, root: Ingredient) -> None:
        if root != self.recipe.root:
            self._past.append(self.recipe.root)
            self._future.clear()
            self.recipe.root = root


def slot_about(root: Ingredient, path: str) -> str:
    """Say what the slot at a path is for, and what holds while it is empty; may be empty."""
    above, _, name = path.rpartition(".")
    return type(node_at(root, above)).model_fields[name].description or ""


def _items(held: object) -> tuple[object, ...]:
    return held if isinstance(held, tuple) else ()
