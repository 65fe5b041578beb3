"""The train page's calls: list runs, and make the specs that the queue hands to workers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from haversack.runs.reducer import RunState
from haversack.runs.spec import RunKind, RunSpec
from haversack_gui.calls.pantry import OpenPantry


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run in the list.

    Attributes:
        run_id: Its id.
        kind: What it does.
        recipe: Name of the recipe.
        task: The task of its recipe.
        of_run: The training run it builds on; empty for a training.
        state: What it has told so far.
        folder: Where its files lie.
        resumable: Whether there is a checkpoint to go on from.
        note: What is wrong with its folder; empty where nothing is.
    """

    run_id: str
    kind: str
    recipe: str
    task: str
    of_run: str
    state: RunState
    folder: Path
    resumable: bool
    note: str = ""


def lines(pantry: OpenPantry) -> list[RunLine]:
    """List the runs, newest first."""
    from haversack.services.work import run_store

    return [
        RunLine(
            run_id=record.run_id,
            kind=record.spec.kind.value if record.spec else record.state.kind,
            recipe=recipe_name(record.spec) if record.spec else "",
            task=task_of(record.spec) if record.spec else "",
            of_run=str(record.spec.options.get("of_run", "")) if record.spec else "",
            state=record.state,
            folder=record.folder,
            resumable=(record.folder / "checkpoints" / "last").is_dir(),
            note=record.note,
        )
        for record in reversed(run_store(pantry.engine).list())
    ]


def recipe_name(spec: RunSpec) -> str:
    """Give the name of the recipe of a run; its id's beginning where it has none."""
    content = _recipe(spec)
    return str(content.get("name") or str(content.get("id", ""))[:8])


def task_of(spec: RunSpec) -> str:
    """Give the task of a run's recipe; empty where it cannot be read."""
    return str(_recipe(spec).get("task", ""))


def _recipe(spec: RunSpec) -> dict[str, object]:
    try:
        content = json.loads(spec.sppr) if spec.sppr else {}
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def train(pantry: OpenPantry, recipe_id: str, device: str) -> RunSpec:
    """Make a training run of a saved recipe."""
    from haversack.services.work import train_spec

    return train_spec(pantry.engine.recipes.load(recipe_id), pantry.engine, device=device)


def resume(pantry: OpenPantry, run_id: str) -> RunSpec:
    """Make the spec with which a stopped training goes on."""
    from haversack.services.work import resume_spec, run_store

    spec = resume_spec(run_id, pantry.engine)
    run_store(pantry.engine).create(spec)
    return spec


def follow_up(
    pantry: OpenPantry, kind: RunKind, run_id: str, inputs: Sequence[Path] = ()
) -> RunSpec:
    """Make a run that uses what a training left: evaluate, export, measure, predict."""
    from haversack.services.work import follow_up_spec

    return follow_up_spec(kind, run_id, pantry.engine, inputs=inputs)
