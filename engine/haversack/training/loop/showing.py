"""Pictures of what the network finds while it learns, so that a person sees it improve."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

import numpy as np
import torch
from lightning.pytorch import Callback, LightningModule, Trainer
from PIL import Image

from haversack.base.files import write_bytes
from haversack.data.geometry import from_square, mask_from_square, to_square
from haversack.data.sample import Dataset, Sample
from haversack.training.inference.drawing import draw, draw_mask
from haversack.training.loading.batches import as_input, collate
from haversack.training.loop.module import TaskModule
from haversack.training.tasks.task import Prediction
from haversack.training.work import Work

SHOWN = 4
MOST_PICTURES = 12
TILE = 320


class Showing(Callback):
    """Writes one picture of a few validation samples after an epoch, where one is due.

    Args:
        work: The work.
        samples: The validation samples.
        classes: Names of the classes by index.
        image_size: Edge of the network's square in pixels.
        epochs: How many epochs there will be.
    """

    def __init__(
        self, work: Work, samples: Dataset, classes: Sequence[str], image_size: int, epochs: int
    ) -> None:
        """Choose the samples that are drawn after every epoch."""
        self._work = work
        self._dataset = samples
        self._classes = tuple(classes)
        self._size = image_size
        self._epochs = epochs

    def on_validation_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Ask the network about the same samples each time, and draw its answers."""
        epoch = trainer.current_epoch
        if (
            trainer.sanity_checking
            or not is_due(epoch + 1, self._epochs)
            or not isinstance(pl_module, TaskModule)
        ):
            return
        samples = self._samples()
        if not samples:
            return
        squares = [to_square(sample, self._size) for sample in samples]
        images = collate(squares)["images"].to(pl_module.device)
        with torch.inference_mode():
            answers = pl_module.network(as_input(images))
        outputs = tuple(output.float().cpu() for output in answers)
        found = pl_module.task.predict(outputs, [sample.image.shape for sample in samples])
        tiles = [self._draw(sample, one) for sample, one in zip(samples, found, strict=True)]
        path = self._work.run_dir / "pictures" / f"epoch-{epoch + 1:04d}.png"
        buffer = io.BytesIO()
        side_by_side(tiles).save(buffer, "PNG")
        write_bytes(path, buffer.getvalue())
        self._work.produced(path, "picture")

    def _samples(self) -> list[Sample]:
        many = len(self._dataset)
        places = np.linspace(0, many - 1, min(SHOWN, many)).astype(int)
        return [self._dataset[int(place)] for place in places]

    def _draw(self, sample: Sample, found: Prediction) -> Image.Image:
        names = [self._classes[label] for label in found.labels]
        if found.mask.size:
            mask = mask_from_square(found.mask, sample.image.shape)
            return draw_mask(sample.image, np.asarray(mask), names, found.labels)
        boxes = from_square(found.xyxy, sample.image.shape, self._size)
        return draw(sample.image, names, found.scores, boxes, found.labels)


def is_due(done: int, epochs: int) -> bool:
    """Say whether a picture is due after so many epochs: evenly, at most a dozen, and the last."""
    return done == epochs or done % math.ceil(epochs / MOST_PICTURES) == 0


def side_by_side(tiles: Sequence[Image.Image]) -> Image.Image:
    """Put pictures into squares of one size, next to each other."""
    whole = Image.new("RGB", (TILE * len(tiles), TILE), (40, 40, 40))
    for place, tile in enumerate(tiles):
        small = tile.copy()
        small.thumbnail((TILE, TILE))
        whole.paste(small, (place * TILE + (TILE - small.width) // 2, (TILE - small.height) // 2))
    return whole
