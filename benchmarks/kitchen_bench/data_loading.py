"""Pictures a second from a shard, and from the same JPEGs as other loaders have them.

Every loader gives the same: an RGB picture squared to 224 pixels by Pillow, and its label, one
after another in a shuffled order, in one process. WebDataset reads its tar in order.
"""

from __future__ import annotations

import importlib
import io
import math
import os
import random
import statistics
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from sklearn.datasets import load_sample_image

from haversack.data.byod.shard import Shard, read_shard
from haversack.data.geometry import to_square
from haversack.data.sample import Dataset
from haversack.pantry.pantry import Pantry
from haversack.services.datasets import import_data

PICTURES, SIZE, ROUNDS = 600, 224, 5
Order = list[int]
Pass = Callable[[Order], Iterator[object]]


def write_pictures(folder: Path, count: int = PICTURES) -> Path:
    """Write photographs of several sizes in ten folders, as an ImageFolder."""
    photos = [Image.fromarray(load_sample_image(name)) for name in ("china.jpg", "flower.jpg")]
    chance = random.Random(0)  # noqa: S311 - pictures, not secrets
    for at in range(count):
        wide, high = chance.choice([(500, 375), (375, 500), (640, 427), (320, 240)])
        left, top = chance.randrange(0, 640 - wide + 1), chance.randrange(0, max(1, 428 - high))
        cut = photos[at % 2].crop((left, top, left + wide, top + high)).resize((wide, high))
        path = folder / "train" / f"class {at % 10}" / f"{at:05}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        cut.rotate(chance.uniform(-3, 3)).save(path, quality=90)
    return folder


def as_shard(folder: Path, work: Path) -> Dataset:
    """Take pictures in as a person would; all of them are trained on."""
    pantry = Pantry.build(work / "pantry")
    kept, _ = import_data(folder, pantry, "bench")
    return Shard(pantry.store.path(kept.sha256)).everything()


def from_shard(folder: Path, work: Path) -> tuple[Pass, list[Path]]:
    """Give our reader over one file."""
    pantry = Pantry.build(work / "pantry")
    kept, _ = import_data(folder, pantry, "bench")
    path = pantry.store.path(kept.sha256)
    splits = read_shard(path)
    rows = [(data, at) for data in splits.values() for at in range(len(data))]

    def read(order: Order) -> Iterator[object]:
        for at in order:
            data, row = rows[at]
            yield to_square(data[row], SIZE)

    return read, [path]


def from_image_folder(folder: Path, _: Path) -> tuple[Pass, list[Path]]:
    """Give torchvision's ImageFolder with its own loader."""
    from haversack.training import torchvision_guard

    torchvision_guard.install()
    folders = importlib.import_module("torchvision.datasets")
    data = folders.ImageFolder(str(folder / "train"), transform=_squared)
    return (lambda order: (data[at] for at in order)), sorted(folder.rglob("*.jpg"))


def from_webdataset(folder: Path, work: Path) -> tuple[Pass, list[Path]]:
    """Give WebDataset over one tar, in the tar's order."""
    webdataset = importlib.import_module("webdataset")
    path = work / "web.tar"
    with tarfile.open(path, "w") as tar:
        for at, picture in enumerate(sorted(folder.rglob("*.jpg"))):
            label = io.BytesIO(str(int(picture.parent.name.split()[1])).encode())
            tar.add(picture, f"{at:06}.jpg")
            entry = tarfile.TarInfo(f"{at:06}.cls")
            entry.size = len(label.getvalue())
            tar.addfile(entry, label)

    def read(_: Order) -> Iterator[object]:
        data = webdataset.WebDataset(str(path), shardshuffle=False).decode("pil")
        for picture, label in data.to_tuple("jpg", "cls"):
            yield _squared(picture), label

    return read, [path]


def from_hugging_face(folder: Path, work: Path) -> tuple[Pass, list[Path]]:
    """Give a Hugging Face dataset of the encoded pictures, on disk as it keeps them."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    datasets = importlib.import_module("datasets")
    rows = [
        {"image": {"bytes": path.read_bytes(), "path": None}, "label": int(path.parent.name[6:])}
        for path in sorted(folder.rglob("*.jpg"))
    ]
    features = datasets.Features({"image": datasets.Image(), "label": datasets.Value("int64")})
    datasets.Dataset.from_list(rows, features=features).save_to_disk(str(work / "arrow"))
    data = datasets.load_from_disk(str(work / "arrow"))

    def read(order: Order) -> Iterator[object]:
        for at in order:
            row = data[at]
            yield _squared(row["image"]), row["label"]

    return read, sorted((work / "arrow").rglob("*.arrow"))


SHARD, IMAGE_FOLDER = "haversack, shard", "torchvision ImageFolder"
LOADERS = {
    SHARD: from_shard,
    IMAGE_FOLDER: from_image_folder,
    "WebDataset": from_webdataset,
    "Hugging Face datasets": from_hugging_face,
}


def measure(folder: Path, work: Path) -> dict[str, dict[str, float] | str]:
    """Measure every loader in turn, warm and with its files dropped from the system's cache.

    Returns:
        Median pictures a second, ``warm`` and ``cold``; a peer that is absent is named so. Where
        the files were not read from the disk although they were dropped, ``cold`` is NaN.
    """
    opened: dict[str, tuple[Pass, list[Path]]] = {}
    found: dict[str, dict[str, float] | str] = {}
    for name, make in LOADERS.items():
        try:
            opened[name] = make(folder, work)
        except ImportError as error:
            found[name] = f"absent: {error}"[:60]
    os.sync()  # only what is on the disk can be dropped from the cache
    rates: dict[str, dict[str, list[float]]] = {n: {"warm": [], "cold": []} for n in opened}
    for number in range(ROUNDS):
        order = np.random.default_rng(number).permutation(PICTURES).tolist()
        for name, (read, files) in opened.items():
            for state in ("cold", "warm"):
                if state == "cold":
                    _drop(files)
                began, before = time.perf_counter(), _bytes_from_disk()
                count = sum(1 for _ in read(order))
                assert count == PICTURES, (name, count)
                rate = count / (time.perf_counter() - began)
                fetched = _bytes_from_disk() - before
                if state == "warm" or fetched > sum(path.stat().st_size for path in files) / 2:
                    rates[name][state].append(rate)
    for name, by_state in rates.items():
        found[name] = {
            state: statistics.median(all_of or [math.nan]) for state, all_of in by_state.items()
        }
    return {name: found[name] for name in LOADERS}


def _squared(picture: Image.Image) -> npt.NDArray[np.uint8]:
    resized = picture.convert("RGB").resize((SIZE, SIZE), Image.Resampling.BILINEAR)
    return np.array(resized)


def _bytes_from_disk() -> int:
    """Give how much this process had the system read from a disk; 0 where that is not counted."""
    counted = Path("/proc/self/io")
    told = counted.read_text().splitlines() if counted.exists() else []
    return sum(int(line.split()[1]) for line in told if line.startswith("read_bytes"))


def _drop(files: list[Path]) -> None:
    """Ask the system to forget what it read of files."""
    for path in files:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)
