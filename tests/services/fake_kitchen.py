"""A bake whose workers are stood for: each writes what it would, and fails where it is told to."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from haversack.base.errors import HaversackError
from haversack.base.progress import CancelToken
from haversack.base.resources import resource
from haversack.pantry.pantry import Pantry
from haversack.services.bake import oven
from haversack.services.bake.plan import Plan, Unit, read_plan, units
from haversack.services.bake.stages import measured_file, trained_file

MEASURED = {
    "p50_ms": 2.5, "size": 10_000_000, "metrics": {"map_50": 0.5}, "parameters": 3, "macs": 1,
    "peak_memory_bytes": None, "energy_mJ": None, "avg_cpu_freq_Hz": None,
}  # fmt: skip


class Kitchen:
    """Stands for the workers: writes what they would, and fails where it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.trained: list[str] = []
        self.measured: list[str] = []
        self.places: list[Path] = []
        self.fail_at = ""
        self.failing: set[str] = set()
        self.tried: list[str] = []
        self.environments: list[dict[str, str]] = []
        self.during: Callable[[str, CancelToken | None], object] = lambda _key, _cancel: None
        monkeypatch.setattr(oven, "train_unit", self._train)
        monkeypatch.setattr(oven, "measure_unit", self._measure)
        monkeypatch.setattr(oven, "capture", lambda *_args, **_more: None)

    def _train(
        self,
        unit: Unit,
        _quantizations: Any,
        place: Path,
        _pantry: Pantry,
        *,
        cancel: CancelToken | None,
        env: dict[str, str],
    ) -> None:
        if unit.key == self.fail_at:
            raise KeyboardInterrupt
        self._try(unit.key)
        self.environments.append(env)
        self.during(unit.key, cancel)
        self.trained.append(unit.key)
        self.places.append(place)
        result = {"train": {"metrics": {"map_50": 0.5}}, "finished": 1.0, "exports": {}}
        trained_file(place).write_text(json.dumps(result))

    def _measure(self, unit: Unit, quantization: Any, place: Path, *_: Any, **__: Any) -> None:
        row = f"{unit.key} {quantization}"
        if row == self.fail_at:
            raise KeyboardInterrupt
        self._try(row)
        self.measured.append(row)
        self.places.append(place)
        measured_file(place, quantization).write_text(json.dumps(MEASURED))

    def _try(self, name: str) -> None:
        self.tried.append(name)
        if name in self.failing:
            raise HaversackError(f"{name} was burnt", "Turn the heat down.")


def small_plan(path: Path, **fields: object) -> Plan:
    """Write a plan of three units in two precisions, with some fields changed, and read it."""
    changed = json.loads(resource("plans/xval_det.json").read_text())
    changed["cases"] = [{"data.data_generator": "Digit scenes"}]
    changed["grid"] = {"model.image_size": [64, 96, 128]}
    changed["quantizations"] = ["float32", "int8"]
    path.write_text(json.dumps(changed | fields))
    return read_plan(path)


def keys_of(plan: Plan, pantry: Pantry) -> list[str]:
    """Give the names of a plan's units."""
    return [unit.key for unit in units(plan, pantry.registry)]
