"""Loops in processes of their own that take turns, so that a machine's moods meet all alike."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

Pass = Callable[[], None]
"""Called by a loop where a step begins, which is where the step before it has ended."""
Loop = Callable[[Pass], None]
PRELOADED = ["kitchen_bench.preload"]


@dataclass(frozen=True)
class Turn:
    """What a loop did between being let go and passing on; times in seconds for one step.

    Attributes:
        wall: What the clock says.
        cpu: What all of its threads computed.
    """

    wall: float
    cpu: float


Round = dict[str, Turn]


def take_turns(
    loops: Mapping[str, Loop], steps: int, rounds: int, seed: int, made: Callable[[], str]
) -> list[Round]:
    """Let every loop do so many steps in each round; give what each did, round by round.

    The order within a round is drawn so that each loop is at each place, and after each other
    one, equally often. Each loop has a process of its own: nobody else's threads, lock or memory.

    Args:
        loops: Loops by name, of ``steps * rounds + 1`` steps; they have to be picklable.
        steps: Steps of one turn.
        rounds: Turns of each loop.
        seed: Of the order.
        made: Says, in a loop's process, what it has made after its last turn.

    Raises:
        AssertionError: The loops have not made the same.
    """
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])  # where the server finds what to load
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    ours: dict[str, Connection] = {}
    processes = []
    for name, loop in loops.items():
        ours[name], theirs = context.Pipe()
        processes.append(context.Process(target=_run, args=(loop, steps, rounds, made, theirs)))
        processes[-1].start()
        theirs.close()
    for name in loops:
        ours[name].recv()  # it has come to its first step
    found = [{name: _turn(ours[name]) for name in order} for order in _orders(loops, rounds, seed)]
    assert len({ours[name].recv() for name in loops}) == 1, "the loops do not do the same work"
    for name in loops:
        ours[name].send(None)
    for process in processes:
        process.join()
        assert process.exitcode == 0, f"a loop ended with {process.exitcode}"
    return found


def _orders(names: Iterable[str], rounds: int, seed: int) -> Iterator[tuple[str, ...]]:
    draw, orders = np.random.default_rng(seed), list(itertools.permutations(names))
    for number in range(rounds):
        if number % len(orders) == 0:
            draw.shuffle(orders)
        yield orders[number % len(orders)]


def _turn(connection: Connection) -> Turn:
    connection.send(None)
    turn: Turn = connection.recv()
    return turn


class _Player:
    """In a loop's process: counts its steps and passes on when its turn is over."""

    def __init__(
        self, steps: int, rounds: int, made: Callable[[], str], connection: Connection
    ) -> None:
        self._steps = steps
        self._left = rounds
        self._made = made
        self._connection = connection
        self._begun = 0

    def begin_step(self) -> None:
        if self._left == 0:
            return
        if self._begun == 0:
            self._connection.send(None)
            self._wait()
        elif self._begun % self._steps == 0:
            wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
            self._connection.send(Turn(wall / self._steps, cpu / self._steps))
            self._left -= 1
            if self._left == 0:
                self._connection.send(self._made())
            self._wait()
        self._begun += 1

    def _wait(self) -> None:
        self._connection.recv()
        self._wall, self._cpu = time.perf_counter(), time.process_time()


def _run(
    loop: Loop, steps: int, rounds: int, made: Callable[[], str], connection: Connection
) -> None:
    loop(_Player(steps, rounds, made, connection).begin_step)
