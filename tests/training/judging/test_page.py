"""The report's page: one file, nothing from elsewhere, nothing that a name could smuggle in."""

from __future__ import annotations

from html.parser import HTMLParser

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from haversack.training.judging.judgement import ClassRow, Curve, Judgement
from haversack.training.judging.page import make_page
from haversack.training.judging.pictures import Shown

ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "div", "table", "tr", "th", "td",
    "figure", "figcaption", "img", "b", "p", "svg", "rect", "polyline", "text",
}  # fmt: skip


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "data")]
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _page(name: str, classes: int = 2) -> str:
    names = tuple(f"{name}{place}" for place in range(classes))
    judgement = Judgement(
        "F1",
        "pictures",
        names,
        np.ones((classes, classes), np.int64),
        tuple(ClassRow(own, 3, 0.5, None, 0.25) for own in names),
        tuple(Curve(own, (0.5, 1.0), (1.0, 0.5), 0.75) for own in names),
        (),
    )
    shown = [Shown(name, f"is {name}", (b"\xff\xd8", b"\xff\xd8"))]
    return make_page(name, {"recipe": name}, {name: 0.5}, judgement, shown)


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    return reader


@given(st.text(max_size=40) | st.sampled_from(["<script>alert(1)</script>", '"><img src=x>', "&"]))
def test_names_are_shown_as_they_are_and_never_become_markup(name: str) -> None:
    reader = _read(_page(name))
    assert set(reader.tags) <= ALLOWED
    assert all(link.startswith("data:image/jpeg;base64,") for link in reader.links)
    assert len(reader.links) == 2


def test_a_page_forbids_itself_everything_but_its_own_pictures_and_style() -> None:
    page = _page("cat")
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in page
    assert "http://" not in page and "https://" not in page and "url(" not in page
    words = " ".join(_read(page).words)
    assert "cat1" in words and "0.250" in words and "–" in words


def test_of_many_classes_the_pairs_most_taken_for_each_other_are_shown() -> None:
    page = _page("cat", classes=40)
    assert "was called" in page
    assert page.count("<svg") == 24
    assert "16 more classes" in page
