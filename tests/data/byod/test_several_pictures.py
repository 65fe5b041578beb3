"""Of a file with several pictures the first is taken, and told."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from PIL import Image

from data.byod.sets import image_folder
from data.byod.test_formats import checked


@pytest.mark.parametrize("name", ["pages.tif", "moves.png", "moves.webp"])
def test_of_a_file_with_several_pictures_it_is_told_that_the_first_is_taken(
    tmp_path: Path, name: str
) -> None:
    folder = image_folder(tmp_path)
    pictures = [Image.open(folder / f"flower/{at}.png").rotate(90) for at in range(3)]
    pictures[0].save(folder / "roof" / name, save_all=True, append_images=pictures[1:])
    found = checked(folder)
    assert len(found.pictures) == 11
    ((file, what),) = [(p.file, p.what) for p in found.problems]
    assert (file, what) == (f"roof/{name}", "holds 3 pictures; the first is taken")


def _with_entry(tiff: bytes, page: int, entry: bytes) -> bytes:
    """Give a TIFF in which a page's entry of the same tag is another one."""
    at = struct.unpack_from("<I", tiff, 4)[0]
    for _ in range(page):
        at = struct.unpack_from("<I", tiff, at + 2 + 12 * struct.unpack_from("<H", tiff, at)[0])[0]
    entries = range(at + 2, at + 2 + 12 * struct.unpack_from("<H", tiff, at)[0], 12)
    (place,) = [one for one in entries if tiff[one : one + 2] == entry[:2]]
    return tiff[:place] + entry + tiff[place + 12 :]


COMPRESSION, WIDTH, PIXELS_AT = 259, 256, 273
SHORT, TEXT, NO_TYPE = 3, 2, 99


@pytest.mark.parametrize(
    "entry", [(COMPRESSION, SHORT, 1, 999), (WIDTH, NO_TYPE, 1, 64), (COMPRESSION, TEXT, 1, 1)]
)
def test_a_page_that_is_no_picture_ends_no_import(
    tmp_path: Path, entry: tuple[int, int, int, int]
) -> None:
    folder = image_folder(tmp_path)
    pages = [Image.open(folder / f"flower/{at}.png") for at in range(2)]
    file = folder / "roof/pages.tif"
    pages[0].save(file, save_all=True, append_images=pages[1:])
    file.write_bytes(_with_entry(file.read_bytes(), 1, struct.pack("<HHII", *entry)))
    found = checked(folder)
    assert len(found.pictures) == 11
    assert found.problems == ()


def test_a_picture_whose_pixels_lie_nowhere_is_damaged_and_ends_no_import(tmp_path: Path) -> None:
    folder = image_folder(tmp_path)
    file = folder / "roof/nowhere.tif"
    Image.open(folder / "flower/0.png").rotate(90).save(file)
    word = struct.pack("<HHII", PIXELS_AT, TEXT, 1, ord("6"))
    file.write_bytes(_with_entry(file.read_bytes(), 0, word))
    (problem,) = checked(folder).problems
    assert problem.file == "roof/nowhere.tif"
    assert "is damaged" in problem.what
