from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from haversack.training.loading.batches import Batch
from haversack.training.networks.center_point import STRIDE, CenterPointNet
from haversack.training.tasks.center_decode import decode
from haversack.training.tasks.center_head import CenterHead
from haversack.training.tasks.center_targets import center_targets
from haversack.training.tasks.detection import DetectionTask

EDGE = 32


def _batch(boxes: torch.Tensor, labels: torch.Tensor) -> Batch:
    images = torch.zeros(len(boxes), 3, 4 * EDGE, 4 * EDGE, dtype=torch.uint8)
    no_masks = torch.zeros(len(images), 0, 0, dtype=torch.uint8)
    return {"images": images, "labels": labels, "boxes": boxes, "masks": no_masks}


@st.composite
def scenes(draw: st.DrawFn) -> list[tuple[float, float, float, float, int]]:
    """Boxes whose centres lie in different quarters of the picture, so that none hides another."""
    rows = []
    for column, row in draw(st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=6)):
        x, y = (32 * cell + draw(st.floats(10, 22)) for cell in (column, row))
        half = [draw(st.floats(4, 9)) for _ in range(2)]
        label = draw(st.integers(0, 2))
        rows.append((x - half[0], y - half[1], x + half[0], y + half[1], label))
    return rows


@given(scenes())
@settings(max_examples=60)
def test_maps_that_are_exactly_right_decode_to_the_boxes(
    rows: list[tuple[float, float, float, float, int]],
) -> None:
    boxes = torch.tensor([row[:4] for row in rows]).reshape(1, -1, 4)
    labels = torch.tensor([row[4] for row in rows], dtype=torch.int64).reshape(1, -1)
    wanted = center_targets(boxes, labels, 3, EDGE, STRIDE)
    logits = torch.logit(wanted.heatmap, eps=1e-6)
    found = decode((logits, wanted.size, wanted.offset), 20, STRIDE)
    sure = found.scores[0] > 0.99
    assert int(sure.sum()) == len(rows)
    got = {
        (int(label), *box.tolist())
        for label, box in zip(found.labels[0][sure], found.xyxy[0][sure], strict=True)
    }
    for label, box in zip(labels[0], boxes[0], strict=True):
        nearest = min(
            got, key=lambda g: sum(abs(a - b) for a, b in zip(g[1:], box.tolist(), strict=True))
        )
        assert nearest[0] == int(label)
        assert torch.allclose(torch.tensor(nearest[1:]), box, atol=0.05)


def test_targets_of_a_batch_do_not_mix_pictures() -> None:
    boxes = torch.tensor([[[8.0, 8, 24, 24]], [[80.0, 80, 110, 120]]])
    labels = torch.tensor([[0], [1]])
    both = center_targets(boxes, labels, 2, EDGE, STRIDE)
    for index in range(2):
        alone = center_targets(boxes[index : index + 1], labels[index : index + 1], 2, EDGE, STRIDE)
        assert torch.equal(both.heatmap[index], alone.heatmap[0])
        assert torch.equal(both.size[index], alone.size[0])
    assert both.objects == 2


def test_a_picture_without_objects_has_empty_targets_and_a_finite_loss() -> None:
    task = DetectionTask(CenterHead(2, 10), 0.3)
    outputs = (torch.zeros(1, 2, EDGE, EDGE),) * 3
    for most in (0, 3):
        losses = task.loss(outputs, _batch(torch.zeros(1, most, 4), torch.full((1, most), -1)))
        assert torch.isfinite(losses["loss"])
        assert losses["size"] == losses["offset"] == 0


def test_the_loss_is_lowest_where_the_maps_are_right() -> None:
    task = DetectionTask(CenterHead(2, 10), 0.3)
    boxes, labels = torch.tensor([[[20.0, 20, 60, 80]]]), torch.tensor([[1]])
    wanted = center_targets(boxes, labels, 2, EDGE, STRIDE)
    batch = _batch(boxes, labels)
    right = (torch.logit(wanted.heatmap, eps=1e-4), wanted.size, wanted.offset)
    best = float(task.loss(right, batch)["loss"])
    for position in range(3):
        wrong = list(right)
        wrong[position] = torch.roll(right[position], 3, dims=3)
        assert float(task.loss(tuple(wrong), batch)["loss"]) > best + 0.05


def test_the_meter_gives_one_to_a_detector_that_is_right() -> None:
    task = DetectionTask(CenterHead(2, 10), 0.3)
    boxes, labels = torch.tensor([[[20.0, 20, 60, 80]]]), torch.tensor([[1]])
    wanted = center_targets(boxes, labels, 2, EDGE, STRIDE)
    meter = task.meter()
    batch = _batch(boxes, labels)
    outputs = (torch.logit(wanted.heatmap, eps=1e-4), wanted.size, wanted.offset)
    meter.update(outputs, batch)
    assert meter.compute()["map_50"] == 1
    assert len(task.predict(outputs)[0].labels) == 1


def test_the_network_gives_maps_of_a_quarter_of_the_picture() -> None:
    network = CenterPointNet("tf_efficientnet_lite0", 5, 16, 0.5, 0.5).eval()
    with torch.no_grad():
        maps = network(torch.rand(2, 3, 96, 96))
    assert [tuple(m.shape) for m in maps] == [(2, 5, 24, 24), (2, 2, 24, 24), (2, 2, 24, 24)]
    assert float(maps[0].sigmoid().mean()) < 0.1  # it starts out sure that there is nothing
