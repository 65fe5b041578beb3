"""Lets torchvision be imported where its compiled operators cannot be loaded.

A torchvision built for CUDA next to a CPU build of torch loads no operators and then fails at
``import torchvision`` with "operator torchvision::nms does not exist", and with it timm, lightning
and torchmetrics. ``install`` puts a finder in front of ``torchvision.extension``: the real
operators are tried first, and only where they do not load is non-maximum suppression defined in
plain torch. Nothing is imported and nothing changes before something imports torchvision.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

_EXTENSION = "torchvision.extension"
_libraries: list[Any] = []  # a torch.library.Library lives as long as something holds it


def install() -> None:
    """Guard the first import of torchvision; calling it again, or too late, changes nothing."""
    if _EXTENSION in sys.modules or any(isinstance(f, _Finder) for f in sys.meta_path):
        return
    sys.meta_path.insert(0, _Finder())


def is_active() -> bool:
    """Say whether the plain-torch operators stand in for torchvision's own in this process."""
    return bool(_libraries)


def plain_nms(boxes: torch.Tensor, scores: torch.Tensor, iou_threshold: float) -> torch.Tensor:
    """Suppress boxes that overlap a better one, as ``torchvision.ops.nms`` does.

    Args:
        boxes: ``(n, 4)`` as x1, y1, x2, y2 in any unit.
        scores: ``(n,)``.
        iou_threshold: Boxes with a larger intersection over union than this are dropped.

    Returns:
        Indices of the boxes that stay, best score first, ``int64``.
    """
    import torch

    order = torch.argsort(scores, descending=True, stable=True)
    sorted_boxes = boxes[order].float()
    area = (sorted_boxes[:, 2] - sorted_boxes[:, 0]) * (sorted_boxes[:, 3] - sorted_boxes[:, 1])
    alive = torch.ones(len(order), dtype=torch.bool, device=boxes.device)
    for index in range(len(order)):
        if not alive[index]:
            continue
        rest = sorted_boxes[index + 1 :]
        corner = torch.maximum(sorted_boxes[index, :2], rest[:, :2])
        extent = (torch.minimum(sorted_boxes[index, 2:], rest[:, 2:]) - corner).clamp(min=0)
        overlap = extent[:, 0] * extent[:, 1]
        union = area[index] + area[index + 1 :] - overlap
        alive[index + 1 :] &= ~(overlap > iou_threshold * union)
    return order[alive]


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != _EXTENSION:
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:
            return None
        spec.loader = _Loader(spec.loader)
        return spec


class _Loader(importlib.abc.Loader):
    def __init__(self, real: importlib.abc.Loader) -> None:
        self._real = real

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._real.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._real.exec_module(module)
        if not module._has_ops():
            _define_plain_operators()
            module._assert_has_ops = lambda: None  # type: ignore[attr-defined] # it is torchvision's


def _define_plain_operators() -> None:
    import torch

    make_library: Any = torch.library.Library  # torch publishes no types for it
    library = make_library("torchvision", "FRAGMENT")
    _libraries.append(library)
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    for key in ("CPU", "CUDA"):
        library.impl("nms", plain_nms, key)
    library.impl("qnms", _plain_qnms, "QuantizedCPU")


def _plain_qnms(boxes: torch.Tensor, scores: torch.Tensor, iou_threshold: float) -> torch.Tensor:
    return plain_nms(boxes.dequantize(), scores.dequantize(), iou_threshold)
