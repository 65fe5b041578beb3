"""Optimizers and schedulers from their ingredients."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import nn
from torch.optim import SGD, AdamW, Optimizer
from torch.optim.lr_scheduler import LambdaLR

from haversack.catalog import training as catalog
from haversack.recipe.schema import Ingredient
from haversack.training import schedules
from haversack.training.builders.table import builder_for


def build_optimizer(ingredient: Ingredient | None, network: nn.Module) -> Optimizer:
    """Give the optimizer of a network; biases and norms are not decayed.

    Raises:
        UnbuildableError: The slot is empty or its ingredient is not known here.
    """
    return builder_for(ingredient, _OPTIMIZERS, "trainer.optimizer")(ingredient, network)


def build_scheduler(
    ingredient: Ingredient | None, optimizer: Optimizer, total_steps: int
) -> LambdaLR | None:
    """Give the scheduler, to be stepped after each optimizer step; None where the slot is empty."""
    if ingredient is None:
        return None
    factor = builder_for(ingredient, _SCHEDULERS, "trainer.scheduler")(ingredient, total_steps)
    return LambdaLR(optimizer, factor)


def _groups(network: nn.Module, weight_decay: float) -> list[dict[str, object]]:
    wanted = [parameter for parameter in network.parameters() if parameter.requires_grad]
    return [
        {"params": [p for p in wanted if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in wanted if p.ndim <= 1], "weight_decay": 0.0},
    ]


def _adamw(options: catalog.AdamW, network: nn.Module) -> Optimizer:
    return AdamW(_groups(network, options.weight_decay), lr=options.learning_rate)


def _sgd(options: catalog.SGD, network: nn.Module) -> Optimizer:
    return SGD(
        _groups(network, options.weight_decay),
        lr=options.learning_rate,
        momentum=options.momentum,
        nesterov=options.nesterov and options.momentum > 0,
    )


def _cosine(options: catalog.Cosine, total: int) -> Callable[[int], float]:
    return lambda step: schedules.cosine(
        step, total, options.warmup_fraction, options.final_fraction
    )


def _one_cycle(options: catalog.OneCycle, total: int) -> Callable[[int], float]:
    return lambda step: schedules.one_cycle(
        step, total, options.rise_fraction, options.start_divisor
    )


_OPTIMIZERS: Mapping[type[Ingredient], Callable[..., Optimizer]] = {
    catalog.AdamW: _adamw,
    catalog.SGD: _sgd,
}
_SCHEDULERS: Mapping[type[Ingredient], Callable[..., Callable[[int], float]]] = {
    catalog.Cosine: _cosine,
    catalog.OneCycle: _one_cycle,
}
