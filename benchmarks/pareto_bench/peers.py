"""How other libraries are asked for a front: of two metrics, or of any number."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Front = Callable[[Floats, Floats], NDArray[np.intp]]
ManyFront = Callable[[Floats], NDArray[np.intp]]


def library(name: str) -> Any:
    """Import a peer where it is asked for; it may have no types."""
    return importlib.import_module(name)


def moocore_front(x: Floats, y: Floats) -> NDArray[np.intp]:
    points = np.column_stack([x, y])
    return np.flatnonzero(
        library("moocore").is_nondominated(points, maximise=True, keep_weakly=True)
    )


def paretoset_front(x: Floats, y: Floats) -> NDArray[np.intp]:
    return np.flatnonzero(library("paretoset").paretoset(np.column_stack([-x, -y]), distinct=False))


def pymoo_front(x: Floats, y: Floats) -> NDArray[np.intp]:
    points = np.column_stack([-x, -y])
    sorting = library("pymoo.util.nds.non_dominated_sorting")
    found = sorting.NonDominatedSorting().do(points, only_non_dominated_front=True)
    return np.sort(np.asarray(found, dtype=np.intp))


def polars_front(x: Floats, y: Floats) -> NDArray[np.intp]:
    pl = library("polars")
    best = pl.col("y").max().over("x") if len(np.unique(x)) < len(x) else pl.col("y")
    found = (
        pl.DataFrame({"x": x, "y": y, "row": np.arange(len(x))})
        .filter(pl.col("y") == best)
        .sort(["x", "y"], descending=True)
        .with_columns(before=pl.col("y").cum_max())
        .with_columns(first=(pl.col("before") > pl.col("before").shift(1)).fill_null(True))
        .with_columns(x_best=pl.when("first").then("x").forward_fill())
        .filter((pl.col("y") == pl.col("before")) & (pl.col("x") == pl.col("x_best")))
    )
    return np.sort(found["row"].to_numpy()).astype(np.intp)


def duckdb_front(x: Floats, y: Floats) -> NDArray[np.intp]:
    points = library("pyarrow").table({"x": x, "y": y, "row": np.arange(len(x))})
    with library("duckdb").connect() as base:
        base.register("points", points)
        rows = base.execute(
            "select row from (select row, y, max(y) over (partition by x) top, max(y) over (order"
            " by x desc range unbounded preceding exclude group) above from points)"
            " where y = top and (above is null or y > above) order by row"
        ).fetchnumpy()["row"]
    return np.asarray(rows, dtype=np.intp)


PEERS: dict[str, Front] = {
    "moocore": moocore_front,
    "paretoset": paretoset_front,
    "pymoo": pymoo_front,
    "polars": polars_front,
    "duckdb": duckdb_front,
}

# These compare the rows of the front with each other: hours where a million rows are on it.
QUADRATIC = ("botorch", "paretoset", "pymoo")
QUADRATIC_UP_TO = 5_000


def present(name: str) -> bool:
    """Say whether a peer is installed."""
    return importlib.util.find_spec(name) is not None


def version(name: str) -> str:
    """Give a peer's name with its version."""
    return f"{name} {importlib.metadata.version(name)}"


def moocore_many(table: Floats) -> NDArray[np.intp]:
    mask = library("moocore").is_nondominated(table, maximise=True, keep_weakly=True)
    return np.flatnonzero(mask)


def paretoset_many(table: Floats) -> NDArray[np.intp]:
    return np.flatnonzero(library("paretoset").paretoset(-table, distinct=False))


def pymoo_many(table: Floats) -> NDArray[np.intp]:
    sorting = library("pymoo.util.nds.non_dominated_sorting")
    found = sorting.NonDominatedSorting().do(-table, only_non_dominated_front=True)
    return np.sort(np.asarray(found, dtype=np.intp))


def botorch_many(table: Floats) -> NDArray[np.intp]:
    find = library("botorch.utils.multi_objective.pareto").is_non_dominated
    mask = find(library("torch").from_numpy(table), deduplicate=False)
    return np.flatnonzero(mask.numpy())


def botorch_front(x: Floats, y: Floats) -> NDArray[np.intp]:
    return botorch_many(np.column_stack([x, y]))


PEERS["botorch"] = botorch_front
MANY: dict[str, ManyFront] = {
    "moocore": moocore_many,
    "paretoset": paretoset_many,
    "pymoo": pymoo_many,
    "botorch": botorch_many,
}
