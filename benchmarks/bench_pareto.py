"""Our fronts and fuzzy ranking beside np.argsort, reading the columns, and other libraries.

Run it as ``make bench-pareto`` (other sizes: ``ARGS="--rows 1000 10000000"``). Every figure is the
best of several in one process, every front is checked against an oracle in the same run, and the
ratios to ``np.argsort`` of one column are what the targets are stated in. Libraries that are not
installed are left out by name.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from haversack.volume.fuzzy import rank
from haversack.volume.many import front_of_many
from haversack.volume.pareto import exact_front
from pareto_bench.peers import MANY, PEERS, QUADRATIC, QUADRATIC_UP_TO, present, version
from pareto_bench.sets import clouds, real_clouds, tables

Floats = NDArray[np.float64]

# The most that each may take, in multiples of np.argsort of one column, at a million rows.
TARGETS = {("uniform", "exact"): 0.15, ("trade-off", "exact"): 0.5, ("all on it", "exact"): 3.0}
FUZZY_TARGET = 12.0
FUZZY_SECONDS = 1.5
MEMORY_TARGET = 6.0


def best_of(repeat: int, work: Callable[[], Any]) -> float:
    """Give the shortest of several times, in seconds."""
    shortest = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        shortest = min(shortest, time.perf_counter() - start)
    return shortest


def peak_bytes(work: Callable[[], Any]) -> int:
    """Give the most memory that numpy and Python held at once during some work."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def measure(name: str, x: Floats, y: Floats, repeat: int) -> list[dict[str, Any]]:
    """Time and check everything on one set."""
    ok = np.isfinite(x) & np.isfinite(y)
    clean_x, clean_y = x[ok], y[ok]
    argsort = best_of(repeat, lambda: np.argsort(x))
    reading = best_of(repeat, lambda: (x.sum(), y.sum()))
    front = exact_front(x, y)
    oracle = next((p for p in ("moocore", "pymoo") if present(p)), None)
    truth = np.flatnonzero(ok)[PEERS[oracle](clean_x, clean_y)] if oracle else None
    found: list[dict[str, Any]] = []

    def note(tool: str, seconds: float, right: bool | None, **more: Any) -> None:
        found.append(
            {"set": name, "rows": len(x), "tool": tool, "front": len(front), "ms": seconds * 1e3}
            | {"x_argsort": seconds / argsort, "x_reading": seconds / reading, "right": right}
            | more
        )

    note("np.argsort", argsort, None)
    right = bool(np.array_equal(front, truth)) if truth is not None else None
    memory = peak_bytes(lambda: exact_front(x, y)) / (x.nbytes + y.nbytes)
    note("exact", best_of(repeat, lambda: exact_front(x, y)), right, x_columns=memory)
    ranking = rank(clean_x, clean_y)
    memory = peak_bytes(lambda: rank(clean_x, clean_y)) / (clean_x.nbytes + clean_y.nbytes)
    seconds = best_of(max(2, repeat // 2), lambda: rank(clean_x, clean_y))
    note("fuzzy", seconds, keeps_dominance(ranking.order, clean_x, clean_y), x_columns=memory)
    for peer, solve in PEERS.items():
        if peer in QUADRATIC and len(front) > QUADRATIC_UP_TO:
            continue
        if present(peer):
            answer = solve(clean_x, clean_y)
            same = bool(np.array_equal(np.flatnonzero(ok)[answer], front))
            seconds = best_of(max(1, repeat // 2), lambda s=solve: s(clean_x, clean_y))  # type: ignore[misc] # binds the peer now
            note(version(peer), seconds, same)
    return found


def measure_many(name: str, table: Floats, repeat: int) -> list[dict[str, Any]]:
    """Time and check the front of several metrics."""
    argsort = best_of(repeat, lambda: np.argsort(table[:, 0]))
    reading = best_of(repeat, lambda: table.sum(axis=0))
    front = front_of_many(table)
    memory = peak_bytes(lambda: front_of_many(table)) / table.nbytes
    seconds = best_of(max(2, repeat // 2), lambda: front_of_many(table))
    row: dict[str, Any] = {"set": name, "rows": len(table), "front": len(front)}

    def noted(tool: str, seconds: float, right: bool | None) -> dict[str, Any]:
        times = {"x_argsort": seconds / argsort, "x_reading": seconds / reading}
        return row | {"tool": tool, "ms": seconds * 1e3, "right": right} | times

    found = [noted("np.argsort", argsort, None), noted("many", seconds, None)]
    found[1]["x_columns"] = memory
    for peer, solve in MANY.items():
        if present(peer) and not (peer in QUADRATIC and len(front) > QUADRATIC_UP_TO):
            right = bool(np.array_equal(solve(table), front))
            seconds = best_of(1, lambda s=solve: s(table))  # type: ignore[misc] # binds the peer now
            found.append(noted(version(peer), seconds, right))
            found[1]["right"] = right if found[1]["right"] is None else found[1]["right"] and right
    return found


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
        if row["rows"] != 1_000_000:
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
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--sets", nargs="+", help="some of the sets by name")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    options = parser.parse_args()
    results: list[dict[str, Any]] = []
    for rows in options.rows:
        for name, (x, y) in clouds(rows).items():
            if options.sets is None or name in options.sets:
                results += measure(name, x, y, options.repeat)
        for name, table in tables(rows).items():
            if options.sets is None or name in options.sets:
                results += measure_many(name, table, options.repeat)
    if options.sets is None:
        for name, (x, y) in real_clouds().items():
            results += measure(name, x, y, options.repeat)
    if options.json:
        print(json.dumps({"results": results, "verdicts": verdicts(results)}, indent=1))
    else:
        print(f"numpy {np.__version__}, Python {sys.version.split()[0]}")
        absent = [peer for peer in PEERS if not present(peer)]
        print(f"not installed: {', '.join(absent) or 'none'}")
        print(
            f"{'set':24} {'rows':>9} {'front':>8}  {'tool':18} {'ms':>9} {'x argsort':>9}  "
            f"{'x reading':>9}  {'x columns':>9}  right"
        )
        for row in results:
            memory = f"{row['x_columns']:9.1f}" if "x_columns" in row else " " * 9
            right = {True: "yes", False: "NO", None: ""}[row["right"]]
            print(
                f"{row['set']:24} {row['rows']:>9} {row['front']:>8}  {row['tool']:18} "
                f"{row['ms']:9.2f} {row['x_argsort']:9.2f}  {row['x_reading']:9.1f}  {memory}  "
                f"{right}"
            )
        print("\n".join(verdicts(results)))
    return 1 if any(row["right"] is False for row in results) else 0


if __name__ == "__main__":
    sys.exit(main())
