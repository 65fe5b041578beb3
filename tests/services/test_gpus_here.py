from __future__ import annotations

from pathlib import Path

import pytest

from haversack.base.errors import UsageError
from haversack.services.devices import gpu_count, require_device
from haversack.services.machine import Gpu, Machine, this_machine


def _machine(gpus: int = 0, trouble: str = "") -> Machine:
    told = tuple(Gpu(name="GPU", driver="1") for _ in range(gpus))
    return this_machine().model_copy(update={"gpus": told, "driver_trouble": trouble})


def test_the_driver_s_word_counts(tmp_path: Path) -> None:
    assert gpu_count(_machine(2), tmp_path) == 2
    assert gpu_count(_machine(0), tmp_path) == 0


def test_where_only_torch_could_tell_nothing_is_claimed(tmp_path: Path) -> None:
    assert gpu_count(_machine(trouble="the driver did not answer"), tmp_path) is None
    (tmp_path / "nvhost-gpu").touch()
    assert gpu_count(_machine(), tmp_path) is None


@pytest.mark.parametrize("name", ["auto", "cpu"])
def test_a_machine_without_a_gpu_has_these(name: str) -> None:
    require_device(name)


@pytest.mark.parametrize(
    ("gpus", "name", "processes", "there"),
    [
        (0, "cuda", 1, False),
        (1, "cuda", 1, True),
        (1, "cuda:1", 1, False),
        (2, "cuda:1", 1, True),
        (2, "cuda", 2, True),
        (2, "cuda", 3, False),
    ],
)
def test_a_gpu_that_is_not_there_is_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, gpus: int, name: str, processes: int, there: bool
) -> None:
    monkeypatch.setattr("haversack.services.devices.gpu_count", lambda machine: gpus)
    if there:
        require_device(name, processes)
        return
    with pytest.raises(UsageError) as caught:
        require_device(name, processes)
    assert (name if processes == 1 else str(gpus)) in caught.value.message
    assert caught.value.exit_code == 2
    assert "cpu" in caught.value.hint
