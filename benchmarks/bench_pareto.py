"""Our fronts and fuzzy ranking beside np.argsort, reading the columns, and other libraries.

Run it as ``make bench-pareto`` (other sizes: ``ARGS="--rows 1000 10000000"``). Every figure is the
best of several in one process (of one where a peer takes longer than three seconds), every front
is checked against an oracle in the same run, and the ratios to ``np.argsort`` of one column are
what the targets are stated in. Libraries that are not installed are left out by name; what would
take longer than ``--budget`` is named with the reason.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from haversack.volume.fuzzy import rank
from haversack.volume.many import front_of_many
from haversack.volume.pareto import exact_front
from pareto_bench.peers import (
    MANY,
    PEERS,
    QUADRATIC,
    QUADRATIC_UP_TO,
    present,
    version,
)
from pareto_bench.sets import clouds, real_clouds, tables
from pareto_bench.timing import best_again, best_of, peak_bytes, timed, too_long

Floats = NDArray[np.float64]

# The most that each may take, in multiples of np.argsort of one column, at a million rows.
TARGETS = {("uniform", "exact"): 0.15, ("trade-off", "exact"): 0.5, ("all on it", "exact"): 3.0}
SIZES = [1_000, 10_000, 100_000, 1_000_000, 10_000_000]
FUZZY_TARGET = 12.0
FUZZY_SECONDS = 1.5
MEMORY_TARGET = 6.0


def measure(name: str, x: Floats, y: Floats, repeat: int, budget: float) -> list[dict[str, Any]]:
    """Time and check everything on one set of two metrics."""
    ok = np.isfinite(x) & np.isfinite(y)
    clean_x, clean_y = x[ok], y[ok]
    front = exact_front(x, y)
    note = Notes(name, x, lambda: (x.sum(), y.sum()), len(front), repeat)
    oracle = next((peer for peer in ("moocore", "pymoo") if present(peer)), None)
    right = None
    if oracle is not None:
        truth = np.flatnonzero(ok)[PEERS[oracle](clean_x, clean_y)]
        right = bool(np.array_equal(front, truth))
    memory = peak_bytes(lambda: exact_front(x, y)) / (x.nbytes + y.nbytes)
    note("exact", best_of(repeat, lambda: exact_front(x, y)), right, x_columns=memory)
    ranking = rank(clean_x, clean_y)
    memory = peak_bytes(lambda: rank(clean_x, clean_y)) / (clean_x.nbytes + clean_y.nbytes)
    seconds = best_of(max(2, repeat // 2), lambda: rank(clean_x, clean_y))
    note("fuzzy", seconds, keeps_dominance(ranking.order, clean_x, clean_y), x_columns=memory)
    wanted = front if ok.all() else np.searchsorted(np.flatnonzero(ok), front)
    ask_peers(note, PEERS, (clean_x, clean_y), wanted, budget)
    return note.rows


def measure_many(name: str, table: Floats, repeat: int, budget: float) -> list[dict[str, Any]]:
    """Time and check the front of several metrics; whichever peers answer are its oracles."""
    front = front_of_many(table)
    column = np.ascontiguousarray(table[:, 0])
    note = Notes(name, column, lambda: table.sum(axis=0), len(front), repeat)
    memory = peak_bytes(lambda: front_of_many(table)) / table.nbytes
    seconds = best_of(max(2, repeat // 2), lambda: front_of_many(table))
    note("many", seconds, None, x_columns=memory)
    ours = note.rows[-1]
    ask_peers(note, MANY, (table,), front, budget)
    told = [row["right"] for row in note.rows[2:] if "skipped" not in row]
    ours["right"] = all(told) if told else None
    return note.rows


class Notes:
    """The rows of one set; the first is ``np.argsort``, whose multiples the others are told in."""

    def __init__(
        self, name: str, column: Floats, read: Callable[[], Any], front: int, repeat: int
    ) -> None:
        self.rows: list[dict[str, Any]] = []
        self.repeat = repeat
        self._set = {"set": name, "rows": len(column), "front": front}
        self._argsort = best_of(repeat, lambda: np.argsort(column))
        self._reading = best_of(repeat, read)
        self("np.argsort", self._argsort, None)

    def __call__(self, tool: str, seconds: float, right: bool | None, **more: Any) -> None:
        times = {"ms": seconds * 1e3, "x_argsort": seconds / self._argsort}
        times["x_reading"] = seconds / self._reading
        self.rows.append({**self._set, "tool": tool, "right": right, **times, **more})

    def skip(self, tool: str, reason: str) -> None:
        """Note that a peer was not asked, and why."""
        self.rows.append({**self._set, "tool": tool, "skipped": reason, "right": None})


def ask_peers(
    note: Notes,
    peers: Mapping[str, Callable[..., NDArray[np.intp]]],
    columns: Sequence[Floats],
    front: NDArray[np.intp],
    budget: float,
) -> None:
    """Time every peer that is installed and would answer in time; its answer is checked."""
    for peer, solve in peers.items():
        if not present(peer):
            continue
        if peer in QUADRATIC and len(front) > QUADRATIC_UP_TO:
            note.skip(version(peer), f"compares all pairs of a front of {len(front)}")
            continue
        solve(*(column[:1_000] for column in columns))  # what it imports or compiles first
        if reason := too_long(solve, columns, budget):
            note.skip(version(peer), reason)
        else:
            work = partial(solve, *columns)
            answer, first = timed(work)
            seconds = best_again(first, max(1, note.repeat // 2), work)
            note(version(peer), seconds, bool(np.array_equal(answer, front)))


def keeps_dominance(order: NDArray[np.intp], x: Floats, y: Floats) -> bool:
    """Say whether, among a million random pairs, nothing ranks below what it dominates."""
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    i, j = np.random.default_rng(1).integers(0, len(x), (2, 1_000_000))
    over = (x[i] >= x[j]) & (y[i] >= y[j]) & ((x[i] > x[j]) | (y[i] > y[j]))
    return bool((place[i[over]] < place[j[over]]).all())


def verdicts(results: list[dict[str, Any]]) -> list[str]:
    """Say, for the sets with a target, whether it was met in this run."""
    said = []
    for row in results:
        if row["rows"] != 1_000_000 or "skipped" in row:
            continue
        target = TARGETS.get((row["set"], row["tool"]))
        if row["tool"] == "fuzzy":
            target = FUZZY_TARGET
            met = row["ms"] < FUZZY_SECONDS * 1e3
            said.append(f"{row['set']}: fuzzy under {FUZZY_SECONDS} s: {'yes' if met else 'NO'}")
        if target is not None:
            met = row["x_argsort"] <= target
            said.append(
                f"{row['set']}: {row['tool']} {row['x_argsort']:.2f}x argsort, "
                f"target {target}x: {'yes' if met else 'NO'}"
            )
        if "x_columns" in row and row["x_columns"] > MEMORY_TARGET:
            said.append(f"{row['set']}: {row['tool']} took {row['x_columns']:.1f}x the columns: NO")
    return said


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, nargs="+", default=SIZES)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--budget", type=float, default=30.0, help="seconds that a peer may take")
    parser.add_argument("--sets", nargs="+", help="some of the sets by name, or `real`")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    options = parser.parse_args()
    if not options.json:
        print(f"numpy {np.__version__}, Python {sys.version.split()[0]}")
        absent = [peer for peer in PEERS if not present(peer)]
        print(f"not installed: {', '.join(absent) or 'none'}")
        print(
            f"{'set':24} {'rows':>9} {'front':>8}  {'tool':18} {'ms':>9} {'x argsort':>9}  "
            f"{'x reading':>9}  {'x columns':>9}  right"
        )
    results: list[dict[str, Any]] = []
    for found in measured(options):
        results += found
        if not options.json:
            print("\n".join(map(line, found)), flush=True)
    if options.json:
        print(json.dumps({"results": results, "verdicts": verdicts(results)}, indent=1))
    else:
        print("\n".join(verdicts(results)))
    return 1 if any(row["right"] is False for row in results) else 0


def measured(options: argparse.Namespace) -> Iterator[list[dict[str, Any]]]:
    """Give the rows of one set after the other: made ones of each size, then the real tables."""
    wanted = options.sets
    for rows in options.rows:
        for name, (x, y) in clouds(rows).items():
            if wanted is None or name in wanted:
                yield measure(name, x, y, options.repeat, options.budget)
        for name, table in tables(rows).items():
            if wanted is None or name in wanted:
                yield measure_many(name, table, options.repeat, options.budget)
    if wanted is None or "real" in wanted:
        for name, (x, y) in real_clouds().items():
            yield measure(name, x, y, options.repeat, options.budget)


def line(row: dict[str, Any]) -> str:
    """Show one row of the results."""
    start = f"{row['set']:24} {row['rows']:>9} {row['front']:>8}  {row['tool']:18} "
    if "skipped" in row:
        return f"{start}not asked: {row['skipped']}"
    memory = f"{row['x_columns']:9.1f}" if "x_columns" in row else " " * 9
    right = {True: "yes", False: "NO", None: ""}[row["right"]]
    times = f"{row['ms']:9.2f} {row['x_argsort']:9.2f}  {row['x_reading']:9.1f}"
    return f"{start}{times}  {memory}  {right}"


if __name__ == "__main__":
    sys.exit(main())
