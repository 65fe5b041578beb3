"""The real worker, started as the app and the command line start it."""

from __future__ import annotations

from pathlib import Path

import pytest

from haversack.base.progress import CancelToken
from haversack.recipe.sppr import to_sppr
from haversack.runs.events import Event, Measured, Started
from haversack.runs.failure import RunFailed
from haversack.runs.spec import Limits
from haversack.runs.supervisor import run_worker
from haversack.training.compiled_code import KEPT_AT
from training_desk import small_recipe, spec_of

pytestmark = pytest.mark.torch


def test_a_stopped_run_is_resumed_to_its_end(tmp_path: Path) -> None:
    recipe = small_recipe(
        "detection",
        {"data_generator": "Smoke", "logger": "TensorBoard"},
        model__image_size=64,
        model__head_channels=16,
        data__batch_size=8,
        trainer__num_epochs=3,
    )
    events: list[Event] = []
    cancel = CancelToken()

    def watch(event: Event) -> None:
        events.append(event)
        if isinstance(event, Measured):
            cancel.cancel()

    spec = spec_of(recipe, "train", tmp_path / "run")
    stopped = run_worker(spec, on_event=watch, cancel=cancel)
    assert stopped.status == "stopped"
    (started,) = [event for event in events if isinstance(event, Started)]
    assert started.recipe_id == recipe.id
    last = tmp_path / "run/checkpoints/last"
    assert (last / "state.json").is_file()
    resumed = run_worker(spec_of(recipe, "train", tmp_path / "run", resume_from=last))
    assert resumed.status == "finished"
    assert resumed.result is not None
    assert resumed.result["epochs"] == 3
    assert len(resumed.curves["val/map"]) == 3
    assert list((tmp_path / "run/logs/tensorboard").iterdir())


def test_compiled_code_which_is_run_again_is_never_kept_where_everybody_may_write(
    tmp_path: Path,
) -> None:
    recipe = small_recipe("classification", model__image_size=32)
    spec = spec_of(recipe, "train", tmp_path / "run", limits=Limits(fast_dev_run=True))
    shared, own = tmp_path / "shared", tmp_path / "own"
    shared.mkdir()
    chosen_by_torch = str(shared / "torchinductor_user")  # by a program that had imported torch
    run_worker(
        spec,
        env={KEPT_AT: chosen_by_torch, "TMPDIR": str(shared), "XDG_CACHE_HOME": str(own)},
    )
    assert [kept.name for kept in shared.iterdir() if "inductor" in kept.name] == []
    assert (own / "haversack/compiled").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("broken", ["sppr", "device", "picture"])
def test_what_cannot_be_done_is_one_line_with_a_remedy(tmp_path: Path, broken: str) -> None:
    recipe = small_recipe("classification", model__image_size=32)
    spec = spec_of(recipe, "train", tmp_path / "run", limits=Limits(fast_dev_run=True))
    if broken == "sppr":
        spec = spec.model_copy(update={"sppr": to_sppr(recipe).replace("digits", "fingers")})
    elif broken == "device":
        spec = spec.model_copy(update={"device": "cuda:77"})
    else:
        spec = spec.model_copy(update={"assets": ()})
    with pytest.raises(RunFailed) as caught:
        run_worker(spec)
    failure = caught.value.state.error
    assert failure is not None
    assert failure.message
    assert failure.hint
    assert "\n" not in failure.message
    assert "fault in Haversack" not in failure.hint
