"""Trees to and from plain JSON-ready data. Tags are looked up; nothing is ever imported."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from haversack.recipe.errors import InvalidValue, RecipeError
from haversack.recipe.registry import Registry
from haversack.recipe.schema import Ingredient, SlotSpec, option_names, slots_of

MAX_TREE_DEPTH = 16


def to_data(node: Ingredient) -> dict[str, Any]:
    """Give a tree as nested dicts: ``kind``, options, and slots (None, dict or list).

    A slot that was added later is left out while it is empty.
    """
    data: dict[str, Any] = {"kind": node.kind}
    data.update((name, getattr(node, name)) for name in option_names(type(node)))
    for name, spec in slots_of(type(node)).items():
        value = getattr(node, name)
        if spec.many:
            data[name] = [to_data(child) for child in value]
        elif value is not None:
            data[name] = to_data(value)
        elif not spec.added_later:
            data[name] = None
    return data


def from_data(data: object, registry: Registry, path: str = "recipe") -> Ingredient:
    """Build a validated tree from plain data.

    Raises:
        RecipeError: Not a tree, an unknown kind, an ingredient in a slot of another role.
        InvalidValue: An option that the schema does not allow.
    """
    if path.count(".") > MAX_TREE_DEPTH:
        raise RecipeError("the recipe is nested too deeply", "It was not written by Haversack.")
    if not isinstance(data, dict) or not isinstance(data.get("kind"), str):
        raise RecipeError(f"{path} is not an ingredient", "Each needs a `kind` such as a/b@1.")
    schema = registry.get(data["kind"])
    fields = {name: value for name, value in data.items() if name != "kind"}
    for name, spec in slots_of(schema).items():
        if name in fields:
            fields[name] = _slot_value(fields[name], spec, registry, f"{path}.{name}")
    try:
        return schema.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join((path, *(str(part) for part in first["loc"])))
        raise InvalidValue(f"{where}: {first['msg']}", "Mend it or choose another.") from error


def _slot_value(value: object, spec: SlotSpec, registry: Registry, path: str) -> object:
    if spec.many:
        if not isinstance(value, list):
            raise RecipeError(f"{path} is not a list", "It was not written by Haversack.")
        return tuple(
            _fitting(item, spec, registry, f"{path}.{index}") for index, item in enumerate(value)
        )
    return None if value is None else _fitting(value, spec, registry, path)


def _fitting(value: object, spec: SlotSpec, registry: Registry, path: str) -> Ingredient:
    node = from_data(value, registry, path)
    check_role(node, spec, path)
    return node


def check_role(node: Ingredient, spec: SlotSpec, path: str) -> None:
    """Raise ``RecipeError`` where an ingredient does not fit a slot."""
    if node.meta.role != spec.role:
        raise RecipeError(
            f"{path} takes a {spec.role}, not {node.meta.display_name} ({node.meta.role})",
            f"What fits: haversack recipe options RECIPE {path}.",
        )
