"""Data beside other tools: COCO taken in, pictures a second. Run: make bench-kitchen.

Each figure is a median of rounds that are interleaved; what must hold is said with each table.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from kitchen_bench import data_import, data_loading

Figures = dict[str, dict[str, float] | str]


def main() -> None:
    """Measure and print both tables."""
    with tempfile.TemporaryDirectory(prefix="haversack-bench-") as scratch:
        work = Path(scratch)
        size = data_import.write_file(work / "coco.json")
        print(f"A COCO file of 20,000 pictures and 140,000 boxes ({size / 1e6:.1f} MB)\n")
        _importing(data_import.measure(work / "coco.json"))
        print(f"\n{data_loading.PICTURES} JPEGs, decoded and squared to {data_loading.SIZE} px\n")
        _loading(data_loading.measure(data_loading.write_pictures(work / "pictures"), work))


def _importing(figures: Figures) -> None:
    floor = figures["orjson, parsing alone"]
    assert isinstance(floor, dict)
    print(f"  {'':26}{'seconds':>9}{'x orjson':>10}{'MB above idle':>15}")
    for name, one in figures.items():
        if isinstance(one, str):
            print(f"  {name:26}{one}")
            continue
        ratio = one["seconds"] / floor["seconds"]
        print(f"  {name:26}{one['seconds']:9.3f}{ratio:10.2f}{one['megabytes']:15.0f}")
    print("  to hold: checking at most 0.5 x orjson, taking in 1.5 x, both under 200 MB")


def _loading(figures: Figures) -> None:
    floor = figures["torchvision ImageFolder"]
    print(f"  {'':26}{'warm /s':>9}{'cold /s':>9}{'x ImageFolder':>15}")
    for name, one in figures.items():
        if isinstance(one, str):
            print(f"  {name:26}{one}")
            continue
        ratio = one["warm"] / floor["warm"] if isinstance(floor, dict) else float("nan")
        print(f"  {name:26}{one['warm']:9.0f}{one['cold']:9.0f}{ratio:15.2f}")
    print("  to hold: a shard at least 1.0 x ImageFolder")


if __name__ == "__main__":
    main()
