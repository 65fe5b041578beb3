"""Two recipes line by line: what fills each slot and how each option is set."""

from __future__ import annotations

from dataclasses import dataclass

from haversack.recipe.options import options_of
from haversack.recipe.schema import UNSET, Ingredient, slots_of
from haversack.recipe.tree import Recipe
from haversack_gui.words import tr


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One slot or option.

    Attributes:
        path: Its dotted path.
        left: What stands there in the first recipe; empty where it has no such slot or option.
        right: The same in the second.
    """

    path: str
    left: str
    right: str

    @property
    def differs(self) -> bool:
        """Whether the recipes are not the same there."""
        return self.left != self.right


def diff(left: Recipe, right: Recipe) -> list[DiffLine]:
    """Give every slot and option of either recipe, in the order of their trees."""
    one, other = flat(left), flat(right)
    paths = list(one)
    for place, path in enumerate(other):
        if path not in one:
            before = next((p for p in reversed(list(other)[:place]) if p in paths), "")
            paths.insert(paths.index(before) + 1 if before else 0, path)
    return [DiffLine(path, one.get(path, ""), other.get(path, "")) for path in paths]


def flat(recipe: Recipe) -> dict[str, str]:
    """Give what stands at each path of a recipe, in words."""
    found: dict[str, str] = {}
    _add(found, recipe.root, "")
    return found


def _add(found: dict[str, str], node: Ingredient, path: str) -> None:
    for option in options_of(type(node)):
        value = getattr(node, option.name)
        found[_join(path, option.name)] = _shown(value)
    for name, spec in slots_of(type(node)).items():
        held = getattr(node, name)
        children = held if spec.many else (held,)
        if not spec.many or not held:
            found[_join(path, name)] = _words(None if spec.many else held)
        for place, child in enumerate(children):
            if child is not None:
                here = _join(path, f"{name}.{place}" if spec.many else name)
                found[here] = _words(child)
                _add(found, child, here)


def _shown(value: object) -> str:
    """Give an option's value as the form shows it."""
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    return tr("not set") if value in (None, UNSET) else str(value)


def _words(held: Ingredient | None) -> str:
    return tr("none") if held is None else f"{held.meta.title} ({held.meta.kind})"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
