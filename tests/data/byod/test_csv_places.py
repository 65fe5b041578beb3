"""A CSV none of whose pictures is there: where they were looked for is told, and what helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.byod.sets import csv_set, save
from data.byod.test_formats import checked
from haversack.data.byod.folder import BroughtFolder
from haversack.data.errors import DataError


def _refused(folder: Path) -> DataError:
    with pytest.raises(DataError) as caught:
        checked(folder, "csv")
    return caught.value


def _rewrite(folder: Path, old: str, new: str) -> None:
    table = folder / "labels.csv"
    table.write_text(table.read_text().replace(old, new))


def test_the_folder_and_the_column_that_were_looked_in_are_told(tmp_path: Path) -> None:
    folder = csv_set(tmp_path / "signs")
    for path in (folder / "pictures").iterdir():
        path.unlink()
    error = _refused(folder)
    assert error.message == (
        "no picture that labels.csv names is in signs (10 names, the first pictures/0.jpg)"
    )
    assert error.hint == (
        "The names of its column 'filename' are looked for from that folder on. There is no "
        "picture: put labels.csv at the top of the folder that holds them."
    )


@pytest.mark.parametrize("named", ["", "/mnt/disk/set/"])
def test_a_picture_of_such_a_name_elsewhere_in_the_set_is_shown(tmp_path: Path, named: str) -> None:
    folder = csv_set(tmp_path / "signs")
    _rewrite(folder, "pictures/", named)
    assert _refused(folder).hint.endswith("There is pictures/0.jpg: write the names like that.")
    _rewrite(folder, ".jpg", "")
    assert _refused(folder).hint.endswith("There is pictures/0.jpg: write the names like that.")


def test_a_column_that_names_pictures_which_are_there_is_shown(tmp_path: Path) -> None:
    folder = csv_set(tmp_path / "signs")
    lines = ["id,file,label,Photo", "1,a,roof,pictures/0.jpg", "2,b,flower,pictures/1.jpg"]
    (folder / "labels.csv").write_text("\n".join(lines))
    error = _refused(folder)
    assert error.hint == (
        "The names of its column 'file' are looked for from that folder on. The column 'Photo' "
        "names pictures that are there: call it alone 'file'."
    )


def test_pictures_of_other_names_are_shown(tmp_path: Path) -> None:
    folder = csv_set(tmp_path / "signs")
    _rewrite(folder, "pictures/", "pictures/x")
    hint = _refused(folder).hint
    assert hint.endswith("Pictures that are there have other names, such as pictures/0.jpg.")


def test_where_one_of_the_pictures_is_there_the_others_are_told_as_missing(tmp_path: Path) -> None:
    folder = csv_set(tmp_path / "signs")
    _rewrite(folder, "pictures/0.jpg", "pictures/x.jpg")
    found = checked(folder, "csv")
    assert len(found.pictures) == 9
    assert "pictures/x.jpg is missing" in [one.what for one in found.problems]


def test_the_folder_in_which_one_is_has_a_name_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path / "signs", "0.jpg", 0)
    monkeypatch.chdir(tmp_path / "signs")
    assert BroughtFolder(Path()).label == "signs"
