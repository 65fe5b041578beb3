"""``haversack runs``: what was run on this machine, and how it stands."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from haversack.base.errors import EXIT_DONE, EXIT_FAILED
from haversack.cli.carrying_out import carry_out
from haversack.cli.command import Answer, PantryOption, command, group
from haversack.cli.output import table
from haversack.cli.run_view import describe
from haversack.cli.session import Session
from haversack.cli.which_run import RunArgument, training
from haversack.runs.reducer import RunState
from haversack.runs.store import RunRecord, RunStore


def add_to(app: typer.Typer) -> None:
    """Add the group to the command line."""
    runs = group(app, "runs", "List, show, watch, resume and stop runs.")
    command(runs, "list", example="haversack runs list --pantry ./kitchen")(list_runs)
    command(runs, "show", example="haversack runs show last")(show_run)
    command(runs, "watch", example="haversack runs watch 20250131-154501-train")(watch_run)
    command(runs, "resume", example="haversack runs resume last")(resume_run)
    command(runs, "stop", example="haversack runs stop last")(stop_run)


def list_runs(session: Session, pantry: PantryOption = None) -> Answer:
    """List the runs of a pantry, newest last; damaged ones with a note."""
    records = _store(session, pantry).list()
    rows = [
        (
            r.run_id,
            r.state.kind,
            r.recipe_name,
            r.state.status,
            _when(r.state),
            _metrics(r.state, 3),
            r.note or (r.state.error.message if r.state.error is not None else ""),
        )
        for r in records
    ]
    shown = table("", ("run", "kind", "recipe", "status", "updated", "newest values", "note"), rows)
    empty = f"no runs yet; start one with: {session.told('haversack train RECIPE')}"
    return Answer([_summary(r) for r in records], [shown] if rows else [empty])


def show_run(session: Session, run: RunArgument, pantry: PantryOption = None) -> Answer:
    """Show one run: how it ended, what it measured, what it made."""
    store = _store(session, pantry)
    spec, state = store.load(run)
    return Answer({"spec": spec, "state": state}, describe(session, spec, state))


def watch_run(session: Session, run: RunArgument, pantry: PantryOption = None) -> Answer:
    """Watch a run until it is over."""
    store = _store(session, pantry)
    run_id = store.find(run).name

    def wait(seconds: float) -> None:
        session.cancel.raise_if_cancelled()
        time.sleep(seconds)

    with session.listening() as hear:
        for event, _state in store.follow(run_id, wait):
            hear(event)
    spec, state = store.load(run_id)
    code = EXIT_FAILED if state.status in ("failed", "lost") else EXIT_DONE
    return Answer({"spec": spec, "state": state}, describe(session, spec, state), code)


def resume_run(
    session: Session,
    run: RunArgument,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", help="OPTION=VALUE from here on, such as data.batch_size=4."),
    ] = None,
    pantry: PantryOption = None,
) -> Answer:
    """Go on with a stopped or lost training from its last checkpoint."""
    from haversack.cli.recipe_values import assign, pairs
    from haversack.recipe.root import full_path
    from haversack.services.work import recipe_of, resume_spec

    opened = session.pantry(pantry)
    store = RunStore(opened.runs_folder)
    run_id = training(store, run)
    given: dict[str, object] = {}
    if changes:
        wanted = pairs(changes)
        changed = recipe_of(store.load(run_id)[0], opened)
        assign(changed, wanted)
        given = {full_path(path): changed[path] for path, _ in wanted}
    return carry_out(session, resume_spec(run_id, opened, given))


def stop_run(session: Session, run: RunArgument, pantry: PantryOption = None) -> Answer:
    """Ask a run to write a checkpoint and stop."""
    folder = _store(session, pantry).request_stop(run)
    return Answer({"run_id": folder.name, "asked": "stop"}, [f"{folder.name} was asked to stop"])


def _store(session: Session, pantry: Path | None) -> RunStore:
    return RunStore(session.pantry(pantry).runs_folder)


def _summary(record: RunRecord) -> dict[str, object]:
    state = record.state
    return {
        "run_id": record.run_id,
        "kind": state.kind,
        "recipe": record.recipe_name,
        "status": state.status,
        "updated_at": state.updated_at,
        "metrics": state.metrics,
        "folder": record.folder,
        "note": record.note,
    }


def _metrics(state: RunState, most: int) -> str:
    by_worth = sorted(state.metrics.items(), key=lambda pair: (not pair[0].startswith("val"), pair))
    return ", ".join(f"{name} {value:.4g}" for name, value in by_worth[:most])


def _when(state: RunState) -> str:
    if state.updated_at is None:
        return ""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(state.updated_at))
