"""Published weights without a known digest: nothing runs or is packed before they are pinned."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch
from torchvision.models import get_model

from haversack.base.digests import sha256_file
from haversack.catalog.segmenters import LRASPP
from haversack.catalog.shipped import registry
from haversack.pantry.fetch.call import Patience
from haversack.pantry.pantry import Pantry
from haversack.recipe.assets import Pin, Unpinned
from haversack.recipe.errors import InvalidValue
from haversack.recipe.sppr import from_sppr, to_sppr
from haversack.recipe.tree import Recipe
from haversack.runs.spec import AssetFile, RunKind, RunSpec
from haversack.services.contents import select
from haversack.services.errors import MissingAssets
from haversack.services.isolation import isolation
from haversack.services.pinning import pin
from haversack.services.readiness import readiness
from haversack.services.work import asset_files
from haversack.training.builders.networks import build_network
from haversack.training.errors import AssetMissingError
from haversack.training.work import Work

pytestmark = pytest.mark.torch
ARCHITECTURE = "lraspp_mobilenet_v3_large"
QUICK = Patience(tries=2, first_wait=0.01, longest_wait=0.05, timeout=2.0)


@pytest.fixture(scope="module")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file as torchvision publishes it: its name carries the beginning of its digest."""
    torch.manual_seed(5)
    state = get_model(ARCHITECTURE, weights=None, weights_backbone=None).state_dict()
    folder = tmp_path_factory.mktemp("zoo")
    torch.save(state, folder / "new.pth")
    named = folder / f"{ARCHITECTURE}-{sha256_file(folder / 'new.pth')[:8]}.pth"
    return (folder / "new.pth").rename(named)


@pytest.fixture
def published(zoo: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Serve the file on this machine as LRASPP's source; what is asked for is listed."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(zoo.stat().st_size))
            self.end_headers()
            self.wfile.write(zoo.read_bytes())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as in the base class
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    source = Unpinned(
        name=f"weights/{ARCHITECTURE}",
        licence="BSD-3-Clause",
        uri=f"http://127.0.0.1:{server.server_address[1]}/{zoo.name}",
        convert=f"torchvision:{ARCHITECTURE}",
    )
    monkeypatch.setattr(LRASPP, "source", lambda self: source)
    yield asked
    server.shutdown()
    server.server_close()


@pytest.fixture
def pantry(tmp_path: Path) -> Pantry:
    return Pantry.build(tmp_path / "pantry")


def _recipe(pantry: Pantry) -> Recipe:
    recipe = Recipe.empty(registry(), "segmentation", pantry.path)
    recipe.fill_empty_recursively({"model": "LRASPP"})
    recipe["model.weights"] = "published"
    return recipe


def test_a_recipe_that_is_not_pinned_says_so_and_is_neither_run_nor_packed(pantry: Pantry) -> None:
    recipe = _recipe(pantry)
    stand = readiness(recipe, pantry)
    assert stand.state == "needs preparing"
    assert f"weights/{ARCHITECTURE}" in stand.lacking
    record = pantry.recipes.save(recipe, "unpinned")
    assert record.state == "needs preparing"
    assert f"weights/{ARCHITECTURE}" in record.missing_assets
    for refused in (lambda: asset_files(recipe, pantry), lambda: select(pantry, ("unpinned",))):
        with pytest.raises(MissingAssets, match="no digest known yet, BSD-3-Clause"):
            refused()
    spec = RunSpec(kind=RunKind.TRAIN, run_id="r", run_dir=pantry.path, sppr=to_sppr(recipe))
    work = Work(spec, recipe, lambda event: None, lambda: False)
    with pytest.raises(AssetMissingError, match="nobody has seen the digest"):
        build_network(work, 3, 64, pretrained=True)


def test_pinning_fetches_converts_and_names_what_was_found(
    pantry: Pantry, published: list[str], zoo: Path
) -> None:
    recipe = _recipe(pantry)
    before = recipe.id
    pinned = pin(recipe, pantry, patience=QUICK)
    assert (recipe.id, recipe["model.weights"]) == (before, "published")
    found = Pin.parse(str(pinned["model.weights"]))
    assert found.fetched == sha256_file(zoo)
    assert pinned.unpinned() == {}
    (asset,) = (a for a in pinned.assets() if a.kind == "weights")
    assert pantry.assets.is_ready(asset)
    record = pantry.assets.get(asset.name)
    assert record.raw_sha256 == found.fetched
    assert record.fetched.converted_apart is isolation().possible
    assert f"its name says SHA-256 {found.fetched[:8]}" in record.fetched_from
    assert found.sha256 in pinned.history[-1]
    assert not pantry.store.has(found.fetched)  # what was fetched was a pickle; it is not kept
    assert from_sppr(to_sppr(pinned), registry()).id == pinned.id

    again = pin(_recipe(pantry), pantry, patience=QUICK)
    assert again.id == pinned.id
    assert len(published) == 1


def test_a_pinned_network_starts_from_what_was_published_but_for_its_classes(
    pantry: Pantry, published: list[str], zoo: Path
) -> None:
    pinned = pin(_recipe(pantry), pantry, patience=QUICK)
    spec = RunSpec(
        kind=RunKind.TRAIN,
        run_id="r",
        run_dir=pantry.path,
        sppr=to_sppr(pinned),
        assets=tuple(
            AssetFile(name=a.name, path=pantry.store.path(a.sha256), sha256=a.sha256)
            for a in pinned.assets()
        ),
    )
    network = build_network(
        Work(spec, pinned, lambda event: None, lambda: False), 3, 64, pretrained=True
    )
    own, given = network.state_dict(), torch.load(zoo, weights_only=True)
    same = {n for n, t in given.items() if torch.equal(own[f"lraspp.{n}"], t)}
    new = {n for n in given if "low_classifier" in n or "high_classifier" in n}
    assert set(given) - same == new


def test_a_variant_that_nobody_publishes_cannot_want_published_weights() -> None:
    recipe = Recipe.empty(registry(), "segmentation")
    recipe.fill_empty_recursively({"model": "EoMT"})
    with pytest.raises(InvalidValue, match="nobody publishes"):
        recipe["model.weights"] = "published"
    recipe["model.size"] = "small"
    recipe["model.weights"] = "published"
    assert recipe.unpinned()["model.weights"].licence == "MIT"
