"""Data beside other tools: COCO taken in, pictures a second. Run: make bench-kitchen.

Each figure is a median of rounds that are interleaved; what must hold is said with each table.
"""

from __future__ import annotations

import math
import sys
import tempfile
from pathlib import Path

from kitchen_bench import data_import, data_loading
from kitchen_bench.data_import import APART, CHECKING, ORJSON, TAKING_IN
from kitchen_bench.data_loading import IMAGE_FOLDER, SHARD

MOST_ORJSON = {CHECKING: 0.5, TAKING_IN: 1.5}
MOST_MEGABYTES = 200
LEAST_WARM, LEAST_COLD = 1.0, 1.1
"""Of ImageFolder's pictures a second; from a cold cache a shard has to be well better."""
Figures = dict[str, dict[str, float] | str]


def importing(work: Path) -> bool:
    """Print what taking in a COCO file costs; say whether the figures hold."""
    size = data_import.write_file(work / "coco.json")
    print(f"A COCO file of 20,000 pictures and 140,000 boxes ({size / 1e6:.1f} MB)\n")
    return importing_holds(data_import.measure(work / "coco.json"))


def loading(work: Path) -> bool:
    """Print pictures a second; say whether the figures hold."""
    print(f"{data_loading.PICTURES} JPEGs, decoded and squared to {data_loading.SIZE} px\n")
    return loading_holds(data_loading.measure(data_loading.write_pictures(work / "pictures"), work))


def main() -> int:
    """Measure and print both tables; exit with 1 where a figure does not hold."""
    with tempfile.TemporaryDirectory(prefix="haversack-bench-") as scratch:
        held = [importing(Path(scratch)), loading(Path(scratch))]
    return 0 if all(held) else 1


def importing_holds(figures: Figures) -> bool:
    """Print the table of importing; say whether what has to hold does."""
    floor, held = figures[ORJSON], True
    print(f"  {'':26}{'seconds':>9}{'x orjson':>10}{'MB above idle':>15}")
    for name, one in figures.items():
        if isinstance(one, str):
            held &= name not in MOST_ORJSON
            print(f"  {name:26}{one}")
            continue
        ratio = math.nan if isinstance(floor, str) else one["seconds"] / floor["seconds"]
        missed = _missed_importing(name, ratio, one["megabytes"])
        held &= not missed
        megabytes = f"{one['megabytes']:15.0f}"
        print(f"  {name:26}{one['seconds']:9.3f}{ratio:10.2f}{megabytes}{missed}")
    checking, taking_in = MOST_ORJSON.values()
    print(f"  to hold: checking at most {checking} x orjson, taking in {taking_in} x,", end=" ")
    print(f"both under {MOST_MEGABYTES} MB")
    print(f"  {APART}: as the app reads, told beside; MB without those of the other process\n")
    return held


def loading_holds(figures: Figures) -> bool:
    """Print the table of loading; say whether what has to hold does."""
    floor, held, any_cold = figures[IMAGE_FOLDER], True, False
    print(f"  {'':26}{'warm /s':>9}{'cold /s':>9}{'warm x':>9}{'cold x':>9}  ImageFolder")
    for name, one in figures.items():
        if isinstance(one, str):
            held &= name != SHARD
            print(f"  {name:26}{one}")
            continue
        base = {"warm": math.nan, "cold": math.nan} if isinstance(floor, str) else floor
        warm, cold = one["warm"] / base["warm"], one["cold"] / base["cold"]
        any_cold |= not math.isnan(one["cold"])
        missed = _missed_loading(warm, cold) if name == SHARD else ""
        held &= not missed
        print(f"  {name:26}{one['warm']:9.0f}{one['cold']:9.0f}{warm:9.2f}{cold:9.2f}{missed}")
    print(f"  to hold: a shard at least {LEAST_WARM} x ImageFolder, cold at least {LEAST_COLD} x")
    if not any_cold:
        print("  a cold cache cannot be had here: files are read from memory all the same")
    return held


def _missed_importing(name: str, ratio: float, megabytes: float) -> str:
    most = MOST_ORJSON.get(name)
    if most is None:
        return ""
    missed = "  not held: there is no orjson to compare with" if math.isnan(ratio) else ""
    missed += f"  not held: more than {most} x orjson" if ratio > most else ""
    return missed + ("  not held: too many MB" if megabytes >= MOST_MEGABYTES else "")


def _missed_loading(warm: float, cold: float) -> str:
    missed = "  not held: there is no ImageFolder to compare with" if math.isnan(warm) else ""
    missed += f"  not held: less than {LEAST_WARM} x" if warm < LEAST_WARM else ""
    return missed + (f"  not held: cold less than {LEAST_COLD} x" if cold < LEAST_COLD else "")


if __name__ == "__main__":
    sys.exit(main())
