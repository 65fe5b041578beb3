"""What an exported file says of itself, as one metadata entry of the ONNX model."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

KEY = "haversack"


class OnnxAbout(BaseModel):
    """How to use an exported network.

    Attributes:
        task: Name of the task.
        classes: Names of the classes by index.
        image_size: Edge of the square that it takes, in pixels.
        recipe_id: Id of the recipe that was trained.
        precision: Numbers in the file.
        input: What the input holds.
        stride: Pixels in a cell of a centre-point detector's maps; 0 for other networks.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str
    classes: tuple[str, ...]
    image_size: int
    recipe_id: str
    precision: Literal["float32", "int8"]
    input: str = "RGB in 0..1, float32, (n, 3, image_size, image_size)"
    stride: int = 0
