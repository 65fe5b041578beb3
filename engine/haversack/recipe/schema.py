"""The schema of an ingredient: a frozen pydantic model with options and slots.

Options are ordinary fields. A slot is a field declared with `slot()` (one ingredient) or
`slots()` (any number, as a tuple).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from haversack.recipe.assets import Asset, Unpinned

UNSET = "???"


@dataclass(frozen=True, slots=True)
class Meta:
    """What is known of an ingredient before any of its options is set.

    Attributes:
        path: Slash-separated name, unique together with the version.
        version: Grows when the meaning or the options change.
        title: Words for a person.
        role: What kind of slot it can fill, such as ``optimizer``.
        help: One sentence for a person who has to choose.
        taxonomy: Dotted place in the field, such as ``vision.detection.2d``.
        tasks: Tasks it serves; empty means all.
        tags: Free words to search by.
        deprecated: Why it should no longer be chosen; empty where it may be.
    """

    path: str
    version: int
    title: str
    role: str
    help: str
    taxonomy: str = ""
    tasks: frozenset[str] = field(default_factory=frozenset)
    tags: tuple[str, ...] = ()
    deprecated: str = ""

    @property
    def kind(self) -> str:
        """The tag that a serialized ingredient carries: ``path@version``."""
        return f"{self.path}@{self.version}"

    @property
    def display_name(self) -> str:
        """The name shown to a person: ``Title (taxonomy/path)``."""
        return f"{self.title} ({self.path})"

    def serves(self, task: str) -> bool:
        """Say whether the ingredient can be part of a recipe for ``task``."""
        return not self.tasks or task in self.tasks


@dataclass(frozen=True, slots=True)
class SlotSpec:
    """What a slot takes.

    Attributes:
        role: Role of the ingredients that fit.
        many: Whether it takes a tuple of them.
        optional: Whether a recipe is complete without it.
        resets: Names of sibling slots that are emptied when this one is assigned by hand.
        added_later: Whether recipes were written before there was this slot, which is optional:
            while it is empty it is left out of a recipe's text, so that those keep their ids.
    """

    role: str
    many: bool = False
    optional: bool = False
    resets: tuple[str, ...] = ()
    added_later: bool = False


class Ingredient(BaseModel):
    """One node of a recipe. Subclasses set ``meta``, options and slots.

    Attributes:
        meta: What it is.
        suggests: Options that suit it, by slot, of what fills other slots by default.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)
    meta: ClassVar[Meta]
    suggests: ClassVar[Mapping[str, Mapping[str, object]]] = {}

    def assets(self) -> tuple[Asset, ...]:
        """Name the files that this ingredient needs with its present options."""
        return ()

    def unpinned(self) -> dict[str, Unpinned]:
        """Name the files that it wants and whose digest is not known, by the option to pin."""
        return {}

    @property
    def kind(self) -> str:
        """The tag ``path@version`` of this ingredient."""
        return self.meta.kind


def slot(
    role: str, *, optional: bool = False, resets: tuple[str, ...] = (), about: str = ""
) -> Any:
    """Declare a slot for one ingredient; the field's type is ``Ingredient | None``."""
    return _slot_field(None, SlotSpec(role, False, optional, resets), about)


def slot_added_later(role: str, *, about: str = "") -> Any:
    """Declare an optional slot that older recipes do not know and that leaves their ids alone."""
    return _slot_field(None, SlotSpec(role, optional=True, added_later=True), about)


def slots(role: str, *, optional: bool = False, about: str = "") -> Any:
    """Declare a slot for any number; the field's type is ``tuple[Ingredient, ...]``."""
    return _slot_field((), SlotSpec(role, True, optional), about)


def _slot_field(default: object, spec: SlotSpec, about: str) -> Any:
    return Field(default=default, description=about, json_schema_extra={"slot": spec})  # type: ignore[dict-item] # kept as a value, never exported as JSON schema


def slot_spec(info: FieldInfo) -> SlotSpec | None:
    """Give what the slot of a field takes, or None where the field is an option."""
    extra = info.json_schema_extra
    found = extra.get("slot") if isinstance(extra, dict) else None
    return found if isinstance(found, SlotSpec) else None


def slots_of(schema: type[Ingredient]) -> dict[str, SlotSpec]:
    """Give the slots of an ingredient class by field name, in order of declaration."""
    found = {name: slot_spec(info) for name, info in schema.model_fields.items()}
    return {name: spec for name, spec in found.items() if spec is not None}


def option_names(schema: type[Ingredient]) -> list[str]:
    """Give the names of the options of an ingredient class, in order of declaration."""
    return [name for name, info in schema.model_fields.items() if slot_spec(info) is None]


def children(node: Ingredient) -> Iterator[tuple[str, Ingredient]]:
    """Yield the filled slots of a node as (relative path, ingredient)."""
    for name, spec in slots_of(type(node)).items():
        value = getattr(node, name)
        if spec.many:
            yield from ((f"{name}.{index}", child) for index, child in enumerate(value))
        elif value is not None:
            yield name, value


def walk(node: Ingredient, path: str = "") -> Iterator[tuple[str, Ingredient]]:
    """Yield a node and all below it in document order as (dotted path, ingredient)."""
    yield path, node
    for name, child in children(node):
        yield from walk(child, f"{path}.{name}" if path else name)
