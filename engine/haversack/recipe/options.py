"""What a form or a help text needs to know of an option: type, range, choices, default."""

from __future__ import annotations

from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from haversack.recipe.schema import Ingredient, option_names

OptionType = Literal["int", "float", "bool", "str", "choice"]


@dataclass(frozen=True, slots=True)
class OptionSpec:
    """One typed option of an ingredient.

    Attributes:
        name: Field name.
        type: How it is edited.
        default: Its value when nothing is said; ``???`` where it must be set.
        nullable: Whether it can be left empty (None).
        minimum: Smallest value allowed; exclusive where ``exclusive_minimum``.
        maximum: Largest value allowed; exclusive where ``exclusive_maximum``.
        choices: The values of a choice.
        step: What the value must be a multiple of; None for anything in range.
        help: One sentence.
        unit: Such as ``px`` or ``epochs``; may be empty.
    """

    name: str
    type: OptionType
    default: object
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: bool = False
    exclusive_maximum: bool = False
    choices: tuple[object, ...] = ()
    step: float | None = None
    help: str = ""
    unit: str = ""

    def range_text(self) -> str:
        """Say in words which values are allowed."""
        if self.choices:
            return "one of " + ", ".join(str(choice) for choice in self.choices)
        low = None if self.minimum is None else f"{self.minimum:g}"
        high = None if self.maximum is None else f"{self.maximum:g}"
        if low is not None and high is not None and not self.exclusive_maximum:
            return f"{'above ' if self.exclusive_minimum else ''}{low} to {high}"
        least = (
            None if low is None else f"{'above' if self.exclusive_minimum else 'at least'} {low}"
        )
        most = (
            None if high is None else f"{'below' if self.exclusive_maximum else 'at most'} {high}"
        )
        if least or most:
            return " and ".join(filter(None, (least, most)))
        return {"int": "a whole number", "float": "a number", "bool": "true or false"}.get(
            self.type, "text"
        )


def options_of(schema: type[Ingredient]) -> list[OptionSpec]:
    """Describe every option of an ingredient class, in order of declaration."""
    return [_describe(name, schema.model_fields[name]) for name in option_names(schema)]


def _describe(name: str, info: FieldInfo) -> OptionSpec:
    annotation, nullable = _without_none(info.annotation)
    kind, choices = _option_type(annotation)
    low = next((m.ge for m in info.metadata if getattr(m, "ge", None) is not None), None)
    above = next((m.gt for m in info.metadata if getattr(m, "gt", None) is not None), None)
    high = next((m.le for m in info.metadata if getattr(m, "le", None) is not None), None)
    below = next((m.lt for m in info.metadata if getattr(m, "lt", None) is not None), None)
    step = next((m.multiple_of for m in info.metadata if getattr(m, "multiple_of", None)), None)
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    return OptionSpec(
        name=name,
        type=kind,
        default=info.default,
        nullable=nullable,
        minimum=low if low is not None else above,
        maximum=high if high is not None else below,
        exclusive_minimum=low is None and above is not None,
        exclusive_maximum=high is None and below is not None,
        choices=choices,
        step=step,
        help=info.description or "",
        unit=str(extra.get("unit", "")),
    )


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) in (Union, UnionType):
        rest = [part for part in get_args(annotation) if part is not NoneType]
        if len(rest) == 1:
            return rest[0], True
    return annotation, False


def _option_type(annotation: Any) -> tuple[OptionType, tuple[object, ...]]:
    if get_origin(annotation) is Literal:
        return "choice", get_args(annotation)
    for kind, name in ((bool, "bool"), (int, "int"), (float, "float")):
        if annotation is kind:
            return name, ()  # type: ignore[return-value] # the three names are OptionTypes
    return "str", ()
