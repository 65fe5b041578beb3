"""How a run is shown to a person."""

from __future__ import annotations

from rich.console import RenderableType

from haversack.cli.output import human_size, table
from haversack.recipe.sppr import name_in
from haversack.runs.reducer import RunState
from haversack.runs.spec import RunSpec


def describe(spec: RunSpec, state: RunState) -> list[RenderableType]:
    """Give what a person wants to know of a run."""
    facts: list[tuple[str, object]] = [
        ("run", spec.run_id),
        ("kind", spec.kind.value),
        ("recipe", name_in(spec.sppr)),
        ("status", state.status),
        ("device", state.device or spec.device),
        ("phase", state.phase),
        ("epoch", state.epoch),
        ("folder", spec.run_dir),
    ]
    if state.error is not None:
        facts += [("error", state.error.message), ("remedy", state.error.hint)]
    if state.status == "stopped":
        facts.append(("go on with", f"haversack runs resume {spec.run_id}"))
    shown: list[RenderableType] = [table("", ("", ""), facts)]
    if state.metrics:
        shown.append(table("newest values", ("name", "value"), sorted(state.metrics.items())))
    if state.products:
        files = [
            (p.role, p.path, human_size(p.size) if p.sha256 else "folder") for p in state.products
        ]
        shown.append(table("files", ("role", "path", "size"), files))
    shown += [f"{note.level}: {note.text}" for note in state.notes[-10:]]
    return shown


def result_of(state: RunState) -> list[RenderableType]:
    """Give the result of a run that has one, without what is nested in it."""
    flat = [
        (name, value)
        for name, value in (state.result or {}).items()
        if not isinstance(value, dict | list)
    ]
    return [table("result", ("", ""), flat)] if flat else []
