"""The report of a set is one page that needs no network and hides nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from data.byod.mask_sets import indexed
from data.byod.sets import coco, image_folder, save
from haversack.data.report.charts import bars, histogram
from haversack.pantry.pantry import Pantry
from haversack.services.dataset_output import write_report
from haversack.services.datasets import import_data

VOID = {"meta", "img"}


class Nesting(HTMLParser):
    """Sees that every tag is closed by its own."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def report_of(folder: Path, tmp_path: Path, licence: str = "CC0-1.0") -> str:
    pantry = Pantry.build(tmp_path / "pantry")
    import_data(folder, pantry, "set", licence=licence)
    write_report(pantry, "set", tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    parser = Nesting()
    parser.feed(text)
    assert not parser.open
    assert not re.search(r"https?://|<script|<link|url\(", text)
    return text


def test_a_page_tells_classes_sizes_boxes_pictures_and_problems(tmp_path: Path) -> None:
    folder = coco(tmp_path / "set")
    (folder / "images/001.jpg").write_bytes(b"no picture")
    text = report_of(folder, tmp_path)
    for said in ("CC0-1.0", "roof, train: 4", "Boxes in a picture", "median 64 px"):
        assert said in text
    assert text.count("data:image/jpeg;base64,") == 5
    assert "images/001.jpg is not a picture that can be read" in text


def test_masks_are_shown_with_the_pixels_of_each_class(tmp_path: Path) -> None:
    text = report_of(indexed(tmp_path / "set"), tmp_path)
    assert "Pixels of each class" in text
    assert "Boxes in a picture" not in text


def test_names_are_shown_as_they_are_written_and_never_rendered(tmp_path: Path) -> None:
    folder = image_folder(tmp_path / "set")
    for at in range(3):
        save(folder, f"<b>bold & <img src=x>/{at}.jpg", 50 + at)
    text = report_of(folder, tmp_path)
    assert "<b>" not in text
    assert "&lt;b&gt;bold" in text


@pytest.mark.parametrize("values", [[], [3.0], [1.0, 1.0], [0.5, 8.0, 2.0]])
def test_a_histogram_counts_every_value(values: list[float]) -> None:
    counts = re.findall(r": (\d+)</title>", histogram(np.asarray(values), "px"))
    assert sum(map(int, counts)) == len(values)


def test_a_licence_that_nobody_stated_is_told_in_words(tmp_path: Path) -> None:
    text = report_of(image_folder(tmp_path / "set", 2), tmp_path, "NOASSERTION")
    assert "not stated" in text and "NOASSERTION" not in text


def test_bars_of_nothing_are_bars_of_no_length() -> None:
    assert 'width="0.0"' in bars({"roof": [0, 0]}, ["train", "val"])


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([32.0] * 3, ["32 px: 3"]),
        ([30.0, 32.0, 32.0], ["30 px: 1", "31 px: 0", "32 px: 2"]),
        ([4032.0, 4032.0], ["4,032 px: 2"]),
    ],
)
def test_whole_numbers_are_told_whole_and_of_large_ones_every_digit(
    values: list[float], told: list[str]
) -> None:
    drawn = histogram(np.asarray(values), "px")
    assert re.findall("<title>(.*?)</title>", drawn) == told
    assert f"median {told[-1].partition(':')[0]}" in drawn
