"""The bundle beside the tools used today, on one tree. Run: make bench-bundle (2 GB: FULL=1).

Every figure is taken in a process of its own, from files that lie in the system's memory.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from bundle_bench import peers, steps
from bundle_bench.measure import Cost, python
from bundle_bench.tree import change, digests, grow
from haversack.base.digests import sha256_bytes

SCRIPT = Path(__file__).resolve()
Rows = list[tuple[str, Cost | str]]
MANY = 100_000
TURNS = 3


def ours(work: Path, megabytes: int) -> tuple[dict[str, Cost], dict[str, float]]:
    """Measure our own steps; give their costs and the figures to hold."""
    tree = grow(work / "tree", megabytes)
    listed, bundle = work / "digests.json", work / "BUNDLE"
    listed.write_text(json.dumps(digests(tree)))
    costs: dict[str, Cost] = {}
    names = [str(work), str(tree.folder), str(listed), str(bundle)]
    costs["pack, read back"], _ = python(SCRIPT, ["pack", *names])
    costs["hashlib, one pass"], _ = min(
        (python(SCRIPT, ["hash", str(bundle)]) for _ in range(3)), key=lambda one: one[0].cpu
    )
    verify = ["verify", str(work), str(bundle)]
    for what, jobs in (("verify, one thread", "1"), ("verify, all cores", "0")):
        costs[what], _ = min(
            (python(SCRIPT, [*verify, jobs]) for _ in range(3)), key=lambda one: one[0].wall
        )
    costs["cp, sync, sha256sum"], costs["take in"] = taking(work, bundle)
    have = work / "have.json"
    shutil.copy(listed, have)
    changed = change(tree, 0.01)
    listed.write_text(json.dumps(digests(tree)))
    costs["pack a delta of 1 %"], delta = python(
        SCRIPT, ["pack", *names[:3], str(work / "DELTA"), str(have)]
    )
    costs["pack again, 1 % changed"], again = python(SCRIPT, ["pack", *names])
    costs[f"read a manifest of {MANY:,} files"], _ = python(SCRIPT, ["manifest", str(MANY)])
    figures = {
        "changed bytes": changed,
        "written by the delta": delta["bytes"],
        "written by packing again": again["bytes"],
        "read by packing again": again["read"],
    }
    return costs, figures


def taking(work: Path, bundle: Path) -> tuple[Cost, Cost]:
    """Copy a bundle with cp and take it in, turn about; give the median of each.

    Nothing is deleted in between: a file system that just lost many files is slow to make new ones.
    """
    copies, stores = work / "copies", work / "stores"
    copies.mkdir()
    copied, taken = [], []
    for turn in range(TURNS):
        copied.append(peers.copying(bundle, copies / str(turn)))
        words = ["take", str(work), str(bundle), str(stores / str(turn))]
        taken.append(python(SCRIPT, words)[0])
    shutil.rmtree(copies)
    shutil.rmtree(stores)
    return _median(copied), _median(taken)


def _median(costs: list[Cost]) -> Cost:
    return sorted(costs, key=lambda one: one.wall)[len(costs) // 2]


def many_files(work: Path) -> tuple[Cost, Cost]:
    """Make a bundle of 100,000 files and open it until it can be shown; give both costs."""
    tree = work / "many"
    listed = {}
    for at in range(MANY):
        path = tree / f"{at // 1000:03}" / f"{at:06}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(at))
        listed[path.relative_to(tree).as_posix()] = sha256_bytes(str(at).encode())
    (work / "many.json").write_text(json.dumps(listed))
    out = work / "MANY"
    packed, _ = python(SCRIPT, ["pack", str(work), str(tree), str(work / "many.json"), str(out)])
    opened = min(
        (python(SCRIPT, ["browse", str(work), str(out)])[0] for _ in range(3)),
        key=lambda one: one.cpu,
    )
    return packed, opened


def held(
    costs: dict[str, Cost], figures: dict[str, float], others: Rows
) -> list[tuple[str, str, bool]]:
    """Give the figures to hold: what, how it stands, whether it holds."""
    floor = costs["hashlib, one pass"]
    cpu = floor.cpu / costs["verify, one thread"].cpu
    wall = floor.wall / costs["verify, all cores"].wall
    taken = costs["cp, sync, sha256sum"].wall / costs["take in"].wall
    of_memory = ("pack", "verify", "take", "open")
    peak = max(costs[name].peak for name in costs if name.startswith(of_memory))
    browse = costs.get("open 100,000 files", costs[f"read a manifest of {MANY:,} files"]).cpu
    wrote, read = (
        figures[f"{what} by packing again"] / figures["changed bytes"]
        for what in ("written", "read")
    )
    verify = costs["verify, all cores"].wall
    ratios = {what: cost.wall / verify for what, cost in others if isinstance(cost, Cost)}
    cores = os.cpu_count() or 1
    return [
        ("verify: CPU of hashlib / ours, at least 0.95", f"{cpu:.2f}", cpu >= 0.95),
        (f"verify: wall on {cores} cores, at least 1.7 on 2", f"{wall:.2f}", wall >= 1.7),
        ("take in: cp + sync + sha256sum / ours, at least 1.5", f"{taken:.2f}", taken >= 1.5),
        *(
            (f"verify: faster than {what}", f"{ratios[what]:.2f}", ratios[what] > 1)
            if what in ratios
            else (f"verify: faster than {what}", "absent", False)
            for what in peers.TO_BEAT
        ),
        ("open 100,000 files: CPU under 1 s", f"{browse:.2f} s", browse < 1),
        ("pack again: bytes written / changed, 1", f"{wrote:.2f}", wrote == 1),
        ("pack again: source bytes read / changed, 1", f"{read:.2f}", read == 1),
        (
            "memory of packing, verifying, opening under 250 MB",
            f"{peak / 1e6:.0f} MB",
            peak < 250e6,
        ),
    ]


def show(rows: Rows, floor: Cost) -> None:
    """Print costs beside the floor."""
    print(f"{'':38} {'wall':>9} {'CPU':>9} {'memory':>8}   wall / hashlib")
    for what, cost in rows:
        if isinstance(cost, str):
            print(f"{what:38} absent: {cost}")
            continue
        print(
            f"{what:38} {cost.wall:7.2f} s {cost.cpu:7.2f} s {cost.peak / 1e6:5.0f} MB"
            f"   {cost.wall / floor.wall:6.2f}"
        )


def main() -> int:
    """Measure and print; exit with 1 where a figure does not hold and ``--strict`` is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--full", action="store_true", help="2 GB, and 100,000 real files")
    parser.add_argument("--in", dest="place", type=Path, help="where to work; needs 10 x the tree")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args()
    megabytes = 2000 if options.full else options.megabytes
    with tempfile.TemporaryDirectory(dir=options.place) as folder:
        work = Path(folder)
        costs, figures = ours(work, megabytes)
        if options.full:
            costs["pack 100,000 files"], costs["open 100,000 files"] = many_files(work)
        others: Rows = []
        if not options.no_peers:
            for what, timed in peers.checking(work / "tree", work).items():
                others.append((what, timed if isinstance(timed, str) else _try(timed)))
    print(f"{megabytes} MB on {os.cpu_count()} cores, Python {platform.python_version()}")
    show([*costs.items(), *others], costs["hashlib, one pass"])
    print("\nfigures to hold")
    standing = held(costs, figures, others)
    for what, how, holds in standing:
        print(f"{what:56} {how:>9}   {'holds' if holds else 'DOES NOT HOLD'}")
    return int(options.strict and not all(holds for *_, holds in standing))


def _try(timed: peers.Timed) -> Cost | str:
    try:
        return timed()
    except RuntimeError as error:
        return str(error)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        steps.run(sys.argv[2:])
    else:
        sys.exit(main())
