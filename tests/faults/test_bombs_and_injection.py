"""Faults 76, 77 and 79: what would swell when read, and text that would act where it is shown."""

from __future__ import annotations

import gzip
import io
import json
import struct
import time
import zipfile

import psutil
import pytest

from faults.staging import CONTENTS, Kit, assert_refused, item, repack
from haversack.bundle.errors import PackError
from haversack.bundle.items import Contents
from haversack.bundle.statement import RecipeClaim
from haversack.bundle.weights import MOST_HEADER, NotWeights, check_header
from haversack.bundle.writer import pack
from haversack.cli.output import plain_cell, to_csv

SWOLLEN = 200 << 20


def _zip_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.bin", bytes(SWOLLEN))
    return file.getvalue()


def test_fault_76_a_header_of_many_tiny_tensors_is_judged_in_a_moment(kit: Kit) -> None:
    tensors = {
        f"t{at}": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]} for at in range(9999)
    }
    text = json.dumps(tensors).encode()
    began = time.process_time()
    check_header(text, 0)
    assert time.process_time() - began < 5


@pytest.mark.parametrize("length", [MOST_HEADER + 1, 2**32, 2**62])
def test_fault_76_a_header_longer_than_any_honest_one_is_refused_before_it_is_read(
    kit: Kit, length: int
) -> None:
    bomb = struct.pack("<Q", length) + b"{" + b" " * 9000
    with pytest.raises(PackError, match="length is impossible"):
        pack([item("weights/x.safetensors", bomb, "weights")], kit.folder, kit.signer, CONTENTS)


def test_fault_76_a_header_nested_without_end_is_refused() -> None:
    deep = b'{"w":' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}"
    with pytest.raises(NotWeights):
        check_header(deep, 0)


@pytest.mark.parametrize("kind", ["dataset", "asset", "weights"])
def test_fault_77_a_bomb_is_carried_as_it_is_or_refused_and_never_unpacked(
    kit: Kit, kind: str
) -> None:
    bombs = [item("data/bomb.zip", _zip_bomb(), kind)]
    bombs.append(item("data/bomb.gz", gzip.compress(bytes(SWOLLEN)), kind))
    if kind == "weights":
        with pytest.raises(PackError, match="refused as weights"):
            repack(kit, bombs)
        return
    repack(kit, bombs)
    before = psutil.Process().memory_info().rss
    began = time.process_time()
    taken = kit.bundle.take_in(kit.store, kit.field)
    assert time.process_time() - began < 5
    assert psutil.Process().memory_info().rss - before < SWOLLEN // 2
    held = sum(kit.store.size(file.sha256) for file in taken.files)
    assert held == sum(one.size for one in bombs) < 1 << 20


def test_fault_77_a_manifest_that_says_more_than_the_stick_holds_is_refused(kit: Kit) -> None:
    def swell(files: list[dict[str, object]]) -> None:
        file = next(file for file in files if file["path"] == "data/a.tar")
        file["size"] = 4000

    kit.forge_files(swell)
    assert_refused(kit, "invalid")


HOSTILE = [
    '=HYPERLINK("http://evil","click")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "<img src=x onerror=alert(1)>",
    "<b>bold</b>",
    "{{7*7}}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_fault_79_no_cell_of_a_csv_begins_a_formula(text: str) -> None:
    (_, row) = to_csv(["name", "score"], [[text, -0.5]]).splitlines()
    cell = row.removeprefix('"')
    assert cell[0] not in "=+-@\t\r"
    assert row.endswith(",-0.5"), "numbers stay numbers"


@pytest.mark.parametrize("text", HOSTILE)
def test_fault_79_names_are_shown_as_they_are_and_control_nothing(kit: Kit, text: str) -> None:
    contents = Contents("field-kit", (RecipeClaim("ab" * 32, text, text),), (text,), (text,))
    pack([item("data/a.tar", b"a")], kit.folder, kit.signer, contents)
    claims = kit.bundle.inspect(kit.field).claims
    assert claims is not None
    assert (claims.recipes[0].name, claims.volumes) == (text, (text,))
    assert plain_cell(text) == text
    assert "\x1b" not in plain_cell(f"{text}\x1b[2J")


@pytest.mark.parametrize("text", ["\x1b[2Jgone", "a\u202eb", "two\nlines", "nul\0"])
def test_fault_79_text_that_steers_a_screen_is_refused_in_every_field(kit: Kit, text: str) -> None:
    before = kit.statement
    for field in ("volumes", "licences"):
        statement = json.loads(json.dumps(before))
        statement["predicate"][field] = [text]
        kit.seal(statement)
        assert_refused(kit, "invalid", "bundle.dsse.json", "cannot be shown")


@pytest.mark.parametrize("text", ["<img src=x>", "<b>a</b>"])
def test_fault_79_markup_is_no_path(kit: Kit, text: str) -> None:
    name = kit.forge_files(lambda files: files[0].update(path=f"data/{text}"))
    assert_refused(kit, "invalid", name, "no path for a bundle")


def test_fault_79_the_app_shows_markup_as_plain_text() -> None:
    qt = pytest.importorskip("PySide6.QtWidgets", reason="the app is not installed")
    basics = pytest.importorskip("haversack_gui.widgets.basics", reason="the app is not installed")
    from PySide6.QtCore import Qt

    application = qt.QApplication.instance() or qt.QApplication([])
    assert application is not None
    for made in (basics.label("<b>x</b>"), basics.chip("<b>x</b>")):
        assert made.textFormat() == Qt.TextFormat.PlainText
