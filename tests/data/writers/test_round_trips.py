"""What is written is what was kept: import, export and import again give the same set."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from data.byod.mask_sets import MASKED, indexed
from data.byod.sets import ALL, image_folder
from haversack.base.errors import Cancelled, UsageError
from haversack.base.files import StorageError
from haversack.base.progress import CancelToken
from haversack.data.byod.check import Checked, check_set
from haversack.data.byod.records import SPLITS, Found, Labelled
from haversack.data.byod.shard import Kept, Shard, write_shard
from haversack.data.byod.split_faults import WHERE
from haversack.data.errors import DataError
from haversack.data.readers.members import FolderMembers
from haversack.data.writers.formats import write_set
from haversack.pantry.pantry import Pantry
from haversack.services.dataset_output import export_data
from haversack.services.datasets import check_data, import_data

CASES = min(500, int(os.environ.get("HAVERSACK_CASES", "25")))
FORMATS = {"detection": ("coco", "voc", "yolo"), "classification": ("imagefolder", "csv")}
WORDS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), max_size=12)
CLASSES = WORDS.filter(lambda word: word.lower() not in {"", ".", "..", *SPLITS})
EDGES = st.floats(0, 24, width=32)


def shard_of(folder: Path, checked: Checked, target: Path) -> Shard:
    with target.open("wb") as file:
        write_shard(file, FolderMembers(folder), checked)
    return Shard(target)


def same(first: Shard, second: Shard) -> None:
    """See that two sets hold the same pictures, labels, masks and splits."""
    assert (first.task, first.classes, len(first)) == (second.task, second.classes, len(second))
    theirs = {kept.content: kept for kept in second.kept()}
    for kept in first.kept():
        again = theirs[kept.content]
        assert _known(kept) == _known(again)
        assert kept.mask == again.mask
        for (_, box), (_, edges) in zip(kept.labelled.boxes, again.labelled.boxes, strict=True):
            assert edges == pytest.approx(box, rel=1e-9, abs=1e-9)


def _known(kept: Kept) -> tuple[object, ...]:
    one = kept.labelled
    return one.label, one.split, one.areas, tuple(name for name, _ in one.boxes)


@st.composite
def sets(draw: st.DrawFn, folder: Path, task: str) -> Checked:
    """Give a set of small pictures with names and labels of any kind."""
    classes = draw(st.lists(CLASSES, min_size=1, max_size=4, unique_by=str.casefold))
    safe = [name for name in classes if not set(name) & set("/\\\0")] or ["thing"]
    pictures = []
    for at in range(draw(st.integers(2, 5))):
        name = f"{draw(st.sampled_from(['', 'a/', 'b c/']))}{draw(st.sampled_from('xyz'))} {at}.png"
        if draw(st.booleans()):
            name = name.replace(f" {at}", f"/{at}/same")
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(at).integers(0, 255, (24, 24, 3), np.uint8)
        Image.fromarray(pixels).save(path)
        if task == "classification":
            pictures.append(Labelled(name, draw(st.sampled_from(safe))))
            continue
        corners = draw(st.lists(st.tuples(EDGES, EDGES, EDGES, EDGES), max_size=3))
        boxes = [(*sorted((a, c)), *sorted((b, d))) for a, b, c, d in corners]
        kept = [(x, y, e, low) for x, e, y, low in boxes if e - x > 0.01 and low - y > 0.01]
        labelled = tuple((draw(st.sampled_from(safe)), box) for box in kept)
        pictures.append(Labelled(name, boxes=(*labelled, (safe[0], (0.0, 0.0, 5.0, 5.0)))))
    found = Found("made", "detection" if task == "detection" else "classification", tuple(pictures))
    return check_set(FolderMembers(folder), found)


@pytest.mark.parametrize(("task", "form"), [(t, f) for t, fs in FORMATS.items() for f in fs])
@settings(max_examples=CASES)
@given(data=st.data())
def test_a_set_that_was_written_is_read_back_the_same(
    task: str, form: str, data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        (home / "set").mkdir()
        first = shard_of(home / "set", data.draw(sets(home / "set", task)), home / "first.tar")
        (home / "out").mkdir()
        write_set(first, form, home / "out")
        again = check_data(home / "out")
        assert (again.format, [one for one in again.problems if one.file != WHERE]) == (form, [])
        same(first, shard_of(home / "out", again, home / "second.tar"))


@pytest.mark.parametrize("form", ["coco", "masks"])
@pytest.mark.parametrize("source", MASKED)
def test_masks_come_out_as_they_went_in(tmp_path: Path, source: str, form: str) -> None:
    folder = MASKED[source](tmp_path / "set")
    checked = check_data(folder, task="segmentation")
    first = shard_of(folder, checked, tmp_path / "first.tar")
    (tmp_path / "out").mkdir()
    write_set(first, form, tmp_path / "out")
    again = check_data(tmp_path / "out", task="segmentation")
    assert again.problems == ()
    same(first, shard_of(tmp_path / "out", again, tmp_path / "second.tar"))


@pytest.mark.parametrize("form", ["coco", "voc", "yolo", "imagefolder", "csv"])
def test_an_imported_set_comes_out_of_the_pantry_unchanged(tmp_path: Path, form: str) -> None:
    pantry = Pantry.build(tmp_path / "pantry")
    first, checked = import_data(ALL[form](tmp_path / "set"), pantry, "first")
    export_data(pantry, "first", form, tmp_path / "out")
    second, _ = import_data(tmp_path / "out", pantry, "second")
    shards = [Shard(pantry.store.path(one.sha256)) for one in (first, second)]
    same(*shards)
    assert checked.splits() == {n: len(d) for n, d in shards[1].splits().items()}


def test_what_a_format_cannot_say_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    pantry = Pantry.build(tmp_path / "pantry")
    import_data(image_folder(tmp_path / "set"), pantry, mapping={"roof": "a/b"})
    out = tmp_path / "out"
    with pytest.raises(DataError, match="the class 'a/b' cannot be said in imagefolder"):
        export_data(pantry, "set", "imagefolder", out)
    with pytest.raises(UsageError, match="classification cannot be written as 'coco'") as caught:
        export_data(pantry, "set", "coco", out)
    assert "imagefolder, csv" in caught.value.hint
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        export_data(pantry, "set", "csv", out, cancel=cancel)
    assert [path.name for path in tmp_path.iterdir() if "hvtmp" in path.name] == []
    assert not out.exists()
    export_data(pantry, "set", "csv", out)
    with pytest.raises(StorageError, match="is there already"):
        export_data(pantry, "set", "csv", out)


def test_pixels_that_are_not_judged_are_not_written_as_background(tmp_path: Path) -> None:
    folder = indexed(tmp_path / "set", 2)
    mask = Image.open(io.BytesIO((folder / "masks/000.png").read_bytes()))
    mask.putpixel((0, 0), 255)
    mask.save(folder / "masks/000.png")
    shard = shard_of(folder, check_data(folder), tmp_path / "shard.tar")
    (tmp_path / "out").mkdir()
    with pytest.raises(DataError, match="part of which is not judged"):
        write_set(shard, "coco", tmp_path / "out")
