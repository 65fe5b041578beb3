"""What a worker is asked to do: one JSON line, complete, with nothing left to look up."""

from __future__ import annotations

import secrets
import time
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from haversack.base.errors import FileFormatError
from haversack.base.folders import is_there

SPEC_VERSION = 1
MAX_SPEC_BYTES = 64 << 20
SPEC_VARIABLE = "HAVERSACK_SPEC"
"""Names the spec's file to a process that another worker, torchrun or SLURM started."""
LAST_CHECKPOINT = "checkpoints/last"
RUN_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"


class RunKind(StrEnum):
    """What one run of the worker does."""

    PREPARE = "prepare"
    REHEARSE = "rehearse"
    SUGGEST = "suggest"
    TRAIN = "train"
    EVALUATE = "evaluate"
    PREDICT = "predict"
    EXPORT = "export"
    MEASURE = "measure"
    CONVERT = "convert"


class SpecModel(BaseModel):
    """A frozen value without unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


class AssetFile(SpecModel):
    """A local file that stands for an asset of the recipe.

    Attributes:
        name: The asset's name in the recipe.
        path: Where its bytes lie on this machine.
        sha256: The digest that was verified when the run was made; empty for a folder.
    """

    name: str
    path: Path
    sha256: str = ""


class Limits(SpecModel):
    """How a run is made smaller than the recipe says; None leaves what the recipe says.

    Attributes:
        fast_dev_run: One batch of each loop, no checkpoint.
        max_epochs: The most epochs.
        limit_batches: The most batches of each loop in each epoch.
        batch_size: Samples in a batch, training and validation alike.
        image_size: Pixels a side.
    """

    fast_dev_run: bool = False
    max_epochs: int | None = Field(default=None, ge=1)
    limit_batches: int | None = Field(default=None, ge=1)
    batch_size: int | None = Field(default=None, ge=1)
    image_size: int | None = Field(default=None, ge=8)


class RunSpec(SpecModel):
    """One run: what, on what, where to.

    Attributes:
        version: Version of this layout.
        kind: What the worker does.
        run_id: Name of the run; also the name of its folder.
        run_dir: The run's folder; everything the run writes lies within.
        sppr: The recipe as SPPR text; empty where the kind needs none (convert).
        assets: Local, verified files of the recipe's assets.
        device: ``"auto"``, ``"cpu"``, ``"cuda"`` or ``"cuda:1"``.
        processes: Processes that train together on each machine.
        nodes: Machines that train together.
        sharded: Whether they share one network out between them, instead of a copy each.
        limits: How the run is made smaller.
        resume_from: A checkpoint folder from which training goes on.
        checkpoint: A checkpoint folder that evaluate, predict, export and measure use.
        inputs: Files that predict looks at.
        options: What only this kind knows.
    """

    version: int = Field(default=SPEC_VERSION, ge=1, le=SPEC_VERSION)
    kind: RunKind
    run_id: str = Field(pattern=RUN_ID)
    run_dir: Path
    sppr: str = ""
    assets: tuple[AssetFile, ...] = ()
    device: str = "auto"
    processes: int = Field(default=1, ge=1, le=1024)
    nodes: int = Field(default=1, ge=1, le=1024)
    sharded: bool = False
    limits: Limits = Limits()
    resume_from: Path | None = None
    checkpoint: Path | None = None
    inputs: tuple[Path, ...] = ()
    options: dict[str, JsonValue] = Field(default_factory=dict)

    @property
    def going_on(self) -> str:
        """The command by which a training goes on; empty where it left no checkpoint."""
        has_some = self.kind is RunKind.TRAIN and is_there(self.run_dir / LAST_CHECKPOINT)
        return f"haversack runs resume {self.run_id}" if has_some else ""


def new_run_id(kind: RunKind | str, now: float | None = None) -> str:
    """Make a run id that sorts by time, such as ``20250131-154501-train-9f3a``."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(now))
    return f"{stamp}-{kind}-{secrets.token_hex(2)}"


def encode_spec(spec: RunSpec) -> bytes:
    """Give the spec as one line of JSON, with the line's end."""
    return spec.model_dump_json().encode("utf-8") + b"\n"


def parse_spec(content: bytes) -> RunSpec:
    """Read what ``encode_spec`` gave.

    Raises:
        FileFormatError: It is not a RunSpec that this version understands.
    """
    hint = "The run was made by another version of Haversack, or its spec is damaged."
    if len(content) > MAX_SPEC_BYTES:
        raise FileFormatError(f"the run's spec is larger than {MAX_SPEC_BYTES} bytes", hint)
    try:
        return RunSpec.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise FileFormatError(
            f"the run's spec is invalid at {where}: {first['msg']}", hint
        ) from error


def with_absolute_paths(spec: RunSpec) -> RunSpec:
    """Give the spec with every path absolute, so that the worker's folder does not matter."""
    return spec.model_copy(
        update={
            "run_dir": spec.run_dir.absolute(),
            "assets": tuple(
                asset.model_copy(update={"path": asset.path.absolute()}) for asset in spec.assets
            ),
            "resume_from": spec.resume_from and spec.resume_from.absolute(),
            "checkpoint": spec.checkpoint and spec.checkpoint.absolute(),
            "inputs": tuple(path.absolute() for path in spec.inputs),
        }
    )
