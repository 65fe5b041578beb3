"""Faults 75 and 76: pickle in a weight file, and safetensors headers that lie."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest

from faults.staging import CONTENTS, Kit, assert_refused, item, weights
from haversack.base.digests import sha256_bytes
from haversack.bundle.errors import PackError
from haversack.bundle.layout import blob_path
from haversack.bundle.writer import pack


def _pickle(protocol: int) -> bytes:
    """Give a pickle that would call ``os.system``; protocols 0 and 1 bear no mark."""
    call = b"cposix\nsystem\n(S'true'\ntR." + b"0" * 4000
    return call if protocol < 2 else bytes([0x80, protocol]) + call


def _torch_zip() -> bytes:
    import io
    import zipfile

    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("model/data.pkl", _pickle(2))
    return file.getvalue()


def _header(tensors: dict[str, Any], data: int = 8, length: int | None = None) -> bytes:
    text = json.dumps(tensors).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + bytes(data)


def _tensor(dtype: object, shape: object, offsets: object) -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


GOOD = _tensor("U8", [8], [0, 8])
HOSTILE = {
    "fault_75_pickle_protocol_0": _pickle(0),
    "fault_75_pickle_protocol_2": _pickle(2),
    "fault_75_pickle_protocol_4": _pickle(4),
    "fault_75_pickle_protocol_5": _pickle(5),
    "fault_75_zip_around_a_pickle": _torch_zip(),
    "fault_76_header_bomb": _header({"w": GOOD}, length=2**63),
    "fault_76_header_larger_than_the_file": _header({"w": GOOD}, length=5000),
    "fault_76_overlap": _header({"v": _tensor("U8", [6], [0, 6]), "w": _tensor("U8", [4], [4, 8])}),
    "fault_76_gap": _header({"v": _tensor("U8", [2], [0, 2]), "w": _tensor("U8", [4], [4, 8])}),
    "fault_76_beyond_the_end": _header({"w": _tensor("U8", [9], [0, 9])}),
    "fault_76_not_to_the_end": _header({"w": GOOD}, data=9),
    "fault_76_size_and_shape_disagree": _header({"w": _tensor("F32", [8], [0, 8])}),
    "fault_76_huge_shape": _header({"w": _tensor("U8", [2**40, 2**40], [0, 8])}),
    "fault_76_negative": _header({"w": _tensor("U8", [-8], [0, 8])}),
    "fault_76_unknown_type": _header({"w": _tensor("object", [8], [0, 8])}),
    "fault_76_type_is_a_list": _header({"w": _tensor(["U8"], [8], [0, 8])}),
    "fault_76_not_an_object": struct.pack("<Q", 4) + b"[{}]" + bytes(8),
    "fault_76_deep": struct.pack("<Q", 20_000) + b'{"w":' + b"[" * 19_995,
    "empty": b"",
    "seven_bytes": b"1234567",
}


@pytest.mark.parametrize("fault", HOSTILE)
def test_unsound_weights_are_not_packed_and_nothing_is_written(kit: Kit, fault: str) -> None:
    out = kit.folder.parent / "NEW"
    with pytest.raises(PackError, match="refused as weights") as caught:
        pack([item("weights/x.safetensors", HOSTILE[fault], "weights")], out, kit.signer, CONTENTS)
    assert "weights/x.safetensors" in caught.value.message
    assert not out.exists()


@pytest.mark.parametrize("fault", HOSTILE)
def test_unsound_weights_are_refused_on_opening_though_rightly_signed(kit: Kit, fault: str) -> None:
    _replace_weights(kit, HOSTILE[fault])
    assert_refused(kit, "invalid", "weights/lite0.safetensors", "refused as weights")


def test_fault_75_a_pickle_that_the_pantry_has_already_is_still_refused_as_weights(
    kit: Kit,
) -> None:
    kit.store.take_bytes(_pickle(4))
    _replace_weights(kit, _pickle(4))
    assert_refused(kit, "invalid", "weights/lite0.safetensors", "refused as weights")


@pytest.mark.parametrize("name", ["model.pt", "model.pth", "MODEL.PKL", "last.ckpt", "a.joblib"])
def test_fault_75_the_name_of_a_pickle_is_refused_for_any_kind(kit: Kit, name: str) -> None:
    with pytest.raises(PackError, match="pickle"):
        pack([item(f"data/{name}", weights())], kit.folder, kit.signer, CONTENTS)
    forged = kit.forge_files(lambda files: files[0].update(path=f"data/{name}"))
    assert_refused(kit, "invalid", forged, "pickle")


def _replace_weights(kit: Kit, content: bytes) -> None:
    def change(files: list[dict[str, Any]]) -> None:
        file = next(file for file in files if file["kind"] == "weights")
        pieces = [content[at : at + 4096] for at in range(0, len(content), 4096)]
        file["blobs"] = [sha256_bytes(piece) for piece in pieces]
        file["sha256"], file["size"] = sha256_bytes(content), len(content)
        for piece in pieces:
            path = blob_path(kit.folder, sha256_bytes(piece))
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(piece)

    for blob in kit.blobs_of("weights/lite0.safetensors"):
        blob.unlink()
    kit.forge_files(change)
    files = kit.manifest["files"]
    blobs: dict[str, int] = {}
    for file in files:
        left = file["size"]
        for one in file["blobs"]:
            blobs[one] = min(left, 4096)
            left -= 4096
    totals = {
        "files": len(files),
        "bytes": sum(file["size"] for file in files),
        "blobs": len(blobs),
        "blob_bytes": sum(blobs.values()),
    }
    statement = kit.statement
    statement["predicate"]["totals"] = totals
    kit.seal(statement)
