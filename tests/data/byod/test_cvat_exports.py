"""CVAT's exports as people have them: subsets in folders, tags, videos."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import pytest

from data.byod.more_sets import cvat
from data.byod.test_formats import checked
from haversack.data.errors import DataError


def test_a_video_of_cvat_is_an_error_that_says_which_export_is_read(tmp_path: Path) -> None:
    folder = cvat(tmp_path)
    (folder / "annotations.xml").write_text(
        '<annotations><version>1.1</version><track id="0" label="car"><box frame="0" xtl="1" '
        'ytl="1" xbr="9" ybr="9" outside="0"/></track></annotations>'
    )
    with pytest.raises(DataError, match="follows objects through a video") as caught:
        checked(folder)
    assert "CVAT for images 1.1" in caught.value.hint


@pytest.mark.parametrize("home", ["images/Train", "Train", "pictures of the line"])
def test_pictures_of_cvat_are_found_in_the_folder_of_their_subset_or_as_the_only_ones_so_named(
    tmp_path: Path, home: str
) -> None:
    folder = cvat(tmp_path)
    path = folder / "annotations.xml"
    path.write_text(path.read_text().replace("<image ", '<image subset="Train" ', 1))
    (name,) = re.findall(r'subset="Train".*?name="([^"]+)"', path.read_text())[:1]
    (there,) = folder.rglob(PurePosixPath(name).name)
    (folder / home).mkdir(parents=True, exist_ok=True)
    there.rename(folder / home / there.name)
    found = checked(folder)
    assert len(found.pictures) == 6
    assert "missing" not in " ".join(p.what for p in found.problems)


def test_a_tag_of_cvat_is_told(tmp_path: Path) -> None:
    folder = cvat(tmp_path)
    path = folder / "annotations.xml"
    path.write_text(path.read_text().replace("</image>", '<tag label="wet"/></image>', 1))
    assert [p.what for p in checked(folder).problems] == ["tags of whole pictures are left out: 1"]


def test_a_picture_with_a_tag_alone_stays_a_picture_without_objects(tmp_path: Path) -> None:
    folder = cvat(tmp_path)
    path = folder / "annotations.xml"
    start, end = path.read_text().index("<box"), path.read_text().index("</image>")
    path.write_text(path.read_text()[:start] + '<tag label="dry"/>' + path.read_text()[end:])
    found = checked(folder)
    assert sorted(len(one.boxes) for one in found.pictures) == [0, 2, 2, 2, 2, 2]


def test_an_encoding_that_nobody_knows_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    folder = cvat(tmp_path)
    (folder / "annotations.xml").write_text('<?xml version="1.0" encoding="utf-a"?><annotations/>')
    with pytest.raises(DataError, match=r"annotations\.xml is not readable XML"):
        checked(folder)
