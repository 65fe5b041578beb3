"""Detectors that choose places by score are compared by what they answer, not by the order."""

from __future__ import annotations

import math

import pytest
import torch

from haversack.training.export.exporting import _apart
from haversack.training.networks.d_fine import d_fine

pytestmark = pytest.mark.torch


def test_places_of_the_same_score_are_chosen_in_their_order() -> None:
    head = d_fine("nano", 3, 64, 12, 0, False).detector.get_submodule("model.enc_score_head")
    for parameter in head.parameters():
        torch.nn.init.zeros_(parameter)
    scores = head(torch.rand(2, 20, 128)).max(-1).values
    assert scores.topk(12).indices.tolist() == [list(range(12))] * 2
    assert (scores.diff(dim=1) < -1e-3).all()


def test_another_order_and_one_other_choice_are_no_difference_but_wrong_answers_are() -> None:
    torch.manual_seed(0)
    logits, boxes = torch.randn(1, 40, 3), torch.rand(1, 40, 4)
    order = torch.randperm(40)
    other = [logits[:, order].clone(), boxes[:, order].clone()]
    other[1][0, 0] += 5
    assert _apart(other, (logits, boxes), is_ordered=False) < 1e-6
    assert _apart(other, (logits, boxes), is_ordered=True) > 1
    assert _apart([logits + 0.2, boxes], (logits, boxes), is_ordered=False) > 0.1


@pytest.mark.parametrize("wrong", [math.nan, math.inf])
@pytest.mark.parametrize("is_ordered", [True, False])
@pytest.mark.parametrize("place", [0, 1])
def test_answers_that_are_no_finite_numbers_are_not_apart_by_a_number(
    wrong: float, is_ordered: bool, place: int
) -> None:
    wanted = (torch.randn(1, 40, 3), torch.rand(1, 40, 4))
    given = [answer.clone() for answer in wanted]
    given[place][0, 7] = wrong
    assert math.isnan(_apart(given, wanted, is_ordered))
