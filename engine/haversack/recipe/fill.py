"""Filling empty slots: explicit answers first, then the task's default, then a sole candidate."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from haversack.recipe.codec import check_role
from haversack.recipe.errors import AmbiguousName, RecipeError, unknown
from haversack.recipe.paths import replace_at, slot_at
from haversack.recipe.registry import Registry
from haversack.recipe.root import full_path
from haversack.recipe.schema import Ingredient, SlotSpec, slots_of, walk

Answer = str | Ingredient
Answers = Mapping[str, Answer | list[Answer] | tuple[Answer, ...]]


def empty_slots(root: Ingredient) -> Iterator[tuple[str, SlotSpec]]:
    """Yield the empty slots of a tree in document order as (dotted path, what it takes)."""
    for path, node in walk(root):
        for name, spec in slots_of(type(node)).items():
            if not getattr(node, name):
                yield (f"{path}.{name}" if path else name), spec


def fill(root: Ingredient, registry: Registry, task: str, answers: Answers) -> Ingredient:
    """Give a tree whose empty slots are filled, recursively.

    What fills a slot by default has the options that suit the task and what was chosen before it.

    Args:
        root: The tree; it is not modified.
        registry: What may fill a slot.
        task: The task that candidates must serve.
        answers: By slot path or synonym: a name, an ingredient, or several for a slot of many.
            An answer for a slot that is filled already is left aside.

    Raises:
        AmbiguousName: Several candidates and no default; they are listed.
        UnknownName: An answer names no ingredient, or a slot that does not exist.
        RecipeError: Nothing that is installed fits a slot.
    """
    pending = {full_path(key): value for key, value in answers.items()}
    passed: set[str] = set()
    while (found := _next_empty(root, passed)) is not None:
        path, spec = found
        chosen = _choose(path, spec, registry, task, pending, _suggested(root, path))
        if chosen is None:
            passed.add(path)
        else:
            root = replace_at(root, path, chosen if spec.many else chosen[0])
    for path in pending:
        slot_at(root, path)
    return root


def resolve(
    answer: Answer, spec: SlotSpec, registry: Registry, task: str | None, path: str
) -> Ingredient:
    """Give the ingredient that an answer means, checked against the slot."""
    if isinstance(answer, Ingredient):
        check_role(answer, spec, path)
        if task is not None and not answer.meta.serves(task):
            fitting = "; ".join(one.meta.title for one in registry.candidates(spec.role, task))
            message = f"{answer.meta.display_name} does not serve {task}"
            raise RecipeError(message, f"What fits {path}: {fitting or 'nothing'}.")
        return answer
    if not isinstance(answer, str):
        raise RecipeError(f"{answer!r} names no ingredient", "Give a name or an ingredient.")
    return registry.find(answer, spec.role, task)()


def _next_empty(root: Ingredient, passed: Collection[str]) -> tuple[str, SlotSpec] | None:
    return next((entry for entry in empty_slots(root) if entry[0] not in passed), None)


def _suggested(root: Ingredient, path: str) -> dict[str, object]:
    """Give the options that the ingredients chosen so far suggest for what fills a slot."""
    found: dict[str, object] = {}
    for _, node in walk(root):
        found.update(node.suggests.get(path, {}))
    return found


def _choose(
    path: str,
    spec: SlotSpec,
    registry: Registry,
    task: str,
    answers: Answers,
    suggested: Mapping[str, object],
) -> tuple[Ingredient, ...] | None:
    if path in answers:
        answer = answers[path]
        given = answer if isinstance(answer, (list, tuple)) else (answer,)
        if len(given) != 1 and not spec.many:
            raise RecipeError(f"{path} takes one ingredient, not {len(given)}", "Give one name.")
        return tuple(resolve(item, spec, registry, task, path) for item in given) or None
    defaults = registry.defaults(task, path)
    if defaults:
        options = {**registry.default_options(task, path), **suggested}
        return tuple(registry.find(name, spec.role, task)(**options) for name in defaults)
    if spec.optional:
        return None
    candidates = registry.candidates(spec.role, task)
    if not candidates:
        raise unknown(f"ingredient for {path} that serves {task}", spec.role, [])
    if len(candidates) > 1:
        names = "; ".join(schema.meta.display_name for schema in candidates)
        raise AmbiguousName(f"{len(candidates)} ingredients can fill {path}", f"Choose: {names}")
    return (candidates[0](),)
