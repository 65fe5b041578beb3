"""What an exported file says of itself, as one metadata entry of the ONNX model."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

KEY = "haversack"
Precision = Literal["float32", "float16", "int8"]


class OnnxAbout(BaseModel):
    """How to use an exported network.

    Attributes:
        task: Name of the task.
        classes: Names of the classes by index.
        image_size: Edge of the square that it takes, in pixels.
        recipe_id: Id of the recipe that was trained.
        precision: Numbers in the file.
        calibration: How int8 found its ranges; empty for others.
        per_channel: Whether int8 scales each channel of a weight on its own.
        input: What the input holds.
        stride: Pixels in a cell of a centre-point detector's maps; 0 for other networks.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str
    classes: tuple[str, ...]
    image_size: int
    recipe_id: str
    precision: Precision
    calibration: str = ""
    per_channel: bool = False
    input: str = "RGB in 0..1, float32, (n, 3, image_size, image_size)"
    stride: int = 0
