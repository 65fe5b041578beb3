"""The front page's calls: open a volume, ask it, search it, write what was found, cook a recipe."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haversack.recipe.fill import Answer
from haversack_gui import words
from haversack_gui.calls.pantry import OpenPantry
from haversack_gui.calls.shelf_licences import in_words
from haversack_gui.jobs import Changed, Told

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Places = NDArray[np.int64]
    Mask = NDArray[np.bool_]

FILTERS = ("dataset", "hardware", "model_family", "backbone", "height", "quantization")
PREFERRED = ("od_inf_rate_ms", "od_size_MB", "od_total_mem_MB", "od_inf_energy_mJ", "if_inf_macs")
MOST_VALUES = 500
Value = str | int


@dataclass(frozen=True, slots=True)
class Loaded:
    """A volume in memory.

    Attributes:
        name: Its name, or its file's path.
        frame: Its rows.
        task: The task that its recipes serve; empty where the card does not say.
        about: What was measured, by what, on what: one or two sentences of the card.
        metrics: Columns that can be the other axis, with their names for people.
        lower: The metrics of which less is better.
        values: What each filter can be set to.
        words: For each column of text, the code of each row and the lower-case word of each code;
            filled by the first search.
    """

    name: str
    frame: pd.DataFrame
    task: str
    about: str
    metrics: tuple[tuple[str, str], ...]
    lower: frozenset[str]
    values: dict[str, tuple[Value, ...]]
    words: dict[str, tuple[Places, list[str]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a volume.

    Attributes:
        metric: Column of the other axis.
        fuzzy: Whether recipes are ranked; otherwise the exact front is listed.
        top_n: How many of the ranking are listed; None for all.
        sort_by: Order of the list.
        filters: Wanted values by column; a column that is not named is not filtered.
        floor: Lowest accuracy, between 0 and 1.
    """

    metric: str
    fuzzy: bool = False
    top_n: int | None = 25
    sort_by: str = "metric_custom_best_to_worst"
    filters: tuple[tuple[str, Value], ...] = ()
    floor: float = 0.0

    def where(self) -> str:
        """Give the filters as a condition that the engine's ``where`` reads."""
        parts = [f"{column} == {value!r}" for column, value in self.filters]
        if self.floor > 0:
            parts.append(f"relative_task_metric >= {self.floor:g}")
        return " and ".join(parts)


@dataclass(frozen=True, slots=True)
class Drawn:
    """An answer, ready to be drawn and listed. A *place* counts the measured rows.

    Attributes:
        x: Converted metric of every measured row, shape (n,).
        y: Accuracy of every measured row, shape (n,).
        x_name: Words under the axis.
        y_name: Words beside the axis.
        front: Places of the exact front.
        listed: Places of the answer, in order.
        paretoness: By place; None where it was not asked for.
        rows: The row of the volume's frame for each place, shape (n,).
        loaded: The volume.
        best: The raw value of the metric by which ``x`` was divided; NaN where it was not.
        metric: Column of the metric.
        excluded: Rows left out because they were not measured, by cause.
        warnings: What the person should know.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    x_name: str
    y_name: str
    front: Places
    listed: Places
    paretoness: NDArray[np.float64] | None
    rows: Places
    loaded: Loaded
    best: float
    metric: str
    excluded: dict[str, int]
    warnings: tuple[str, ...]

    def values(self, name: str) -> Any:
        """Give a column's values by place, shape (n,)."""
        return self.loaded.frame[name].to_numpy()[self.rows]

    def cell(self, name: str, place: int) -> Any:
        """Give one value."""
        return self.loaded.frame[name].iat[int(self.rows[place])]


@dataclass(frozen=True, slots=True)
class DataChoice:
    """Data that a recipe can be cooked with: its words, its name for a command, the answer."""

    title: str
    name: str
    answer: Answer


def names(pantry: OpenPantry) -> list[str]:
    """List the golden volumes on the shelf."""
    return list(pantry.engine.volumes.list())


def load(name: str, pantry: OpenPantry | None) -> Loaded:
    """Open a volume of the pantry by name, or a Parquet or CSV file by path."""
    from haversack.services.volumes import load_volume

    volume = load_volume(name, pantry.engine if pantry else None)
    frame = volume.frame()
    card: dict[str, Any] = volume.card.as_dict() if volume.card is not None else {}
    metrics, lower = _metrics(frame)
    values = {name: _values(frame[name]) for name in FILTERS if name in frame.columns}
    return Loaded(name, frame, str(card.get("task", "")), _about(card), metrics, lower, values)


def ask(loaded: Loaded, question: Question) -> Drawn:
    """Ask a volume; the exact front is always worked out beside the ranking."""
    import numpy as np

    from haversack.volume.query import ask as ask_volume

    frame = _asked(loaded.frame, question)
    exact = ask_volume(frame, "exact", question.metric, question.sort_by)
    answer = exact
    if question.fuzzy:
        answer = ask_volume(frame, "fuzzy", question.metric, question.sort_by, question.top_n)
    ids_all = np.asarray(answer.info["ids_all"])
    order = np.argsort(ids_all, kind="stable")

    def places(ids: list[int]) -> Places:
        wanted = np.asarray(ids, dtype=np.int64)
        return np.asarray(order[np.searchsorted(ids_all, wanted, sorter=order)], dtype=np.int64)

    ids_here = loaded.frame["id"].to_numpy(dtype=np.int64)
    order_here = np.argsort(ids_here, kind="stable")
    rows = order_here[np.searchsorted(ids_here, ids_all, sorter=order_here)]
    x = np.asarray(answer.info["metric_custom_all"], dtype=np.float64)
    raw = loaded.frame[question.metric].to_numpy(dtype=np.float64, na_value=np.nan)[rows]
    return Drawn(
        x=x,
        y=np.asarray(answer.info["metric_accuracy_all"], dtype=np.float64),
        x_name=answer.info["metric_custom_name"],
        y_name=answer.info["metric_accuracy_name"],
        front=places(exact.ids),
        listed=places(answer.ids),
        paretoness=answer.info.get("paretoness_all"),
        rows=np.asarray(rows, dtype=np.int64),
        loaded=loaded,
        best=float(np.max(raw)) if question.metric in loaded.lower else float("nan"),
        metric=question.metric,
        excluded={str(k): int(v) for k, v in dict(answer.info["excluded"]).items() if v},
        warnings=answer.warnings,
    )


def search(drawn: Drawn, text: str) -> Mask | None:
    """Mark the places in whose text every word occurs; None where nothing is searched for.

    Each column of text is looked through by its distinct values, so a million rows are searched
    in some milliseconds after the first time.
    """
    import numpy as np

    parts = text.lower().split()
    if not parts:
        return None
    words = _words(drawn.loaded)
    found = np.ones(len(drawn.rows), dtype=np.bool_)
    ids = drawn.loaded.frame["id"].to_numpy()[drawn.rows]
    for part in parts:
        hit = ids == int(part) if part.isdecimal() else np.zeros(len(found), dtype=np.bool_)
        for codes, known in words.values():
            good = np.fromiter((part in word for word in known), np.bool_, len(known))
            if good.any():
                hit |= np.append(good, False)[codes[drawn.rows]]
        found &= hit
    return found


def export(drawn: Drawn, places: Places, file: Path) -> Changed:
    """Write rows of the answer as CSV, whole or not at all; the recipes' text stays out."""
    from haversack.base.files import write_text

    frame = drawn.loaded.frame.iloc[drawn.rows[places]].copy()
    frame[drawn.x_name] = drawn.x[places]
    if drawn.paretoness is not None:
        frame["paretoness"] = drawn.paretoness[places]
    filled = [name for name in frame.columns if name != "sppr" and frame[name].notna().any()]
    write_text(file, frame[filled].to_csv(index=False))
    rows = words.count(len(places), "row", "rows")
    return Changed(frozenset(), file, f"Saved {rows} in {file}.")


def data_choices(pantry: OpenPantry, task: str) -> list[DataChoice]:
    """List the data that a recipe of a task can be cooked with; own pictures come first."""
    from haversack.services.datasets import own_choices

    own = own_choices(pantry.engine, task) if task else {}
    found = [
        DataChoice(name, name, ingredient)
        for sets in own.values()
        for name, ingredient in sets.items()
    ]
    return found + [
        DataChoice(schema.meta.title, schema.meta.path, schema.meta.path)
        for schema in pantry.engine.registry.candidates("data_generator", task or None)
        if schema.meta.kind not in own
    ]


def cook(
    pantry: OpenPantry, volume: str, task: str, row: int, data: Answer | None, told: Told
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


def _asked(frame: pd.DataFrame, question: Question) -> pd.DataFrame:
    """Give the columns that a question looks at, of the rows that its filters leave."""
    wanted = ["id", "hardware", question.metric, "relative_task_metric"]
    narrow = frame[[name for name in dict.fromkeys(wanted) if name in frame.columns]]
    narrow.attrs.update(frame.attrs)
    keep = None
    for column, value in question.filters:
        cells = frame[column] if isinstance(value, int) else frame[column].astype(str)
        mask = (cells == value).fillna(False).astype(bool)
        keep = mask if keep is None else keep & mask
    if question.floor > 0 and "relative_task_metric" in frame.columns:
        mask = frame["relative_task_metric"] >= question.floor
        keep = mask if keep is None else keep & mask
    return narrow if keep is None else narrow[keep]


def _values(column: pd.Series[Any]) -> tuple[Value, ...]:
    """Give what a column can be filtered by: whole numbers as such, all else as text."""
    found = column.dropna().unique()
    if column.dtype.kind in "iuf":
        return tuple(sorted(int(value) for value in found if int(value) == value)[:MOST_VALUES])
    return tuple(sorted(str(value) for value in found)[:MOST_VALUES])


def _words(loaded: Loaded) -> dict[str, tuple[Places, list[str]]]:
    import pandas as pd

    if not loaded.words:
        made: dict[str, tuple[Places, list[str]]] = {}
        for name in loaded.frame.columns:
            column = loaded.frame[name]
            if name != "sppr" and not pd.api.types.is_numeric_dtype(column):
                codes, known = pd.factorize(column)
                made[str(name)] = (codes, [str(word).lower() for word in known])
        loaded.words.update(made)  # at once: another thread may search meanwhile
    return loaded.words


def _metrics(frame: pd.DataFrame) -> tuple[tuple[tuple[str, str], ...], frozenset[str]]:
    from haversack.volume.columns import ACCURACY
    from haversack.volume.errors import VolumeError
    from haversack.volume.metrics import metric

    directions = frame.attrs.get("metric_directions")
    found: list[tuple[str, str]] = []
    lower: set[str] = set()
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
            if known.direction == "lower":
                lower.add(str(name))
    rank = {name: place for place, name in enumerate(PREFERRED)}
    ordered = sorted(found, key=lambda entry: rank.get(entry[0], len(rank)))
    return tuple(ordered), frozenset(lower)


def _about(card: dict[str, Any]) -> str:
    said = {"measured": "", "by": "by ", "on": "on ", "pictures": "", "licence": "licence "}
    parts = [f"{before}{_told(card, key)}" for key, before in said.items() if card.get(key)]
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _told(card: dict[str, Any], key: str) -> object:
    if key != "licence":
        return card[key]
    return in_words("volume", str(card[key]), str(card.get("source", "")))
