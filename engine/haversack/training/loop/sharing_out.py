"""A network that several processes share out between them, instead of a copy each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch.strategies import ModelParallelStrategy
from torch.distributed.checkpoint.state_dict import (
    StateDictOptions,
    get_model_state_dict,
    get_optimizer_state_dict,
    set_model_state_dict,
    set_optimizer_state_dict,
)
from torch.distributed.fsdp import fully_shard, register_fsdp_forward_method
from torch.distributed.tensor import DTensor
from torch.optim import Optimizer

from haversack.catalog.training import LightningTrainer
from haversack.training.errors import TrainingError
from haversack.training.loop.module import TaskModule, losses_of
from haversack.training.loop.strategies import join

_WHOLE = StateDictOptions(full_state_dict=True, cpu_offload=True)
State = dict[str, Any]


class Shares(ModelParallelStrategy):
    """Each process holds its share of the network and of the optimizer's state (FSDP2).

    A checkpoint is that of a network trained whole: either goes on with the other's.

    Args:
        backend: Of torch's process group.
        meeting: As for `haversack.training.loop.strategies.Copies`.
        world: Processes in all.
    """

    def __init__(self, backend: str, meeting: Path | None, world: int) -> None:
        """Share the network out to so many processes."""
        super().__init__(
            data_parallel_size=world,
            tensor_parallel_size=1,
            save_distributed_checkpoint=False,
            process_group_backend=backend,
        )
        self._backend, self._meeting = backend, meeting

    @property
    def lightning_restore_optimizer(self) -> bool:
        """Let Lightning hand the optimizer's state over, after the hooks have seen it."""
        return True

    def setup_environment(self) -> None:
        """Join the others; Lightning leaves alone what is joined already."""
        self.set_world_ranks()
        join(self._backend, self._meeting, self.global_rank, self.world_size)
        super().setup_environment()

    def lightning_module_state_dict(self) -> State:
        """Give the whole state to the first process; to the others what is not shared out."""
        whole = get_model_state_dict(self._network(), options=_WHOLE)
        own = self._network().state_dict()
        return whole or {name: one for name, one in own.items() if not isinstance(one, DTensor)}

    def optimizer_state(self, optimizer: Optimizer) -> State:
        """Give the first process the whole state as an optimizer of a whole network gives it."""
        network = self._network()
        whole = get_optimizer_state_dict(network, optimizer, options=_WHOLE)
        return _renamed(whole, _numbers(network, optimizer)) if whole else whole

    def save_checkpoint(
        self, checkpoint: State, filepath: str | Path, storage_options: Any = None
    ) -> None:
        """Let the first process, which alone has the whole, write it."""
        if self.is_global_zero:
            self.checkpoint_io.save_checkpoint(checkpoint, filepath, storage_options)

    def load_checkpoint(self, checkpoint_path: Any, weights_only: bool | None = None) -> State:
        """Read a checkpoint; every process reads all of it and keeps its share."""
        return self.checkpoint_io.load_checkpoint(checkpoint_path)

    def load_model_state_dict(self, checkpoint: Mapping[str, Any], strict: bool = True) -> None:
        """Take the own share of a whole state."""
        options = StateDictOptions(full_state_dict=True, strict=strict)
        set_model_state_dict(self._network(), _in_order(checkpoint["state_dict"]), options=options)

    def load_optimizer_state_dict(self, checkpoint: Mapping[str, Any]) -> None:
        """Take the own share of what ``optimizer_state`` gave."""
        network = self._network()
        for optimizer, state in zip(self.optimizers, checkpoint["optimizer_states"], strict=True):
            names = {number: name for name, number in _numbers(network, optimizer).items()}
            named = _renamed(state, names)
            named["state"] = {
                name: _in_order(values) for name, values in _in_order(named["state"]).items()
            }
            options = StateDictOptions(full_state_dict=True)
            set_optimizer_state_dict(network, optimizer, named, options=options)

    def _network(self) -> torch.nn.Module:
        if self.model is None:
            raise RuntimeError("Lightning has given no network to this strategy yet")
        return self.model


class SharedModule(TaskModule):
    """A `TaskModule` whose network is shared out before its optimizer is made."""

    def configure_model(self) -> None:
        """Keep this process's share of the network."""
        if self.device_mesh is None:
            raise RuntimeError("only the strategy that shares a network out gives the processes")
        share_out(self.network, self.device_mesh["data_parallel"])
        self._losses = losses_of(self.network)


def share_out(network: torch.nn.Module, mesh: Any) -> None:
    """Leave this process its share of a network's parameters; nothing where it has been done.

    Args:
        network: Called as a whole, or by ``losses``.
        mesh: The processes.
    """
    if hasattr(network, "unshard"):
        return
    fully_shard(network, mesh=mesh)
    if hasattr(network, "losses"):
        register_fsdp_forward_method(network, "losses")


def check_shareable(options: LightningTrainer) -> None:
    """Refuse options that a network shared out between processes cannot be trained with.

    Raises:
        TrainingError: One of them is set; how it is left out is said.
    """
    for name, is_set, without in (
        ("ema_decay", options.ema_decay > 0, "0"),
        ("channels_last", options.channels_last, "false"),
        ("compile", options.compile, "false"),
        ("precision", options.precision == "16-mixed", "bf16-mixed"),
    ):
        if is_set:
            raise TrainingError(
                f"with trainer.{name} a network cannot be shared out between processes",
                f"Set trainer.{name}={without} in the recipe, or train without --shard.",
            )


def _numbers(network: torch.nn.Module, optimizer: Optimizer) -> dict[str, int]:
    """Give an optimizer's own number of each parameter, by the parameter's name."""
    names = {parameter: name for name, parameter in network.named_parameters()}
    held = [one for group in optimizer.param_groups for one in group["params"]]
    return {names[one]: number for number, one in enumerate(held)}


def _in_order(state: Mapping[str, Any]) -> State:
    """Put a state in the order that all processes have: torch shares tensors out in turn."""
    return dict(sorted(state.items()))


def _renamed(state: State, names: Mapping[Any, Any]) -> State:
    """Call the parameters of an optimizer's state by other names."""
    return {
        **state,
        "state": {names[old]: values for old, values in state["state"].items()},
        "param_groups": [
            {**group, "params": [names[old] for old in group["params"]]}
            for group in state["param_groups"]
        ],
    }
