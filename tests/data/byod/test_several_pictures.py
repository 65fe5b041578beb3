"""Of a file with several pictures the first is taken, and told."""

from __future__ import annotations

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
