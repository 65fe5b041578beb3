"""Answers that are exactly right decode to the objects and cost least, for every kind of head."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchvision.models import get_model

from haversack.training.loading.batches import Batch
from haversack.training.tasks import default_boxes
from haversack.training.tasks.mask_head import MaskHead
from haversack.training.tasks.segmentation import SegmentationTask
from haversack.training.tasks.set_head import SetHead
from haversack.training.tasks.ssd_head import SsdHead, hardest

SIZE = 96
BOXES = torch.tensor([[[10.0, 12, 40, 44], [50, 50, 90, 88]]])
LABELS = torch.tensor([[1, 0]])


def _batch(boxes: torch.Tensor, labels: torch.Tensor) -> Batch:
    images = torch.zeros(len(boxes), 3, SIZE, SIZE, dtype=torch.uint8)
    return {"images": images, "labels": labels, "boxes": boxes, "masks": torch.zeros(1, 0, 0)}


@pytest.mark.parametrize("size", [96, 160, 320])
def test_default_boxes_are_those_that_the_published_weights_know(size: int) -> None:
    whole = get_model(
        "ssdlite320_mobilenet_v3_large", weights=None, weights_backbone=None, num_classes=3
    ).eval()
    with torch.no_grad():
        maps = list(whole.get_submodule("backbone")(torch.zeros(1, 3, size, size)).values())
    pictures = SimpleNamespace(tensors=torch.zeros(1, 3, size, size), image_sizes=[(size, size)])
    (wanted,) = whole.get_submodule("anchor_generator")(pictures, maps)
    found = default_boxes.corners(default_boxes.default_boxes(size))
    assert torch.allclose(found, wanted, atol=1e-4)


def _edges() -> st.SearchStrategy[tuple[float, float]]:
    return st.tuples(st.floats(0, 80), st.floats(2, 60)).map(lambda e: (e[0], e[0] + e[1]))


@given(st.lists(st.tuples(_edges(), _edges()), min_size=1, max_size=8))
@settings(max_examples=60)
def test_offsets_move_default_boxes_exactly_onto_boxes(
    edges: list[tuple[tuple[float, float], tuple[float, float]]],
) -> None:
    boxes = torch.tensor([[x[0], y[0], x[1], y[1]] for x, y in edges])
    defaults = default_boxes.default_boxes(SIZE)[: len(boxes)]
    moved = default_boxes.decode(default_boxes.encode(boxes, defaults), defaults)
    assert torch.allclose(moved, boxes, atol=1e-2)


def test_every_object_has_a_default_box_that_answers_for_it() -> None:
    defaults = default_boxes.default_boxes(SIZE)
    tiny = torch.tensor([[3.0, 3, 6, 7], [70, 70, 74, 73]])
    assert set(default_boxes.answers_for(tiny, defaults).tolist()) == {-1, 0, 1}
    assert set(default_boxes.answers_for(tiny[:0], defaults).tolist()) == {-1}


def test_the_hardest_ground_is_three_for_each_answer_and_none_where_there_is_none() -> None:
    loss = torch.tensor([[9.0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6]])
    positive = torch.zeros(2, 6, dtype=torch.bool)
    positive[0, 0] = True
    assert hardest(loss, positive).tolist() == [
        [False, False, False, True, True, True],
        [False] * 6,
    ]


def _right_ssd() -> tuple[torch.Tensor, torch.Tensor]:
    defaults = default_boxes.default_boxes(SIZE)
    index = default_boxes.answers_for(BOXES[0], defaults)
    logits = torch.zeros(1, len(defaults), 3)
    logits[..., 0] = 20
    offsets = torch.zeros(1, len(defaults), 4)
    found = index >= 0
    logits[0, found] = torch.nn.functional.one_hot(LABELS[0, index[found]] + 1, 3) * 20.0
    offsets[0, found] = default_boxes.encode(BOXES[0, index[found]], defaults[found])
    return logits, offsets


def test_right_answers_of_default_boxes_give_each_object_once() -> None:
    head = SsdHead(SIZE, 10, 0.55)
    found = head.decode(_right_ssd())
    sure = found.scores[0] > 0.5
    assert sorted(found.labels[0][sure].tolist()) == [0, 1]
    for label, box in zip(found.labels[0][sure].tolist(), found.xyxy[0][sure], strict=True):
        assert torch.allclose(box, BOXES[0, LABELS[0].tolist().index(label)], atol=0.1)


def _right_set() -> tuple[torch.Tensor, torch.Tensor]:
    logits = torch.full((1, 6, 2), -9.0)
    logits[0, 2, 1] = logits[0, 4, 0] = 9.0
    boxes = torch.full((1, 6, 4), 0.5)
    for query, box in ((2, BOXES[0, 0]), (4, BOXES[0, 1])):
        boxes[0, query] = torch.cat(((box[:2] + box[2:]) / 2, box[2:] - box[:2])) / SIZE
    return logits, boxes


def test_right_answers_of_queries_give_each_object_once() -> None:
    found = SetHead(2, SIZE, 3).decode(_right_set())
    assert found.scores.shape == (1, 3)
    assert (found.scores[0] > 0.9).tolist() == [True, True, False]
    best = {int(label): box for label, box in zip(found.labels[0][:2], found.xyxy[0], strict=False)}
    assert torch.allclose(best[1], BOXES[0, 0], atol=0.01)
    assert torch.allclose(best[0], BOXES[0, 1], atol=0.01)


@pytest.mark.parametrize(
    ("head", "right"),
    [(SsdHead(SIZE, 10, 0.55), _right_ssd()), (SetHead(2, SIZE, 10), _right_set())],
    ids=["ssd", "set"],
)
def test_the_loss_is_lowest_where_the_answers_are_right(
    head: SsdHead | SetHead, right: tuple[torch.Tensor, torch.Tensor]
) -> None:
    batch = _batch(BOXES, LABELS)
    best = float(head.loss(right, batch)["loss"])
    for changed in ((right[0].roll(1, 2), right[1]), (right[0], right[1] + 0.1)):
        assert float(head.loss(changed, batch)["loss"]) > best + 0.01


def _masks() -> torch.Tensor:
    mask = torch.zeros(1, 32, 32, dtype=torch.uint8)
    mask[0, 8:24, 4:16] = 2
    mask[0, -4:] = 255
    return mask


def _right_masks() -> tuple[torch.Tensor, torch.Tensor]:
    classes = torch.full((1, 4, 4), -9.0)
    classes[0, [0, 1, 2, 3], [3, 2, 0, 3]] = 9.0  # the second query says 2, the third the ground
    masks = torch.full((1, 4, 8, 8), -9.0)
    masks[0, 1, 2:6, 1:4] = 9.0
    masks[0, 2] = -masks[0, 1]
    return classes, masks


def test_right_masks_are_lowest_in_loss_and_perfect_in_the_meter() -> None:
    head = MaskHead()
    batch = _batch(torch.zeros(1, 0, 4), torch.zeros(1))
    batch["masks"] = _masks()
    classes, masks = _right_masks()
    best = float(head.loss((classes, masks), batch)["loss"])
    for changed in ((classes.roll(1, 2), masks), (classes, masks.roll(2, 3))):
        assert float(head.loss(changed, batch)["loss"]) > best + 0.1
    meter = SegmentationTask(3, head).meter()
    meter.update((classes, masks), batch)
    assert meter.compute()["miou"] > 0.9  # a border is blurred on the way to full size


def test_what_is_not_judged_does_not_change_the_loss_of_masks() -> None:
    head = MaskHead()
    batch = _batch(torch.zeros(1, 0, 4), torch.zeros(1))
    batch["masks"] = _masks()
    classes, masks = _right_masks()
    changed = masks.clone()
    changed[..., -1, :] = 3.0  # the last row of cells is what is not judged
    losses = [float(head.loss((classes, given), batch)["loss"]) for given in (masks, changed)]
    assert losses[0] == pytest.approx(losses[1])


def test_the_shares_of_classes_add_up_to_1_in_every_pixel() -> None:
    torch.manual_seed(0)
    shares = MaskHead().scores((torch.randn(2, 5, 4), torch.randn(2, 5, 8, 8)))
    assert shares.shape == (2, 3, 32, 32)
    assert torch.allclose(shares.sum(1), torch.ones(2, 32, 32), atol=1e-4)


def test_mixed_precision_changes_no_loss_of_masks_for_sums_of_pixels_stay_exact() -> None:
    chance = torch.Generator().manual_seed(0)
    outputs = (
        torch.randn(1, 6, 4, generator=chance),
        9 * torch.randn(1, 6, 24, 24, generator=chance),
    )
    batch = _batch(torch.zeros(1, 0, 4), torch.zeros(1, dtype=torch.int64))
    batch["masks"] = torch.randint(0, 3, (1, SIZE, SIZE), dtype=torch.uint8, generator=chance)
    head = MaskHead()
    plain, scores = head.loss(outputs, batch), head.scores(outputs)
    with torch.autocast("cpu", torch.bfloat16):
        mixed, halved = head.loss(outputs, batch), head.scores(outputs)
    assert {name: float(part) for name, part in mixed.items()} == {
        name: float(part) for name, part in plain.items()
    }
    assert torch.equal(halved, scores)
