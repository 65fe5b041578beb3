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
from data.byod.more_sets import MORE
from data.byod.sets import ALL, coco, pictures_alone
from data.byod.test_formats import kept
from haversack.base.errors import HaversackError
from haversack.data.byod.shard import read_shard
from haversack.data.errors import DataError
from haversack.services.datasets import check_data

CASES = int(os.environ.get("HAVERSACK_CASES", "500"))
DAMAGED = min(500, CASES // 20)
FORMS: dict[str, tuple[Callable[[Path], Path], str | None]] = {
    **{name: (make, None) for name, make in {**ALL, **MORE}.items()},
    "unlabeled": (pictures_alone, None),
    **{f"masks, {name}": (make, "segmentation") for name, make in MASKED.items()},
}
HOSTILE: st.SearchStrategy[object] = st.sampled_from(
    [None, True, -1, 0, 2**63, 1e308, -0.5, "", "x", "\0", "../a", [], [[]], {}, {"a": []}, [None]]
)


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
    whole = check_data(pristine(form), task=FORMS[form][1])
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "set"
        shutil.copytree(pristine(form), folder)
        path = data.draw(st.sampled_from(sorted(p for p in folder.rglob("*") if p.is_file())))
        kind = _damage(path, data)
        try:
            found = check_data(folder, whole.format, FORMS[form][1])
        except HaversackError as error:
            assert error.message
            assert error.hint
        else:
            says_no_more = form in ("imagefolder", "unlabeled")  # than what lies in the folder
            unseen = kind == "lost" and says_no_more
            assert found.problems or unseen or len(found.pictures) == len(whole.pictures)


def _damage(path: Path, data: st.DataObject) -> str:
    content = bytearray(path.read_bytes())
    kinds = ["lost", "cut", "flip", "noise", "empty", "nul"]
    kind = data.draw(st.sampled_from(kinds + ["value"] * (3 if path.suffix == ".json" else 0)))
    match kind:
        case "lost":
            path.unlink()
        case "cut":
            path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
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
