"""Taking in a COCO file: ours and other tools, each in processes of their own."""

from __future__ import annotations

import importlib
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a peer's process loads nothing of ours
    from haversack.data.byod.wanted import Wanted

IMAGES, OBJECTS, CLASSES = 20_000, 140_000, 80
ROUNDS = 5


def write_file(path: Path) -> int:
    """Write annotations of 20,000 pictures and 140,000 boxes; give the bytes."""
    chance = random.Random(0)  # noqa: S311 - pictures, not secrets
    images = [
        {"id": at, "file_name": picture_name(at), "width": 640, "height": 480, "license": 1}
        for at in range(IMAGES)
    ]
    annotations = []
    for at in range(OBJECTS):
        x, y = chance.uniform(0, 500), chance.uniform(0, 300)
        w, h = chance.uniform(1, 140), chance.uniform(1, 180)
        annotations.append(
            {
                "id": at, "image_id": chance.randrange(IMAGES),
                "category_id": chance.randrange(1, CLASSES + 1), "iscrowd": 0,
                "bbox": [round(edge, 6) for edge in (x, y, w, h)], "area": round(w * h, 6),
                "segmentation": [],
            }
        )  # fmt: skip
    categories = [
        {"id": at, "name": f"class {at}", "supercategory": "thing"} for at in range(1, CLASSES + 1)
    ]
    document = {"images": images, "annotations": annotations, "categories": categories}
    return path.write_text(json.dumps(document))


def picture_name(number: int) -> str:
    """Give a picture's name as COCO's are."""
    return f"{number:012}.jpg"


def check(path: Path) -> Callable[[], object]:
    """Decode and see that every reference leads somewhere."""
    from haversack.data.byod.coco_json import decode

    return lambda: decode(path.name, path.read_bytes(), _refuse)


def take_in(path: Path) -> Callable[[], object]:
    """Read as an import does, up to the records of every picture."""
    from haversack.data.byod.wanted import Wanted

    return _reading(path, Wanted("detection"))


def take_in_apart(path: Path) -> Callable[[], object]:
    """Read as the app and the command line do: the JSON in a process of its own."""
    from haversack.data.byod.wanted import Wanted
    from haversack.services import apart

    return _reading(path, Wanted("detection", readers=apart.APART))


def _reading(path: Path, wanted: Wanted) -> Callable[[], object]:
    from haversack.data.byod.coco import read_coco

    members = _Listing(path)

    def work() -> object:
        found = read_coco(members, wanted)
        assert not found.problems, found.problems[0]
        assert len(found.pictures) == IMAGES
        assert sum(len(record.boxes) for record in found.pictures) == OBJECTS
        return found

    return work


class _Listing:
    """The annotation file beside its pictures, of which a reader asks the names alone."""

    def __init__(self, path: Path) -> None:
        self.label = path.parent.name
        self._path = path
        self._names = sorted([path.name, *map(picture_name, range(IMAGES))])

    def names(self) -> list[str]:
        return self._names

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def read(self, name: str) -> bytes:
        return self._path.with_name(name).read_bytes()


def with_orjson(path: Path) -> Callable[[], object]:
    """Parse alone, into dicts and lists."""
    import orjson

    return lambda: orjson.loads(path.read_bytes())


def with_pycocotools(path: Path) -> Callable[[], object]:
    """Parse and index, as every COCO evaluation does first."""
    coco = importlib.import_module("pycocotools.coco")
    return lambda: coco.COCO(str(path))


def with_supervision(path: Path) -> Callable[[], object]:
    """Make a detection dataset; the pictures themselves are not opened."""
    supervision = importlib.import_module("supervision")
    return lambda: supervision.DetectionDataset.from_coco(str(path.parent), str(path))


def with_datumaro(path: Path) -> Callable[[], object]:
    """Import as `coco_instances`."""
    datumaro = importlib.import_module("datumaro")
    return lambda: len(datumaro.Dataset.import_from(str(path), "coco_instances"))


CHECKING, TAKING_IN, APART = "haversack, checking", "haversack, taking in", "same, JSON apart"
ORJSON = "orjson, parsing alone"
READERS = {
    CHECKING: check,
    TAKING_IN: take_in,
    APART: take_in_apart,
    ORJSON: with_orjson,
    "pycocotools": with_pycocotools,
    "supervision": with_supervision,
    "Datumaro": with_datumaro,
}


def measure(path: Path, slow_rounds: int = 1) -> dict[str, dict[str, float] | str]:
    """Measure every reader in turn, some rounds over; a peer that is absent is named so.

    Returns:
        Median seconds and the most megabytes above the idle process for each reader.
    """
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in READERS}
    absent: dict[str, str] = {}
    for number in range(ROUNDS):
        for name in READERS:
            is_slow = name in ("supervision", "Datumaro")
            if name in absent or (is_slow and number >= slow_rounds):
                continue
            told = _child(name, path)
            if isinstance(told, str):
                absent[name] = told
            else:
                taken[name].append(told)
    middle = {
        name: {key: statistics.median(one[key] for one in rounds) for key in rounds[0]}
        for name, rounds in taken.items()
        if rounds
    }
    return {name: middle.get(name, absent.get(name, "absent")) for name in READERS}


def _child(name: str, path: Path) -> dict[str, float] | str:
    code = "from kitchen_bench.data_import import alone; alone()"
    done = subprocess.run(
        [sys.executable, "-c", code, name, str(path)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[1],
        check=False,
    )
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["failed"])[-1][:60]
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def alone() -> None:
    """Measure one reader in this process: seconds, and megabytes above what it had idle."""
    name, path = sys.argv[1], Path(sys.argv[2])
    work = READERS[name](path)
    idle = _most_megabytes()
    began = time.perf_counter()
    kept = work()
    seconds = time.perf_counter() - began
    assert kept is not None
    print(json.dumps({"seconds": seconds, "megabytes": _most_megabytes() - idle}))


def _most_megabytes() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def _refuse(problem: object) -> None:
    raise AssertionError(problem)
