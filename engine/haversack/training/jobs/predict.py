"""Prediction: pictures in, labels, boxes and masks out, drawn as PNG files."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from haversack.base.counting import counted
from haversack.base.errors import FileFormatError, HaversackError
from haversack.base.files import StorageError, read_bytes, write_bytes
from haversack.data.byod.shard import Shard
from haversack.data.errors import DataError
from haversack.data.geometry import from_square, mask_from_square, to_square
from haversack.data.pictures import decode
from haversack.data.sample import Boxes, Dataset, Sample, Target
from haversack.runs.events import PhaseBegan, Progressed
from haversack.training.builders.datasets import build_datasets, verified_file
from haversack.training.inference.drawing import draw, draw_mask
from haversack.training.inference.runner import Trained, open_trained
from haversack.training.loading.batches import collate
from haversack.training.stopping import StopRequested
from haversack.training.tasks.detection import DetectionTask
from haversack.training.work import Work

DEFAULT_SAMPLES = 4
MAX_PICTURE_BYTES = 512 << 20
MOST_TOLD = 3


class Unread(NamedTuple):
    """A picture that cannot be read, and why."""

    path: Path
    error: HaversackError


def predict(work: Work) -> dict[str, Any]:
    """Ask a network about the spec's ``inputs``, or about some validation pictures.

    The option ``data`` names imported sets among the spec's files, all of whose pictures are
    looked at; ``samples`` is the number of validation pictures; ``model`` an ONNX file that is
    asked instead of the checkpoint.

    A picture among ``inputs`` that cannot be read is left out and told.

    Returns:
        ``predictions``: for each picture its ``name``, the drawn ``file`` relative to the run's
        folder, ``labels``, ``scores`` and ``boxes`` (x1, y1, x2, y2 in its pixels); for
        segmentation also ``mask``, a PNG of its size that holds the class of each pixel. For
        detection ``score_threshold``, from which score on a box is given. Where pictures could not
        be read ``unread``: for each its ``file`` and what is wrong with it, the ``message``.

    Raises:
        DataError: None of the pictures can be read.
        CheckpointError: The checkpoint or file cannot be used.
        StopRequested: Somebody asked to stop.
    """
    trained = open_trained(work)
    unread: list[Unread] = []
    samples, total = _samples(work, trained, unread)
    work.emit(PhaseBegan(phase="predict"))
    predictions = []
    for number, sample in enumerate(samples):
        if work.stopped():
            raise StopRequested
        predictions.append(_predict_one(work, trained, sample, number))
        done = number + 1 + len(unread)
        work.emit(Progressed(phase="predict", done=done, total=total, unit="pictures"))
    if unread and not predictions:
        raise unread[0].error
    result: dict[str, Any] = {"predictions": predictions, "runtime": trained.runner.runtime}
    if isinstance(trained.task, DetectionTask):
        result["score_threshold"] = trained.task.score_threshold
    if unread:
        work.note(_told(unread), warning=True)
        result["unread"] = [{"file": str(one.path), "message": one.error.message} for one in unread]
    return result


def _told(unread: Sequence[Unread]) -> str:
    more = f" and {len(unread) - MOST_TOLD} more" if len(unread) > MOST_TOLD else ""
    messages = "; ".join(one.error.message for one in unread[:MOST_TOLD])
    return f"left out: {counted(len(unread), 'picture')} that cannot be read: {messages}{more}"


def _predict_one(work: Work, trained: Trained, sample: Sample, number: int) -> dict[str, Any]:
    squared = to_square(sample, trained.image_size)
    outputs = trained.runner(collate([squared])["images"])
    (found,) = trained.task.predict(outputs, [sample.image.shape])
    boxes = from_square(found.xyxy, sample.image.shape, trained.image_size)
    names = [trained.classes[label] for label in found.labels]
    path = work.run_dir / "predictions" / f"{number:04d}-{_file_name(sample.name)}.png"
    more: dict[str, str] = {}
    if found.mask.size:
        mask = Image.fromarray(mask_from_square(found.mask, sample.image.shape))
        mask_path = path.with_name(f"{path.stem}-mask.png")
        _write_png(mask_path, mask)
        work.produced(mask_path, "mask")
        more["mask"] = mask_path.relative_to(work.run_dir).as_posix()
        _write_png(path, draw_mask(sample.image, np.asarray(mask), names, found.labels))
    else:
        _write_png(path, draw(sample.image, names, found.scores, boxes, found.labels))
    work.produced(path, "picture")
    return {
        **more,
        "name": sample.name,
        "file": path.relative_to(work.run_dir).as_posix(),
        "labels": names,
        "scores": found.scores,
        "boxes": boxes.tolist(),
    }


def _write_png(path: Path, picture: Image.Image) -> None:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    write_bytes(path, buffer.getvalue())


def _samples(work: Work, trained: Trained, unread: list[Unread]) -> tuple[Iterator[Sample], int]:
    """Give what is looked at, and how many that is; what turns out unreadable joins ``unread``."""
    sets = [Shard(path).everything() for path in _set_files(work)]
    if work.spec.inputs or sets:
        empty = 0 if trained.task.name == "classification" else Boxes()
        given = _given(work.spec.inputs, sets, empty, unread)
        return given, len(work.spec.inputs) + sum(map(len, sets))
    dataset: Dataset = build_datasets(work)["val"]
    asked = work.spec.options.get("samples")
    count = asked if isinstance(asked, int) and asked > 0 else DEFAULT_SAMPLES
    chosen = np.linspace(0, len(dataset) - 1, min(count, len(dataset))).astype(int)
    return (dataset[int(index)] for index in chosen), len(chosen)


def _given(
    paths: Sequence[Path], sets: Sequence[Dataset], empty: Target, unread: list[Unread]
) -> Iterator[Sample]:
    for path in paths:
        try:
            picture = decode(read_bytes(path, MAX_PICTURE_BYTES), str(path))
        except (DataError, FileFormatError, StorageError) as error:
            unread.append(Unread(path, error))
        else:
            yield Sample(picture, empty, path.stem)
    for dataset in sets:
        for index in range(len(dataset)):
            sample = dataset[index]
            yield Sample(sample.image, empty, sample.name)


def _set_files(work: Work) -> list[Path]:
    """Give the files of the sets that the option ``data`` names, each checked by its digest."""
    names = work.spec.options.get("data")
    wanted = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
    return [verified_file(file) for file in work.spec.assets if file.name in wanted]


def _file_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:60].strip("-.") or "picture"
