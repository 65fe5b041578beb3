"""What the demo promises of its detector; the journey itself is `make demo`."""

from __future__ import annotations

import pytest

from haversack.base.errors import HaversackError
from haversack.services.demo.field import MAP50_FLOOR, promised_score


@pytest.mark.parametrize("score", [MAP50_FLOOR, 0.75, 1.0])
def test_a_detector_that_keeps_the_promise_is_told_by_its_score(score: float) -> None:
    assert promised_score({"map_50": score, "map": 0.1}) == score


@pytest.mark.parametrize(
    ("metrics", "word"),
    [
        ({"map_50": MAP50_FLOOR - 0.001}, "mAP50 0.599"),
        ({"map_50": float("nan")}, "mAP50 nan"),
        ({"map_50": None}, "no mAP50"),
        ({}, "no mAP50"),
        (None, "no mAP50"),
    ],
)
def test_a_detector_below_it_ends_the_demo_as_failed_with_a_remedy(
    metrics: object, word: str
) -> None:
    with pytest.raises(HaversackError) as caught:
        promised_score(metrics)
    assert word in caught.value.message
    assert str(MAP50_FLOOR) in caught.value.message
    assert caught.value.hint
    assert caught.value.exit_code == 1
