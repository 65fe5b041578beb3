from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from haversack.training import torchvision_guard

boxes = st.lists(
    st.tuples(*[st.integers(0, 40)] * 2, *[st.integers(1, 30)] * 2, st.integers(0, 100)),
    min_size=0,
    max_size=12,
)


def _python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120
    )


def test_torchvision_and_what_needs_it_can_be_imported_and_suppress_boxes() -> None:
    done = _python(
        "from haversack.training import torchvision_guard as guard\n"
        "guard.install(); guard.install()\n"
        "assert not guard.is_active()\n"
        "import torch, torchvision, timm\n"
        "boxes = torch.tensor([[0., 0, 10, 10], [1, 1, 10, 10], [20, 20, 30, 30]])\n"
        "scores = torch.tensor([0.5, 0.9, 0.1])\n"
        "assert torchvision.ops.nms(boxes, scores, 0.5).tolist() == [1, 2]\n"
        "import torchvision.extension as extension\n"
        "assert guard.is_active() != extension._has_ops()\n"
    )
    assert done.returncode == 0, done.stderr


def test_installing_the_guard_imports_nothing() -> None:
    done = _python(
        "import sys\n"
        "from haversack.training import torchvision_guard as guard\n"
        "guard.install()\n"
        "assert not {'torch', 'torchvision'} & set(sys.modules)\n"
    )
    assert done.returncode == 0, done.stderr


def _overlap(a: list[float], b: list[float]) -> float:
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    both = width * height
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return both / (sum(areas) - both)


@given(boxes, st.sampled_from([0.1, 0.5, 0.7]))
def test_suppression_keeps_what_no_better_kept_box_overlaps(
    rows: list[tuple[int, ...]], threshold: float
) -> None:
    xyxy = torch.tensor([[x, y, x + w, y + h] for x, y, w, h, _ in rows]).float().reshape(-1, 4)
    scores = torch.tensor([row[4] / 100 for row in rows])
    kept = torchvision_guard.plain_nms(xyxy, scores, threshold).tolist()
    wanted: list[int] = []
    for index in sorted(range(len(rows)), key=lambda i: -rows[i][4]):
        overlaps = [_overlap(xyxy[index].tolist(), xyxy[other].tolist()) for other in wanted]
        if all(overlap <= threshold + 1e-6 for overlap in overlaps):
            wanted.append(index)
    assert kept == wanted


def test_suppression_of_nothing_is_nothing() -> None:
    assert torchvision_guard.plain_nms(torch.zeros(0, 4), torch.zeros(0), 0.5).tolist() == []


@pytest.mark.parametrize("name", ["roi_align", "deform_conv2d"])
def test_operators_that_are_not_replaced_are_an_error_not_a_wrong_answer(name: str) -> None:
    torchvision_guard.install()
    import torchvision

    if not torchvision_guard.is_active():
        pytest.skip("torchvision has its own operators here")
    with pytest.raises((RuntimeError, AttributeError)):
        getattr(torch.ops.torchvision, name)
    assert torchvision.__version__
