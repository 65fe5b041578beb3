from torch import Tensor

class Image(Tensor):
    def __init__(self, data: Tensor) -> None: ...

class Mask(Tensor):
    def __init__(self, data: Tensor) -> None: ...

class BoundingBoxes(Tensor):
    def __init__(
        self,
        data: Tensor,
        *,
        format: str,  # noqa: A002 - torchvision's name
        canvas_size: tuple[int, ...],
    ) -> None: ...
