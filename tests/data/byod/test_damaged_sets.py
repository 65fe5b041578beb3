"""A damaged set is an error or a counted problem: never a crash, never silence."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from data.byod.sets import ALL
from data.byod.test_formats import checked
from haversack.base.errors import HaversackError
from haversack.data.byod.shard import read_shard
from haversack.data.errors import DataError

DAMAGED = int(os.environ.get("HAVERSACK_CASES", "500")) // 5


@pytest.mark.parametrize("form", ALL)
def test_damage_to_labels_or_pictures_is_told_or_changes_nothing_that_was_said(
    tmp_path: Path, form: str
) -> None:
    """Truncations, lost files and noise; what goes unsaid must leave the same pictures."""
    pristine = ALL[form](tmp_path / "pristine")
    whole = checked(pristine)
    chance = random.Random(form)  # noqa: S311 - a sample, not a secret
    for at in range(DAMAGED):
        folder = tmp_path / str(at)
        shutil.copytree(pristine, folder)
        path = chance.choice(sorted(p for p in folder.rglob("*") if p.is_file()))
        kind = _damage(path, chance)
        try:
            found = checked(folder, form)
        except HaversackError as error:
            assert error.message
            assert error.hint
        else:
            lost = len(found.pictures) < len(whole.pictures)
            if kind == "lost" and lost:
                listed = form in {"csv", "coco", "voc"} and "Annotations" not in path.parts
                assert found.problems or not listed
            elif lost and not found.problems:
                assert path.suffix in {".csv", ".json"}, (kind, path)
        shutil.rmtree(folder)


def _damage(path: Path, chance: random.Random) -> str:
    content = path.read_bytes()
    kind = chance.choice(["lost", "cut", "noise", "empty", "nul"])
    if kind == "lost":
        path.unlink()
    elif kind == "cut":
        path.write_bytes(content[: chance.randrange(len(content))])
    elif kind == "noise":
        changed = bytearray(content)
        for _ in range(chance.randrange(1, 20)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        path.write_bytes(changed)
    else:
        path.write_bytes(b"" if kind == "empty" else b"\0" * len(content))
    return kind


def test_a_damaged_shard_is_one_typed_error_or_the_same_pictures(tmp_path: Path) -> None:
    from data.byod.test_formats import kept

    shard = kept(ALL["coco"](tmp_path / "set"), tmp_path / "shard.tar")
    content = shard.read_bytes()
    chance = random.Random(1)  # noqa: S311 - a sample, not a secret
    for _ in range(DAMAGED):
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
