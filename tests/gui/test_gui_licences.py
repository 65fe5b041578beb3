"""Licences that nobody stated are told in words, and in the same words everywhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gui_desk import Desk
from haversack.pantry.pantry import Pantry
from haversack.services.shelves import ShelfItem
from haversack_gui.calls import front
from haversack_gui.calls.shelf_licences import licence_of

OpenDesk = Callable[..., Desk]


def test_the_shelves_say_in_words_that_no_licence_is_stated(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    content = pantry.volumes.path("bench_cls").read_bytes()
    pantry.volumes.put("taken", content, {"name": "taken", "licence": "NOASSERTION"})
    page = open_desk(pantry).page
    page.shelves.setCurrentIndex(3)
    told = {page.model.rows[at].name: page.model.index(at, 3).data() for at in (0, 1)}
    assert told == {"bench_cls": "not stated", "taken": "not stated"}


@pytest.mark.parametrize(
    ("item", "told"),
    [
        (ShelfItem("recipes", "r", "r", "ready", licence="MIT, NOASSERTION"), "MIT, not stated"),
        (ShelfItem("recipes", "r", "r", "incomplete"), "—"),
        (ShelfItem("volumes", "v", "v", "damaged"), "—"),
        (ShelfItem("weights", "w", "w", "ready", licence="NOASSERTION"), "not stated"),
        (ShelfItem("data", "d", "d", "ready", licence="NOASSERTION", own="d"), "not stated"),
        (ShelfItem("data", "d", "d", "ready", licence="CC0-1.0", own="d"), "CC0-1.0"),
        (ShelfItem("volumes", "v", "v", "ready", source="this pantry's runs"), "own"),
    ],
)
def test_a_thing_on_a_shelf_has_the_licence_that_a_bundle_s_list_gives_it(
    item: ShelfItem, told: str
) -> None:
    assert licence_of(item) == told


def test_the_front_says_in_words_that_a_volume_s_licence_is_not_stated() -> None:
    assert front._about({"licence": "NOASSERTION", "by": "us"}) == "By us; licence not stated."
