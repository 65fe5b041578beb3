"""How a run is shown to a person."""

from __future__ import annotations

from pydantic import JsonValue
from rich.console import RenderableType

from haversack.cli.output import human_size, table
from haversack.cli.session import Session
from haversack.recipe.sppr import name_in
from haversack.runs.reducer import RunState
from haversack.runs.spec import RunSpec

MOST_ANSWERS, BEST = 20, 3
"""Pictures whose answers are shown, and answers of each."""


def describe(session: Session, spec: RunSpec, state: RunState) -> list[RenderableType]:
    """Give what a person wants to know of a run."""
    facts: list[tuple[str, object]] = [
        ("run", spec.run_id),
        ("kind", spec.kind.value),
        ("recipe", name_in(spec.sppr)),
        ("status", state.status),
        ("device", state.device or spec.device),
        ("phase", state.phase),
        ("epoch", None if state.epoch is None else state.epoch + 1),
        ("folder", spec.run_dir),
    ]
    if state.error is not None:
        facts += [("error", state.error.message), ("remedy", state.error.hint)]
    if state.status in ("stopped", "failed", "lost") and spec.going_on:
        facts.append(("go on with", session.told(spec.going_on)))
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
    """Give the result of a run that has one: its values, metrics, answers, and what it lacks."""
    result = state.result or {}
    flat = [(name, value) for name, value in result.items() if not isinstance(value, dict | list)]
    shown: list[RenderableType] = [table("result", ("", ""), flat)] if flat else []
    shown += _metrics(result.get("metrics"), result.get("framework_metrics"))
    shown += _answers(result.get("predictions"), result.get("score_threshold"))
    missing = result.get("not_measured")
    if isinstance(missing, dict) and missing:
        shown.append(table("not measured", ("", "why"), sorted(missing.items())))
    return shown


def _metrics(here: JsonValue, trained: JsonValue) -> list[RenderableType]:
    """Give metrics beside those that the training ended with, where there are both."""
    if not isinstance(here, dict) or not here:
        return []
    if not isinstance(trained, dict):
        return [table("metrics", ("name", "value"), sorted(here.items()))]
    rows = [(name, here.get(name), trained.get(name)) for name in sorted(here)]
    return [table("metrics", ("name", "this file", "as trained"), rows)]


def _answers(predictions: JsonValue, least: JsonValue) -> list[RenderableType]:
    """Give the best answers for each picture; what is left out is said, and why nothing is found.

    Args:
        predictions: The answers.
        least: From which score on a box is given; None where there are no boxes.
    """
    if not isinstance(predictions, list) or not predictions:
        return []
    nothing = "nothing" if least is None else f"nothing that scores {least:.0%}"
    rows = [
        (one.get("name"), _best(one) or nothing) for one in predictions if isinstance(one, dict)
    ]
    masked = any(isinstance(one, dict) and "mask" in one for one in predictions)
    order = "largest first, and how sure its pixels are" if masked else "best first"
    shown: list[RenderableType] = [table("found", ("picture", order), rows[:MOST_ANSWERS])]
    if len(rows) > MOST_ANSWERS:
        shown.append(f"and {len(rows) - MOST_ANSWERS} more: --json has them all")
    if least:
        shown.append(f"boxes that score less are left out: model.score_threshold={least}")
    return shown


def _best(prediction: dict[str, JsonValue]) -> str:
    labels, scores = prediction.get("labels"), prediction.get("scores")
    if not isinstance(labels, list) or not labels:
        return ""
    if not isinstance(scores, list) or len(scores) != len(labels):
        return ", ".join(map(str, labels))
    pairs = list(zip(labels, scores, strict=True))
    told = [f"{name} {score:.0%}" for name, score in pairs if isinstance(score, int | float)]
    more = f" and {len(told) - BEST} more" if len(told) > BEST else ""
    return ", ".join(told[:BEST]) + more
