"""One row, but two rows: in messages of the command line, the app and the engine."""

from __future__ import annotations

import pytest

from haversack.base.counting import counted, unit_for


@pytest.mark.parametrize(
    ("amount", "words"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (3000, "3,000 rows")]
)
def test_one_thing_alone_is_told_in_the_singular(amount: int, words: str) -> None:
    assert counted(amount, "row") == words


def test_a_plural_that_is_more_than_an_s_can_be_named() -> None:
    assert [counted(n, "class is", "classes are") for n in (1, 2)] == [
        "1 class is",
        "2 classes are",
    ]


@pytest.mark.parametrize(
    ("amount", "unit", "told"),
    [
        (1, "pictures", "picture"),
        (1, "batches", "batch"),
        (1, "boxes", "box"),
        (1, "", ""),
        (2, "batches", "batches"),
        (None, "runs", "runs"),
    ],
)
def test_the_unit_of_progress_goes_with_its_amount(
    amount: int | None, unit: str, told: str
) -> None:
    assert unit_for(amount, unit) == told
