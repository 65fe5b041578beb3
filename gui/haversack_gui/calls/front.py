"""The front page's calls: open a volume, ask it, cook one of its recipes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haversack_gui.calls.pantry import OpenPantry
from haversack_gui.jobs import Changed, Told

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

FILTERS = ("hardware", "quantization", "model_family")
PREFERRED = ("od_inf_rate_ms", "od_size_MB", "od_total_mem_MB", "od_inf_energy_mJ", "if_inf_macs")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A volume in memory.

    Attributes:
        name: Its name, or its file's path.
        frame: Its rows.
        task: The task that its recipes serve; empty where the card does not say.
        about: What was measured, by what, on what: one or two sentences of the card.
        metrics: Columns that can be the other axis, with their names for people.
        values: What each filter can be set to.
    """

    name: str
    frame: pd.DataFrame
    task: str
    about: str
    metrics: tuple[tuple[str, str], ...]
    values: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a volume.

    Attributes:
        metric: Column of the other axis.
        fuzzy: Whether recipes are ranked; otherwise the exact front is listed.
        top_n: How many of the ranking are listed.
        sort_by: Order of the list.
        filters: Wanted values by column; a column that is not named is not filtered.
        floor: Lowest accuracy, between 0 and 1.
    """

    metric: str
    fuzzy: bool = False
    top_n: int = 25
    sort_by: str = "metric_custom_best_to_worst"
    filters: tuple[tuple[str, str], ...] = ()
    floor: float = 0.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """An answer, ready to be drawn and listed.

    Attributes:
        x: Converted metric of every measured row, shape (n,).
        y: Accuracy of every measured row, shape (n,).
        x_name: Words under the axis.
        y_name: Words beside the axis.
        front: Positions of the exact front.
        listed: Positions of the rows of the answer, in order.
        paretoness: By position; None where it was not asked for.
        frame: The measured rows, aligned with ``x``.
        excluded: Rows left out because they were not measured, by cause.
        warnings: What the person should know.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    x_name: str
    y_name: str
    front: tuple[int, ...]
    listed: tuple[int, ...]
    paretoness: NDArray[np.float64] | None
    frame: pd.DataFrame
    excluded: dict[str, int]
    warnings: tuple[str, ...]


def names(pantry: OpenPantry) -> list[str]:
    """List the golden volumes on the shelf."""
    return list(pantry.engine.volumes.list())


def load(name: str, pantry: OpenPantry | None) -> Loaded:
    """Open a volume of the pantry by name, or a Parquet or CSV file by path."""
    from haversack.services.volumes import load_volume

    volume = load_volume(name, pantry.engine if pantry else None)
    frame = volume.frame()
    card: dict[str, Any] = volume.card.as_dict() if volume.card is not None else {}
    return Loaded(
        name=name,
        frame=frame,
        task=str(card.get("task", "")),
        about=_about(card),
        metrics=_metrics(frame),
        values={
            column: tuple(sorted(str(value) for value in frame[column].dropna().unique()))
            for column in FILTERS
            if column in frame.columns
        },
    )


def ask(loaded: Loaded, question: Question) -> Drawn:
    """Ask a volume; the exact front is always worked out beside the ranking."""
    import numpy as np

    from haversack.volume.query import ask as ask_volume

    frame = _filtered(loaded.frame, question)
    exact = ask_volume(frame, "exact", question.metric, question.sort_by)
    answer = exact
    if question.fuzzy:
        answer = ask_volume(frame, "fuzzy", question.metric, question.sort_by, question.top_n)
    ids_all = np.asarray(answer.info["ids_all"])
    order = np.argsort(ids_all, kind="stable")

    def positions(ids: list[int]) -> tuple[int, ...]:
        return tuple(order[np.searchsorted(ids_all, ids, sorter=order)].tolist()) if ids else ()

    rows = frame.set_index("id", drop=False).loc[ids_all]
    return Drawn(
        x=np.asarray(answer.info["metric_custom_all"], dtype=np.float64),
        y=np.asarray(answer.info["metric_accuracy_all"], dtype=np.float64),
        x_name=answer.info["metric_custom_name"],
        y_name=answer.info["metric_accuracy_name"],
        front=positions(exact.ids),
        listed=positions(answer.ids),
        paretoness=answer.info.get("paretoness_all"),
        frame=rows,
        excluded={str(k): int(v) for k, v in dict(answer.info["excluded"]).items() if v},
        warnings=answer.warnings,
    )


def data_choices(pantry: OpenPantry, task: str) -> list[tuple[str, str]]:
    """List the data that a recipe of a task can be cooked with, as (name, path)."""
    found = pantry.engine.registry.candidates("data_generator", task or None)
    return [(schema.meta.title, schema.meta.path) for schema in found]


def cook(
    pantry: OpenPantry, volume: str, task: str, row: int, data: str | None, told: Told
) -> Changed:
    """Make the recipe of a row work here and keep it in the pantry."""
    from haversack.services.cook import cook as cook_recipe

    recipe = cook_recipe(
        row,
        pantry.engine,
        grdb_volume=volume,
        grdb_task=task or None,
        data_generator=data,
        default=True,
        on_event=told.on_event,
        cancel=told.cancel,
    )
    name = recipe.name or recipe.id[:8]
    return Changed(
        frozenset({"recipes", "assets", "attestations"}),
        recipe.id,
        f"Cooked {name}: train it next.",
    )


def is_file(name: str) -> bool:
    """Say whether a volume is named by its file."""
    return Path(name).suffix in (".parquet", ".csv")


def _filtered(frame: pd.DataFrame, question: Question) -> pd.DataFrame:
    keep = None
    for column, value in question.filters:
        mask = frame[column].astype(str) == value
        keep = mask if keep is None else keep & mask
    if question.floor > 0 and "relative_task_metric" in frame.columns:
        mask = frame["relative_task_metric"] >= question.floor
        keep = mask if keep is None else keep & mask
    return frame if keep is None else frame[keep]


def _metrics(frame: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    from haversack.volume.columns import ACCURACY
    from haversack.volume.errors import VolumeError
    from haversack.volume.metrics import metric

    directions = frame.attrs.get("metric_directions")
    found: list[tuple[str, str]] = []
    for name in frame.columns:
        if name == ACCURACY or frame[name].dtype.kind not in "fiu":
            continue
        try:
            known = metric(str(name), directions)
        except VolumeError:
            continue
        if bool((frame[name] > 0).any()):
            unit = f" ({known.unit})" if known.unit else ""
            found.append((str(name), f"{known.title}{unit}"))
    rank = {name: place for place, name in enumerate(PREFERRED)}
    return tuple(sorted(found, key=lambda entry: rank.get(entry[0], len(rank))))


def _about(card: dict[str, Any]) -> str:
    parts = [
        str(card[key]) for key in ("measured", "by", "on", "pictures", "licence") if card.get(key)
    ]
    return "; ".join(parts)
