"""What is kept is read with one pread a picture, and what comes in is decoded once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from data.byod.mask_sets import indexed, truth
from data.byod.sets import coco, image_folder, pictures_alone
from haversack.data.byod.shard import Shard, ShardDataset, write_shard
from haversack.data.byod.shard_index import Index, read_index
from haversack.data.errors import DataError
from haversack.data.pictures import decode
from haversack.data.readers.members import FolderMembers, PreadFile
from haversack.data.sample import Mask, Picture
from haversack.services.datasets import check_data

MAKE: dict[str, Callable[[Path], Path]] = {
    "classification": image_folder,
    "detection": coco,
    "segmentation": indexed,
    "unlabeled": pictures_alone,
}


@pytest.fixture
def preads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Give the sizes of all that is read by ``pread``, as they are read."""
    read: list[int] = []
    whole = os.pread

    def counted(descriptor: int, size: int, offset: int) -> bytes:
        read.append(size)
        return whole(descriptor, size, offset)

    monkeypatch.setattr(os, "pread", counted)
    return read


def kept(folder: Path, target: Path) -> Path:
    with target.open("wb") as file:
        write_shard(file, FolderMembers(folder), check_data(folder))
    return target


def masks_that_differ(folder: Path) -> Path:
    """Give a set of masks of which each is another."""
    for at, path in enumerate(sorted((indexed(folder) / "masks").iterdir())):
        mask = truth()
        mask[: 3 * at + 1] = 0
        Image.fromarray(mask).save(path)
    return folder


@pytest.mark.parametrize("task", MAKE)
def test_a_sample_is_read_with_one_pread_whatever_the_task(
    tmp_path: Path, preads: list[int], task: str
) -> None:
    opened = Shard(kept(MAKE[task](tmp_path / "set"), tmp_path / "shard.tar"))
    assert opened.task == task
    data = opened.everything()
    preads.clear()
    for at in range(len(data)):
        assert data[at].image.ndim == 3
    assert len(preads) == len(data)
    preads.clear()
    assert len(list(opened.kept())) == len(preads)


def test_a_mask_that_lies_elsewhere_than_behind_its_picture_is_read_too(
    tmp_path: Path, preads: list[int]
) -> None:
    path = kept(masks_that_differ(tmp_path / "set"), tmp_path / "shard.tar")
    index = read_index(path)
    table = index.table
    for name in ("mask_offset", "mask_size"):
        swapped = pa.array(table[name].to_pylist()[::-1], pa.int64())
        table = table.set_column(table.schema.get_field_index(name), name, swapped)
    near = ShardDataset(PreadFile(path), index)
    far = ShardDataset(PreadFile(path), Index(index.task, index.classes, table))
    preads.clear()
    for at in range(len(far)):
        first, last = near[at], far[len(far) - 1 - at]
        assert isinstance(first.target, Mask)
        assert isinstance(last.target, Mask)
        np.testing.assert_array_equal(first.target.labels, last.target.labels)
    assert len(preads) == 3 * len(far)
    assert max(preads) < path.stat().st_size // 4, "never what lies between a picture and its mask"


def test_a_mask_that_is_cut_off_is_one_typed_error(tmp_path: Path) -> None:
    path = kept(indexed(tmp_path / "set"), tmp_path / "shard.tar")
    index = read_index(path)
    data = ShardDataset(PreadFile(path), index)
    end = index.table["mask_offset"].to_pylist()[0] + index.table["mask_size"].to_pylist()[0]
    path.write_bytes(path.read_bytes()[: end - 1])
    with pytest.raises(DataError, match="is cut short"):
        data[0]


@pytest.mark.skipif(sys.platform != "linux", reason="counts the threads that /proc tells of")
def test_an_index_is_read_without_threads_that_a_short_program_would_end_with(
    tmp_path: Path,
) -> None:
    kept = tmp_path / "shard.tar"
    folder = image_folder(tmp_path / "set")
    with kept.open("wb") as file:
        write_shard(file, FolderMembers(folder), check_data(folder))
    program = (
        "import os, sys; from pathlib import Path; "
        "from haversack.data.byod.shard_index import read_index; "
        "before = len(os.listdir('/proc/self/task')); read_index(Path(sys.argv[1])); "
        "print(len(os.listdir('/proc/self/task')) - before)"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, str(kept)], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "0"


@pytest.mark.parametrize("task", MAKE)
def test_every_picture_is_decoded_once_on_its_way_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task: str
) -> None:
    folder = MAKE[task](tmp_path / "set")
    decoded: list[str] = []

    def counted(content: bytes, name: str) -> Picture:
        decoded.append(name)
        return decode(content, name)

    for module in ("check", "shard"):
        monkeypatch.setattr(f"haversack.data.byod.{module}.decode", counted)
    kept(folder, tmp_path / "shard.tar")
    pictures = [path for path in folder.rglob("*") if path.suffix in (".jpg", ".png")]
    masks = [path for path in pictures if path.parent.name == "masks"]
    assert len(decoded) == len(set(decoded)) == len(pictures) - len(masks)
