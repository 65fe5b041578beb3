from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from haversack.pantry.assets import AssetRecord, Fetched
from haversack.pantry.pantry import Pantry
from haversack.recipe.assets import Asset
from haversack.runs.reducer import RunState
from haversack.runs.spec import RunSpec
from haversack.services import capture as capturing
from haversack.services.capture import capture
from haversack.services.isolation import Isolation
from haversack.services.listen import Heard, Said
from haversack.services.report import Captured
from pantry.samples import an_asset, sha256

CONTENT = b"weights" * 1000
KEPT = b"the same weights as safetensors"
WITHOUT_NETWORK = Isolation(("unshare", "--net", "--mount"))
WITH_NETWORK = Isolation((), "unshare: Operation not permitted")


def test_an_asset_that_another_is_bringing_is_waited_for_and_not_fetched_again(
    tmp_path: Path,
) -> None:
    pantry = Pantry.build(tmp_path / "pantry")
    asset = an_asset(CONTENT, f"file:{tmp_path / 'nowhere'}")
    got: list[Captured] = []
    second = threading.Thread(target=lambda: got.extend(capture((asset,), pantry)))
    with pantry.store.downloads.capturing(asset.sha256):
        second.start()
        second.join(0.5)
        assert second.is_alive() and not got
        pantry.store.take_bytes(CONTENT)
        pantry.assets.put(asset, Fetched(fetched_from="elsewhere", raw_sha256=sha256(CONTENT)))
    second.join(30)
    assert [(item.name, item.fetched) for item in got] == [(asset.name, False)]
    assert not list(pantry.store.downloads.folder.glob("*.lock"))


def _converted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, apart: Isolation
) -> tuple[AssetRecord, tuple[str, ...], list[str]]:
    """Capture a file that is converted; give its record, the worker's prefix and what was said."""
    prefixes: list[tuple[str, ...]] = []

    def worker(spec: RunSpec, prefix: Sequence[str] = ()) -> RunState:
        prefixes.append(tuple(prefix))
        Path(str(spec.options["target"])).write_bytes(KEPT)
        return RunState(kind=spec.kind.value)

    monkeypatch.setattr(capturing, "isolation", lambda: apart)
    monkeypatch.setattr(capturing, "run_worker", worker)
    pantry = Pantry.build(tmp_path / "pantry")
    asset = _foreign(tmp_path)
    heard: list[Heard] = []
    capture((asset,), pantry, on_event=heard.append)
    (prefix,) = prefixes
    said = [one.text for one in heard if isinstance(one, Said) and "network" in one.text]
    return Pantry.open(pantry.path).assets.get(asset.name), prefix, said


def _foreign(folder: Path) -> Asset:
    file = folder / "foreign.pth"
    file.write_bytes(CONTENT)
    return an_asset(
        CONTENT, f"file:{file}", convert="torchvision:any", sha256=sha256(KEPT), size=len(KEPT)
    )


def test_a_conversion_without_a_network_is_noted_beside_its_digests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, prefix, said = _converted(tmp_path, monkeypatch, WITHOUT_NETWORK)
    assert prefix == WITHOUT_NETWORK.prefix([tmp_path / "pantry"])
    assert (record.asset.sha256, record.raw_sha256) == (sha256(KEPT), sha256(CONTENT))
    assert record.fetched.converted_apart is True
    assert said == []


def test_a_conversion_with_the_network_up_says_so_and_is_noted_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, prefix, said = _converted(tmp_path, monkeypatch, WITH_NETWORK)
    assert prefix == ()
    assert record.fetched.converted_apart is False
    assert said == [
        "this conversion is not cut off from the network: no network namespace can be made here "
        "(unshare: Operation not permitted)"
    ]


def test_what_was_not_converted_is_noted_as_neither(tmp_path: Path) -> None:
    pantry = Pantry.build(tmp_path / "pantry")
    (tmp_path / "file").write_bytes(CONTENT)
    asset = an_asset(CONTENT, f"file:{tmp_path / 'file'}")
    capture((asset,), pantry)
    assert pantry.assets.get(asset.name).fetched.converted_apart is None
