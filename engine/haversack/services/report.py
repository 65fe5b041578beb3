"""What a preparation did and what it proved: plain values, ready for JSON and for people."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Verdict = Literal["proved", "not proved", "failed"]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Captured(_Value):
    """One asset of the recipe in the pantry.

    Attributes:
        name: Its name.
        kind: weights or dataset.
        size: Bytes.
        sha256: Its digest as kept.
        licence: SPDX identifier.
        source: Where it comes from.
        fetched: Whether it was fetched now; False where it was in the pantry already.
    """

    name: str
    kind: str
    size: int
    sha256: str
    licence: str
    source: str
    fetched: bool


class Step(_Value):
    """One worker run: what it did, for how long, and how it ended."""

    name: str
    seconds: float
    passed: bool
    detail: str = ""


class Rehearsal(_Value):
    """The run without a network.

    Attributes:
        verdict: ``proved`` only where it passed inside a network namespace with an empty home
            and a read-only pantry; ``not proved`` where no such place can be made here.
        why: Why it is not proved, or what failed; empty where it is proved.
        steps: What was run.
        network_devices: The devices that a command sees in a namespace made the same way.
        network_calls: Calls to addresses other than loopback; None where nobody could count.
        notes: What the worker thought a person should know, and what it left in the empty home.
    """

    verdict: Verdict
    why: str = ""
    steps: tuple[Step, ...] = ()
    network_devices: tuple[str, ...] = ()
    network_calls: int | None = None
    notes: tuple[str, ...] = ()


class PreparationReport(_Value):
    """What was captured for a recipe, how large, from where, and whether it was proved.

    Attributes:
        recipe_id: The recipe's id.
        recipe_name: Its name.
        task: Its task.
        dry_run: The minimal training and validation.
        captured: The assets.
        opened_outside: Files that the dry run opened outside the pantry and the installation;
            None where nobody could watch (strace is not installed).
        rehearsal: The run without a network; None where it was not asked for.
        notes: What the workers thought a person should know.
        environment: Versions of what it ran with.
        attested_by: Publishers whose signature brought the report here, the first one first, each
            with its fingerprint; empty where the recipe was prepared here.
    """

    recipe_id: str
    recipe_name: str
    task: str
    dry_run: Step
    captured: tuple[Captured, ...]
    opened_outside: tuple[str, ...] | None
    rehearsal: Rehearsal | None
    notes: tuple[str, ...] = ()
    environment: dict[str, str] = {}
    attested_by: tuple[str, ...] = ()

    @property
    def total_bytes(self) -> int:
        """Bytes of all assets."""
        return sum(asset.size for asset in self.captured)

    @property
    def proved(self) -> bool:
        """Whether the recipe is proved to work without a network."""
        return self.rehearsal is not None and self.rehearsal.verdict == "proved"
