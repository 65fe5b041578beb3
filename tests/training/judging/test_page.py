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
    "figure", "figcaption", "img", "b", "p", "span", "svg", "rect", "polyline", "text",
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


def test_a_page_says_first_how_much_was_right_and_explains_every_number_and_colour() -> None:
    judgement = Judgement(
        "F1",
        "pictures",
        ("cat", "dog"),
        np.array([[3, 1], [0, 4]], np.int64),
        (ClassRow("cat", 4, 1.0, 0.75, 0.857), ClassRow("dog", 4, 0.8, 1.0, 0.889)),
        (Curve("cat", (0.5, 1.0), (1.0, 0.5), 0.75),),
        (),
    )
    shown = [Shown("a.jpg", "is cat, was called dog", (b"\xff\xd8", b"\xff\xd8"))]
    page = make_page("Pets", {"Task": "classification"}, {"f1": 0.875}, judgement, shown)
    words = [word for word in _read(page).words if word.strip()]
    assert words[words.index("Pets: evaluation", 1) + 1] == (
        "7 of 8 pictures were called what they are (87.5%)."
    )
    assert "precision and recall in one number, mean over the classes" in words
    assert any("each row is what is so, each column what was said" in word for word in words)
    assert "cat: 0.750" in words
    assert words.index("what is so") < words.index("what was said"), "seen, not only hovered"


def test_objects_that_are_missed_have_no_place_in_a_sum_of_what_is_there() -> None:
    matrix = np.array([[3, 1], [2, 0]], np.int64)
    rows = (ClassRow("cat", 4, 0.6, 0.75, 0.7),)
    judgement = Judgement("AP", "objects", ("cat", "nothing"), matrix, rows, (), ())
    words = " ".join(_read(make_page("Pets", {}, {}, judgement, [])).words)
    assert "3 of 4 objects were found (75.0%)." in words
    assert "In the row “nothing” are boxes where nothing is" in words


def test_classes_that_were_never_mistaken_leave_no_table_without_rows() -> None:
    names = tuple(f"class {place}" for place in range(31))
    rows = tuple(ClassRow(name, 1, 1.0, 1.0, 1.0) for name in names)
    judgement = Judgement("F1", "pictures", names, np.eye(31, dtype=np.int64), rows, (), ())
    page = make_page("Pets", {}, {}, judgement, [])
    assert "was called</th>" not in page
    assert "Nothing was taken for anything else." in page


def test_of_many_classes_the_pairs_most_taken_for_each_other_are_shown() -> None:
    page = _page("cat", classes=40)
    assert "was called" in page
    assert page.count("<svg") == 24
    assert "16 more classes" in page
