"""Reading and replacing what lies at a dotted path of a tree of frozen ingredients."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import ValidationError

from haversack.recipe.errors import InvalidValue, RecipeError, UnknownName, unknown
from haversack.recipe.options import options_of
from haversack.recipe.root import SYNONYMS
from haversack.recipe.schema import UNSET, Ingredient, SlotSpec, slots_of


def get_at(root: Ingredient, path: str) -> object:
    """Give the option, the ingredient, the tuple of ingredients, or ``???`` at a path.

    Raises:
        UnknownName: Nothing has this name; near matches are listed.
        RecipeError: A slot on the way is empty.
    """
    found: object = root
    walked: list[str] = []
    for name in path.split("."):
        found = _step(found, name, ".".join(walked))
        walked.append(name)
    return UNSET if found is None else found


def node_at(root: Ingredient, path: str) -> Ingredient:
    """Give the ingredient at a path; ``""`` is the root.

    Raises:
        RecipeError: There is none.
    """
    found = get_at(root, path) if path else root
    if not isinstance(found, Ingredient):
        raise RecipeError(f"{path} holds no ingredient", f"Assign one to {path} first.")
    return found


def slot_at(root: Ingredient, path: str) -> SlotSpec:
    """Give what the slot at a path takes.

    Raises:
        UnknownName: There is no such slot.
    """
    parent, name = _split(path)
    schema = type(node_at(root, parent))
    specs = slots_of(schema)
    if name in specs:
        return specs[name]
    option = next((one for one in options_of(schema) if one.name == name), None)
    if option is None:
        raise unknown("slot", path, _names(specs, parent))
    hint = f"It takes {option.range_text()}: {path}=VALUE."
    raise UnknownName(f"{path} is an option, not a slot", hint)


def replace_at(root: Ingredient, path: str, value: object) -> Ingredient:
    """Give a tree in which the field at ``path`` is ``value``; validates the changed node.

    Raises:
        UnknownName: There is no such field.
        InvalidValue: The schema does not allow the value.
    """
    parent, name = _split(path)
    if name.isdigit():
        above, field = _split(parent)
        items = list(getattr(node_at(root, above), field))
        items[_index(items, name, parent)] = value
        return replace_at(root, parent, tuple(items))
    changed = _rebuild(node_at(root, parent), path, name, value)
    return replace_at(root, parent, changed) if parent else changed


def _split(path: str) -> tuple[str, str]:
    parent, _, name = path.rpartition(".")
    return parent, name


def _step(found: object, name: str, walked: str) -> object:
    if isinstance(found, Ingredient):
        if name not in type(found).model_fields:
            raise unknown("option or slot", name, _names(type(found).model_fields, walked))
        return getattr(found, name)
    if isinstance(found, tuple):
        return found[_index(found, name, walked)]
    if found is None:
        raise RecipeError(f"{walked} is empty", f"Assign an ingredient to {walked} first.")
    raise unknown("option or slot", f"{walked}.{name}", [])


def _names(fields: Iterable[str], parent: str) -> list[str]:
    """Give the paths of fields; at the root the short names that mean one further down as well."""
    return [f"{parent}.{field}" for field in fields] if parent else [*fields, *SYNONYMS]


def _index(items: object, name: str, walked: str) -> int:
    length = len(items) if isinstance(items, (tuple, list)) else 0
    if not (name.isascii() and name.isdigit() and len(name) < 7) or int(name) >= length:
        raise unknown("entry", f"{walked}.{name}", [f"{walked}.{i}" for i in range(length)])
    return int(name)


def _rebuild(node: Ingredient, path: str, name: str, value: object) -> Ingredient:
    schema = type(node)
    if name not in schema.model_fields:
        raise unknown("option or slot", path, _names(schema.model_fields, path.rpartition(".")[0]))
    fields = {field: getattr(node, field) for field in schema.model_fields}
    try:
        return schema.model_validate({**fields, name: value})
    except ValidationError as error:
        spec = next((option for option in options_of(schema) if option.name == name), None)
        reason = error.errors()[0]["msg"]
        hint = f"{path} takes {spec.range_text()}." if spec else "Choose an ingredient for it."
        raise InvalidValue(f"{path} cannot be {value!r}: {reason}", hint) from error
