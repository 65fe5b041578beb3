"""The first half of the demo, on a machine with a network: prepare, prove, sign, pack."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from haversack.base.counting import counted
from haversack.base.errors import HaversackError
from haversack.base.progress import CancelToken
from haversack.pantry.pantry import Pantry
from haversack.recipe.tree import Recipe
from haversack.services.demo.diary import Diary
from haversack.services.listen import Listener
from haversack.services.pack import pack
from haversack.services.prepare import single_recipe
from haversack.services.report import PreparationReport
from haversack.services.setup import setup
from haversack.trust.keyring import KeyRing

SMOKE = "Smoke (data/sets/url/detection/smoke-pascal-like)"
BUNDLE = "DEMO-KIT"
PUBLISHER = "demo workstation"


@dataclass(frozen=True, slots=True)
class Packed:
    """What the field needs to know: the bundle, and the fingerprint told by another way."""

    bundle: Path
    fingerprint: str
    proved: tuple[str, ...]


def prepare_and_pack(
    folder: Path, diary: Diary, on_event: Listener, cancel: CancelToken | None
) -> Packed:
    """Make a pantry, prepare the README's detection recipe and a digits classifier, pack both.

    The key is made for this demo alone, under a passphrase that is then forgotten.
    """
    pantry = Pantry.build(folder / "pantry")
    with diary.step("set up a new pantry, fetch real weights") as line:
        report = setup(pantry, on_event=on_event, cancel=cancel)
        size = sum(asset.size for asset in report.assets)
        line.result = f"{counted(len(report.assets), 'asset')}, {size / 1e6:.1f} MB"
    proved = []
    for name, recipe in _recipes(pantry).items():
        recipe.name = name
        with diary.step(f"prepare and rehearse: {name}") as line:
            prepared = single_recipe(recipe, pantry, on_event=on_event, cancel=cancel)
            line.result = _verdict(prepared)
        if prepared.proved:
            proved.append(f"{name}: works without a network ({recipe.id[:12]})")
    with diary.step("make a key, sign and pack a bundle") as line:
        keyring = KeyRing(folder / "home-keys")
        passphrase = secrets.token_urlsafe(18)
        info = keyring.new("demo", passphrase, PUBLISHER)
        receipt = pack(
            pantry,
            folder / BUNDLE,
            keyring,
            "demo",
            passphrase,
            name=BUNDLE,
            on_event=on_event,
            cancel=cancel,
        )
        files = counted(receipt.files, "file")
        line.result = f"{files}, {receipt.bytes / 1e6:.1f} MB, counter {receipt.counter}"
    return Packed(folder / BUNDLE, info.fingerprint, tuple(proved))


def _recipes(pantry: Pantry) -> dict[str, Recipe]:
    detection = Recipe.empty(pantry.registry, "detection", pantry.path)
    detection.fill_empty_recursively({"data_generator": SMOKE})
    digits = Recipe.empty(pantry.registry, "classification", pantry.path)
    digits.fill_empty_recursively({"data_generator": "Digits"})
    return {"smoke detector": detection, "digits classifier": digits}


def _verdict(report: PreparationReport) -> str:
    rehearsal = report.rehearsal
    if rehearsal is None:
        return "not rehearsed"
    if rehearsal.verdict == "failed":
        raise HaversackError(f"the rehearsal failed: {rehearsal.why}", "Report this as a bug.")
    return rehearsal.verdict if not rehearsal.why else f"{rehearsal.verdict}: {rehearsal.why}"
