"""A damaged set is an error or a counted problem: never a crash, never silence."""

from __future__ import annotations

import json
import os
import random
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.byod.mask_sets import MASKED
from data.byod.more_sets import MORE, darknet
from data.byod.sets import ALL, coco, pictures_alone
from data.byod.test_formats import kept
from haversack.base.errors import HaversackError
from haversack.data.byod.check import Checked
from haversack.data.byod.shard import read_shard
from haversack.data.errors import DataError
from haversack.services.datasets import check_data

CASES = int(os.environ.get("HAVERSACK_CASES", "500"))
DAMAGED = min(500, CASES // 20)
FORMS: dict[str, tuple[Callable[[Path], Path], str | None]] = {
    **{name: (make, None) for name, make in {**ALL, **MORE}.items()},
    "yolo, labels beside pictures": (darknet, None),
    "unlabeled": (pictures_alone, None),
    **{f"masks, {name}": (make, "segmentation") for name, make in MASKED.items()},
}
SAY_NO_MORE = ("imagefolder", "unlabeled")
"""Forms that say nothing of a picture that is gone."""
GONE = ("lost", "empty", "nul")
HOSTILE: st.SearchStrategy[object] = st.sampled_from(
    [None, True, -1, 0, 2**63, 1e308, -0.5, "", "x", "\0", "../a", [], [[]], {}, {"a": []}, [None]]
)


@cache
def whole(form: str) -> Checked:
    """Give what is found in a whole set of a form."""
    return check_data(pristine(form), task=FORMS[form][1])


@cache
def pristine(form: str) -> Path:
    """Give a whole set of a form, made once."""
    return FORMS[form][0](Path(tempfile.mkdtemp(prefix="haversack-sets-")) / "set")


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=DAMAGED)
@given(data=st.data())
def test_damage_is_a_typed_error_or_a_problem_or_loses_no_picture(
    form: str, data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "set"
        shutil.copytree(pristine(form), folder)
        path = data.draw(st.sampled_from(sorted(p for p in folder.rglob("*") if p.is_file())))
        kind = _damage(path, data)
        found = _checked_or_refused(folder, form)
    assert found is None or _tells_or_has_all(found, form, kind)


@pytest.mark.parametrize("kind", ["lost", "empty"])
@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_is_lost_or_empty_is_told_wherever_a_label_goes_with_it(
    form: str, kind: str, tmp_path: Path
) -> None:
    assert not whole(form).problems
    files = sorted(path for path in pristine(form).rglob("*") if path.is_file())
    first_of_each = {(path.parent, path.suffix): path for path in reversed(files)}
    for at, path in enumerate(first_of_each.values()):
        folder = tmp_path / str(at)
        shutil.copytree(pristine(form), folder)
        damaged = folder / path.relative_to(pristine(form))
        damaged.write_bytes(b"")
        if kind == "lost":
            damaged.unlink()
        found = _checked_or_refused(folder, form)
        assert found is None or _tells_or_has_all(found, form, kind), damaged.name


def _checked_or_refused(folder: Path, form: str) -> Checked | None:
    """Check a damaged set; None where that is an error as it should be."""
    try:
        return check_data(folder, whole(form).format, FORMS[form][1])
    except HaversackError as error:
        assert error.message
        assert error.hint
        return None


def _tells_or_has_all(found: Checked, form: str, kind: str) -> bool:
    if found.problems or (kind == "lost" and form in SAY_NO_MORE):
        return True
    same = len(found.pictures) == len(whole(form).pictures)
    return same and (kind not in GONE or found.counts() == whole(form).counts())


def _damage(path: Path, data: st.DataObject) -> str:
    content = bytearray(path.read_bytes())
    kinds = ["lost", "cut", "flip", "noise", "empty", "nul"]
    kind = data.draw(st.sampled_from(kinds + ["value"] * (3 if path.suffix == ".json" else 0)))
    match kind:
        case "lost":
            path.unlink()
        case "cut":
            left = data.draw(st.integers(0, len(content) - 1))
            path.write_bytes(content[:left])
            return kind if left else "empty"
        case "flip" | "noise":
            for _ in range(1 if kind == "flip" else 12):
                at = data.draw(st.integers(0, len(content) - 1))
                content[at] ^= data.draw(st.integers(1, 255))
            path.write_bytes(content)
        case "value":
            document = json.loads(content)
            _replace(document, data)
            path.write_text(json.dumps(document))
        case _:
            path.write_bytes(b"" if kind == "empty" else b"\0" * len(content))
    return kind


def _replace(document: Any, data: st.DataObject) -> None:
    """Put something hostile somewhere into a document."""
    at: Any = data.draw(st.sampled_from(sorted(document)))
    while isinstance(document[at], dict | list) and document[at] and data.draw(st.booleans()):
        document = document[at]
        keys = sorted(document) if isinstance(document, dict) else range(len(document))
        at = data.draw(st.sampled_from(keys))
    document[at] = data.draw(HOSTILE)


def test_a_damaged_shard_is_one_typed_error_or_the_same_pictures(tmp_path: Path) -> None:
    shard = kept(ALL["coco"](tmp_path / "set"), tmp_path / "shard.tar")
    content = shard.read_bytes()
    chance = random.Random(1)  # noqa: S311 - a sample, not a secret
    for _ in range(min(500, CASES // 5)):
        changed = bytearray(content)
        for _ in range(chance.randrange(1, 9)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        shard.write_bytes(
            changed[: chance.randrange(1, len(changed)) if chance.random() < 0.5 else None]
        )
        try:
            for dataset in read_shard(shard).values():
                for index in range(len(dataset)):
                    assert dataset[index].image.ndim == 3
        except DataError as error:
            assert error.hint


@pytest.mark.parametrize("name", [b"roof", b"000.jpg", b"images"])
def test_text_that_is_no_utf_8_in_a_coco_file_is_told(tmp_path: Path, name: bytes) -> None:
    folder = coco(tmp_path / "set")
    file = next(folder.rglob("*.json"))
    file.write_bytes(file.read_bytes().replace(name, b"\xb0" + name[1:], 1))
    try:
        told = [one.what for one in check_data(folder, "coco").problems]
    except DataError as error:
        told = [error.message]
    assert told
