from __future__ import annotations

import threading
from pathlib import Path

from haversack.pantry.assets import Fetched
from haversack.pantry.pantry import Pantry
from haversack.services.capture import capture
from haversack.services.report import Captured
from pantry.samples import an_asset, sha256

CONTENT = b"weights" * 1000


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
