"""The second half of the demo, without a network: verify, open, choose, cook, train."""

from __future__ import annotations

from pathlib import Path

from haversack.base.counting import counted
from haversack.base.errors import HaversackError
from haversack.base.progress import CancelToken
from haversack.pantry.fetch.interfaces import devices_up
from haversack.pantry.pantry import Pantry
from haversack.recipe.tree import Recipe
from haversack.runs.spec import RunKind
from haversack.services.cook import cook, golden_recipe
from haversack.services.demo.diary import DemoReport, Diary
from haversack.services.front import front
from haversack.services.isolation import network_devices
from haversack.services.listen import Listener
from haversack.services.readiness import readiness
from haversack.services.unpack import open_bundle, verify
from haversack.services.volumes import load_volume
from haversack.services.work import follow_up, train
from haversack.trust.keyring import KeyRing

VOLUME = "xval_det"
DATA = "Digit scenes"
WANTED = f"dataset == '{DATA}' and quantization == 'float32'"
MAP50_FLOOR = 0.6
"""The least mAP50 on held-out scenes with which the demo counts as done."""


def open_and_cook(
    bundle: Path,
    fingerprint: str,
    folder: Path,
    on_event: Listener,
    cancel: CancelToken | None = None,
) -> DemoReport:
    """Do what a field operator does, with what lies on the stick and nothing else.

    Args:
        bundle: The bundle's folder.
        fingerprint: The publisher's, told by another way than the stick.
        folder: Where the field's pantry and keyring are made.
        on_event: Hears progress.
        cancel: Stops it.

    Raises:
        HaversackError: A step failed, or the detector stays below ``MAP50_FLOOR``.
    """
    diary = Diary("apart, network present" if devices_up() else "without a network", on_event)
    with diary.step("look for a network") as line:
        line.result = f"devices: {', '.join(network_devices(())) or 'none'}"
    keyring = KeyRing(folder / "field-keys")
    with diary.step("pin the publisher, verify the bundle") as line:
        keyring.trust(bundle / "root", fingerprint)
        line.result = verify(bundle, keyring, on_event=on_event, cancel=cancel).state
    pantry = Pantry.build(folder / "field-pantry")
    with diary.step("open: take everything in") as line:
        taken = open_bundle(bundle, pantry, keyring, on_event=on_event, cancel=cancel)
        line.result = f"{counted(len(taken.recipes), 'recipe')}, {taken.bytes / 1e6:.1f} MB"
    with diary.step("query the golden volume's Pareto front") as line:
        ids = front_of_ready(pantry)
        chosen = ids[-1]
        rows = counted(len(ids), "row")
        line.result = f"{rows} on the front; row {chosen} chosen, the most accurate"
    with diary.step(f"cook row {chosen}") as line:
        recipe = cook(chosen, pantry, on_event=on_event, cancel=cancel)
        line.result = recipe.id[:12]
    run_id = _train(recipe, pantry, diary, on_event, cancel)
    pictures = _use(run_id, pantry, diary, on_event, cancel)
    return DemoReport(entries=tuple(diary.entries), pictures=pictures)


def front_of_ready(pantry: Pantry) -> list[int]:
    """Give the front of those rows on ``DATA`` whose assets are all here, the fastest first.

    Raises:
        HaversackError: There are none.
    """
    rows = load_volume(VOLUME, pantry).frame(["id"], WANTED)["id"].tolist()
    ready = [
        row
        for row in rows
        if readiness(golden_recipe(row, pantry, VOLUME), pantry).state == "ready"
    ]
    if not ready:
        raise HaversackError(
            f"no row of {VOLUME} on {DATA} can be cooked here", "Pack the weights it needs."
        )
    return front(VOLUME, pantry, where=f"id in ({', '.join(map(str, ready))},)").answer.ids


def _train(
    recipe: Recipe,
    pantry: Pantry,
    diary: Diary,
    on_event: Listener,
    cancel: CancelToken | None,
) -> str:
    with diary.step("train it") as line:
        spec, state = train(recipe, pantry, on_event=on_event, cancel=cancel)
        result = state.result or {}
        line.result = f"{result.get('epochs', '?')} epochs"
    return spec.run_id


def _use(
    run_id: str, pantry: Pantry, diary: Diary, on_event: Listener, cancel: CancelToken | None
) -> tuple[str, ...]:
    with diary.step("evaluate on held-out scenes") as line:
        _, state = follow_up(RunKind.EVALUATE, run_id, pantry, on_event=on_event, cancel=cancel)
        score = promised_score((state.result or {}).get("metrics"))
        line.result = f"mAP50 {score:.3f} (promised: {MAP50_FLOOR})"
    with diary.step("export to ONNX, compare with ONNX Runtime") as line:
        _, state = follow_up(RunKind.EXPORT, run_id, pantry, on_event=on_event, cancel=cancel)
        result = state.result or {}
        difference = result.get("max_abs_diff")
        shown = f"{difference:.1e}" if isinstance(difference, float) else "not compared"
        line.result = f"{result.get('file')}, largest difference {shown}"
    with diary.step("predict on a picture") as line:
        spec, state = follow_up(RunKind.PREDICT, run_id, pantry, on_event=on_event, cancel=cancel)
        pictures = tuple(
            str(spec.run_dir / product.path)
            for product in state.products
            if product.path.endswith(".png")
        )
        line.result = counted(len(pictures), "picture")
    return pictures


def promised_score(metrics: object) -> float:
    """Give the mAP50, a number from 0 to 1, of an evaluation's metrics by name.

    Raises:
        HaversackError: It was not measured, or is less than the demo promises.
    """
    score = metrics.get("map_50") if isinstance(metrics, dict) else None
    if isinstance(score, float) and score >= MAP50_FLOOR:
        return score
    found = f"mAP50 {score:.3f}" if isinstance(score, float) else "no mAP50"
    raise HaversackError(
        f"{found} on held-out scenes, where the demo promises {MAP50_FLOOR}",
        "Run it again in a new folder; if it stays so, report it as a bug.",
    )
