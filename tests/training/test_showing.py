"""When a picture of what a network finds is drawn."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from haversack.training.loop.showing import MOST_PICTURES, is_due


@given(epochs=st.integers(1, 2000))
def test_the_last_epoch_is_drawn_and_never_more_than_a_dozen(epochs: int) -> None:
    drawn = [done for done in range(1, epochs + 1) if is_due(done, epochs)]
    assert drawn[-1] == epochs
    assert len(drawn) <= MOST_PICTURES


def test_each_epoch_of_a_short_training_is_drawn() -> None:
    assert all(is_due(done, MOST_PICTURES) for done in range(1, MOST_PICTURES + 1))
