"""What an epoch's end decides: is it the best so far, and has it gone on long enough."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from haversack.catalog.training import EarlyStop


def score_of(metrics: Mapping[str, float], primary: str) -> float:
    """Give what epochs are compared by; no number, or none at all, is worse than any."""
    score = metrics.get(primary, -math.inf)
    return -math.inf if math.isnan(score) else score


@dataclass
class History:
    """The best epoch so far and how long nothing has improved.

    Attributes:
        best_score: The best score; None before the first epoch.
        best_epoch: Its epoch, counted from 0.
        best_metrics: Its metrics.
        last_metrics: Metrics of the last epoch.
        waited: Epochs since the last improvement that counts for the early stop.
        mark: The score that the next improvement is measured against.
    """

    best_score: float | None = None
    best_epoch: int = 0
    best_metrics: dict[str, float] = field(default_factory=dict)
    last_metrics: dict[str, float] = field(default_factory=dict)
    waited: int = 0
    mark: float = -math.inf

    def take(self, epoch: int, score: float, metrics: dict[str, float], min_delta: float) -> bool:
        """Take one epoch; say whether it is the best so far. No number is worse than any."""
        self.last_metrics = metrics
        score = -math.inf if math.isnan(score) else score
        if score > self.mark + min_delta:
            self.mark, self.waited = score, 0
        else:
            self.waited += 1
        is_best = self.best_score is None or score > self.best_score
        if is_best:
            self.best_score, self.best_epoch, self.best_metrics = score, epoch, metrics
        return is_best

    def is_over(self, rule: EarlyStop | None) -> bool:
        """Say whether the early stop's patience is at its end."""
        return rule is not None and self.waited >= rule.patience

    def to_state(self) -> dict[str, Any]:
        """Give it as plain values."""
        return dict(vars(self))

    def from_state(self, state: dict[str, Any]) -> None:
        """Take what ``to_state`` gave."""
        for name in vars(self):
            setattr(self, name, state[name])
