"""How a model is trained: optimizers, schedulers, trainer, checkpoints, early stop, loggers."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from haversack.recipe.registry import Upgrade
from haversack.recipe.schema import Ingredient, Meta, slot


class AdamW(Ingredient):
    """AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101)."""

    meta = Meta("optimizer/adamw", 1, "AdamW", "optimizer", "The usual choice for fine-tuning.")
    learning_rate: float = Field(1e-3, gt=0.0, le=1.0, description="Size of a step")
    weight_decay: float = Field(0.01, ge=0.0, le=1.0, description="Pull of weights towards zero")


class SGD(Ingredient):
    """Stochastic gradient descent with momentum."""

    meta = Meta("optimizer/sgd", 1, "SGD", "optimizer", "Plain descent with momentum.")
    learning_rate: float = Field(0.05, gt=0.0, le=10.0, description="Size of a step")
    momentum: float = Field(0.9, ge=0.0, lt=1.0, description="Share of the last step kept")
    weight_decay: float = Field(1e-4, ge=0.0, le=1.0, description="Pull of weights towards zero")
    nesterov: bool = Field(True, description="Look ahead before stepping")


class Cosine(Ingredient):
    """Cosine decay after a linear warm-up."""

    meta = Meta("scheduler/cosine", 1, "Cosine", "scheduler", "Decays smoothly to the end.")
    warmup_fraction: float = Field(0.05, ge=0.0, lt=1.0, description="Share of steps to warm up")
    final_fraction: float = Field(0.01, ge=0.0, le=1.0, description="Last rate, of the first")


class OneCycle(Ingredient):
    """One cycle up and down (Smith and Topin 2017, arXiv:1708.07120)."""

    meta = Meta(
        "scheduler/one-cycle", 1, "One cycle", "scheduler", "Rises, then falls; for short runs."
    )
    rise_fraction: float = Field(0.3, gt=0.0, lt=1.0, description="Share of steps that rise")
    start_divisor: float = Field(25.0, gt=1.0, description="Peak rate over first rate")


class EarlyStop(Ingredient):
    """Stop when the validation metric no longer improves."""

    meta = Meta(
        "early-stop/patience", 1, "Patience", "early_stop", "Stops when nothing improves any more."
    )
    patience: int = Field(
        5,
        ge=1,
        le=1000,
        description="Wait for an improvement",
        json_schema_extra={"unit": "epochs"},
    )
    min_delta: float = Field(0.0, ge=0.0, description="Smallest improvement that counts")


class LightningTrainer(Ingredient):
    """Lightning's Trainer."""

    meta = Meta("trainer/lightning", 2, "Lightning", "trainer", "Trains with Lightning.")
    num_epochs: int = Field(
        5, ge=1, le=10_000, description="Passes over the data", json_schema_extra={"unit": "epochs"}
    )
    precision: Literal["32", "bf16-mixed", "16-mixed"] = Field(
        "32", description="Arithmetic of a step; mixed keeps the weights in 32 bits"
    )
    channels_last: bool = Field(False, description="Lay pictures out pixel by pixel in memory")
    compile: bool = Field(False, description="Compile the network; as it is where that fails")
    gradient_clip: float = Field(0.0, ge=0.0, description="Largest gradient norm; 0 is no limit")
    accumulate: int = Field(1, ge=1, le=1024, description="Batches that make one step")
    ema_decay: float = Field(
        0.0, ge=0.0, lt=1.0, description="Share kept by the moving average of weights; 0 is none"
    )
    seed: int = Field(0, ge=0, description="Seed of everything that is random")
    fast_dev_run: bool = Field(False, description="One batch only, to see whether it runs")
    optimizer: Ingredient | None = slot("optimizer", about="How weights are changed")
    scheduler: Ingredient | None = slot("scheduler", optional=True, about="How the rate changes")
    early_stop: Ingredient | None = slot("early_stop", optional=True, about="When to stop early")


def _trainer_2(options: dict[str, Any]) -> dict[str, Any]:
    names = {"bf16": "bf16-mixed", "16": "16-mixed"}
    if options.get("precision") in names:
        return {**options, "precision": names[options["precision"]]}
    return options


UPGRADES = (
    Upgrade(
        "trainer/lightning", 1, _trainer_2, "16-bit precisions are called what they are: mixed"
    ),
)
"""Steps from the versions of these ingredients that are no longer installed."""


class BestAndLast(Ingredient):
    """Keep the best and the last epoch as safetensors and JSON."""

    meta = Meta(
        "checkpoint/best-and-last", 1, "Best and last", "checkpoint", "Keeps the best and the last."
    )
    every_n_epochs: int = Field(
        1, ge=1, le=1000, description="How often to keep", json_schema_extra={"unit": "epochs"}
    )


class CSVLogger(Ingredient):
    """Curves as a CSV file in the run's folder."""

    meta = Meta("loggers/csv", 1, "CSV", "logger", "Curves as a CSV file in the run's folder.")


class TensorBoardLogger(Ingredient):
    """Curves for TensorBoard in the run's folder."""

    meta = Meta(
        "loggers/tensorboard",
        1,
        "TensorBoard",
        "logger",
        "Curves for TensorBoard, in the run's folder.",
    )
