"""The Data page: a folder is dropped, looked at, mended and imported, by clicks and keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRectF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from data.byod import mask_sets, sets
from data.byod.more_sets import cvat
from gui_desk import Desk
from haversack.pantry.pantry import Pantry
from haversack.services import apart
from haversack.services.datasets import describe_set, import_data, own_sets
from haversack.services.gallery import Gallery, Shown
from haversack_gui.calls import data as calls
from haversack_gui.jobs import Jobs
from haversack_gui.models.class_rows import BECOMES, ClassRows
from haversack_gui.models.pictures import BROKEN, MOST_KEPT, MOST_WANTED, SMALL_ROLE, PictureModel

OpenDesk = Callable[..., Desk]


def _drop(desk: Desk, folder: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(folder))])
    how = (
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    enter = QDragEnterEvent(QPoint(300, 300), *how)
    desk.page.dragEnterEvent(enter)
    assert enter.isAccepted()
    desk.page.dropEvent(QDropEvent(QPointF(300, 300), *how))
    desk.settle()


@pytest.fixture
def desk(open_desk: OpenDesk, empty_pantry: Pantry) -> Desk:
    desk = open_desk(empty_pantry)
    QTest.keyClick(desk.window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert desk.window.current == "data"
    desk.settle()
    return desk


def _thumbs(desk: Desk) -> list[Any]:
    model = desk.page.model
    return [model.index(row).data(SMALL_ROLE) for row in range(model.rowCount())]


def test_a_dropped_folder_is_read_shown_and_its_problems_told(desk: Desk, tmp_path: Path) -> None:
    folder = sets.coco(tmp_path / "roofs & flowers")
    broken = next(folder.rglob("*.jpg"))
    broken.write_bytes(b"no picture")
    page = desk.page
    assert page.stack.currentWidget() is page.empty
    _drop(desk, folder)
    assert page.stack.currentIndex() == 1
    assert "5 pictures, 2 classes, read as coco for detection" in page.summary.text()
    assert page.trouble.text() == "1 problem"
    assert page.facts.currentIndex() == 2, "the problems are seen before anything else"
    assert [one.file for one in page.facts.problems.rows] == [broken.relative_to(folder).as_posix()]
    assert page.name_edit.text() == "roofs-flowers"


@pytest.mark.parametrize(("make", "reads"), [(sets.coco, "decode"), (cvat, "decode_xml")])
def test_large_files_of_labels_are_read_in_a_process_apart_when_looked_at_and_imported(
    desk: Desk,
    tmp_path: Path,
    empty_pantry: Pantry,
    monkeypatch: pytest.MonkeyPatch,
    make: Callable[[Path], Path],
    reads: str,
) -> None:
    monkeypatch.setattr(apart, "LARGE", 10)
    monkeypatch.setattr(apart, reads, None)  # the app's own process does not read it
    _drop(desk, make(tmp_path / "set"))
    assert desk.page.summary.text().startswith("6 pictures, 2 classes")
    desk.click(desk.page.importing)
    desk.settle()
    assert [one.name for one in own_sets(empty_pantry)] == ["set"]


def test_small_pictures_arrive_with_their_boxes_in_the_colours_of_their_classes(
    desk: Desk, tmp_path: Path
) -> None:
    _drop(desk, sets.coco(tmp_path / "set"))
    desk.wait(lambda: all(_thumbs(desk)))
    desk.settle()
    seen = desk.page.grid.viewport().grab().toImage()
    colours = {seen.pixelColor(x, y).name() for x in range(0, 184) for y in range(0, 140)}
    cells = desk.page.grid.painter_of_cells
    assert {cells.colour(name).name() for name in ("flower", "roof")} <= colours


def test_pictures_are_narrowed_by_class_split_and_name(desk: Desk, tmp_path: Path) -> None:
    _drop(desk, sets.image_folder(tmp_path / "set"))
    page = desk.page
    desk.choose(page.class_box, "roof")
    desk.settle()
    assert len(page.model.places) == 5
    desk.choose(page.split_box, "Validation")
    desk.settle()
    assert len(page.model.places) == 1
    assert page.amount.text() == "1 of 10"
    desk.choose(page.class_box, "Every class")
    desk.choose(page.split_box, "Both splits")
    desk.type_into(page.search, "flower/3")
    desk.wait(lambda: len(page.model.places) == 1 and page.model.index(0).data() == "flower/3.png")


def test_a_picture_opens_large_by_the_keyboard_and_the_next_follows(
    desk: Desk, tmp_path: Path
) -> None:
    _drop(desk, sets.coco(tmp_path / "set"))
    page = desk.page
    page.grid.setFocus()
    page.grid.setCurrentIndex(page.model.index(1))
    QTest.keyClick(page.grid, Qt.Key.Key_Return)
    dialog = page.findChild(QDialog)
    assert dialog is not None
    desk.settle()
    first = dialog.name.text()
    assert first == page.model.index(1).data()
    assert dialog.about.text().startswith("2 objects, picture 2 of 6")
    desk.click(dialog.after)
    desk.settle()
    assert dialog.name.text() == page.model.index(2).data()
    dialog.accept()


def test_import_takes_the_pictures_in_under_the_name_that_was_typed(
    desk: Desk, tmp_path: Path, empty_pantry: Pantry
) -> None:
    _drop(desk, sets.image_folder(tmp_path / "set"))
    page = desk.page
    desk.type_into(page.name_edit, "houses")
    desk.type_into(page.licence, "CC0-1.0")
    desk.click(page.importing)
    desk.settle()
    (kept,) = own_sets(empty_pantry)
    assert (kept.name, kept.task, kept.licence) == ("houses", "classification", "CC0-1.0")
    job = desk.window.workspace.jobs.jobs[-1]
    assert job.same.command.startswith(f"haversack data import {tmp_path / 'set'} --name houses")
    assert describe_set(empty_pantry, "houses").classes.keys() == {"flower", "roof"}


def test_classes_are_joined_and_left_out_on_the_way_in(
    desk: Desk, tmp_path: Path, empty_pantry: Pantry
) -> None:
    folder = sets.image_folder(tmp_path / "set")
    for at in range(4):
        sets.save(folder, f"chimney/{at}.jpg", 101 + 2 * at)
    _drop(desk, folder)
    page, classes = desk.page, desk.page.facts.classes
    page.facts.setCurrentIndex(0)
    assert classes.setData(classes.index(0, BECOMES), "roof")
    assert classes.setData(classes.index(1, 0), Qt.CheckState.Unchecked.value, _CHECKED)
    assert page.will.text() == "1 class after mapping"
    desk.click(page.importing)
    desk.settle()
    described = describe_set(empty_pantry, "set")
    assert {name: sum(counts.values()) for name, counts in described.classes.items()} == {"roof": 9}
    command = desk.window.workspace.jobs.jobs[-1].same.command
    assert "--map-class chimney=roof --map-class flower=" in command


def test_what_was_imported_is_looked_at_again_and_cannot_be_imported_twice(
    desk: Desk, tmp_path: Path, empty_pantry: Pantry
) -> None:
    page = desk.page
    assert not page.kept_buttons[0].isVisible(), "nothing was imported yet"
    _drop(desk, sets.coco(tmp_path / "set"))
    desk.type_into(page.name_edit, "roofs")
    desk.click(page.importing)
    desk.settle()
    (entry,) = page.kept_sets.actions()
    assert entry.text() == "roofs" and page.kept.isVisible()
    entry.trigger()
    desk.settle()
    assert page.summary.text() == "6 pictures, 2 classes, kept in the pantry for detection"
    desk.wait(lambda: all(_thumbs(desk)))
    assert not page.importing.isVisible() and not page.format_box.isVisible()
    assert page.facts.class_table.isColumnHidden(BECOMES)
    classes = page.facts.classes
    assert not classes.flags(classes.index(0, 0)) & Qt.ItemFlag.ItemIsUserCheckable
    desk.choose(page.split_box, "Validation")
    desk.settle()
    assert 0 < len(page.model.places) < 6


def test_from_the_pantry_s_data_shelf_the_pictures_are_one_click_away(
    desk: Desk, tmp_path: Path, empty_pantry: Pantry
) -> None:
    import_data(sets.image_folder(tmp_path / "set"), empty_pantry, "houses")
    desk.window.refresh()
    shelf = desk.go_to("pantry")
    shelf.shelves.setCurrentIndex(1)
    shelf.table.selectRow(0)
    assert shelf.edit.text() == "Look at the pictures"
    desk.click(shelf.edit)
    desk.settle()
    assert desk.window.current == "data"
    assert desk.page.folder.text() == "houses"


def test_masks_are_laid_over_their_pictures(desk: Desk, tmp_path: Path) -> None:
    _drop(desk, mask_sets.indexed(tmp_path / "set"))
    page = desk.page
    assert "for segmentation" in page.summary.text()
    desk.wait(lambda: all(_thumbs(desk)))
    thumb = _thumbs(desk)[0]
    truth = mask_sets.truth()
    seen = [
        [thumb.mask.pixelIndex(x, y) for x in range(truth.shape[1])] for y in range(truth.shape[0])
    ]
    assert (np.asarray(seen) == truth).all()
    place = QRectF(0, 0, truth.shape[1], truth.shape[0])
    canvas = QImage(truth.shape[1], truth.shape[0], QImage.Format.Format_RGB32)
    canvas.fill(Qt.GlobalColor.white)
    painter = QPainter(canvas)
    page.grid.painter_of_cells.draw_mask(painter, place, thumb.mask)
    painter.end()
    drawn = [
        [canvas.pixelColor(x, y).name() for x in range(truth.shape[1])]
        for y in range(truth.shape[0])
    ]
    colours = {int(n): set(np.asarray(drawn)[truth == n]) for n in np.unique(truth)}
    assert colours[0] == {"#ffffff"}, "the ground is left as it is"
    assert all(len(found) == 1 for found in colours.values())
    assert len(set.union(*colours.values())) == len(colours)


def test_pictures_without_labels_can_be_imported(
    desk: Desk, tmp_path: Path, empty_pantry: Pantry
) -> None:
    for at in range(3):
        sets.save(tmp_path / "set", f"{at}.jpg", at)
    desk.page.look_at(calls.Wish(tmp_path / "set", "unlabeled"))
    desk.settle()
    assert "0 classes" in desk.page.summary.text()
    desk.click(desk.page.importing)
    desk.settle()
    (kept,) = own_sets(empty_pantry)
    assert kept.task == "unlabeled"


def test_pictures_that_look_alike_across_the_split_are_told_before_training(
    desk: Desk, tmp_path: Path
) -> None:
    for split in ("train", "val"):
        for label, first in (("roof", 1), ("flower", 2)):
            for at in range(3):
                seed = first + 2 * at + (20 if split == "val" else 0)
                sets.save(tmp_path / "set", f"{split}/{label}/{at}.jpg", seed)
    twin = sets.picture(1).resize((96, 96))
    twin.save(tmp_path / "set" / "val" / "roof" / "twin.jpg", quality=80)
    _drop(desk, tmp_path / "set")
    said = {one.file: one.what for one in desk.page.facts.problems.rows}
    assert said["val/roof/twin.jpg"] == "looks like train/roof/0.jpg, which is trained on"


def test_without_a_name_or_a_class_nothing_can_be_imported(desk: Desk, tmp_path: Path) -> None:
    _drop(desk, sets.image_folder(tmp_path / "set"))
    page = desk.page
    page.name_edit.clear()
    assert not page.importing.isEnabled()
    desk.type_into(page.name_edit, "houses")
    assert page.importing.isEnabled()
    classes = page.facts.classes
    for row in range(classes.rowCount()):
        classes.setData(classes.index(row, 0), Qt.CheckState.Unchecked.value, _CHECKED)
    assert not page.importing.isEnabled()


def test_a_folder_without_pictures_says_so_and_leaves_the_page_as_it_is(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "nothing").mkdir()
    _drop(desk, tmp_path / "nothing")
    page = desk.page
    assert page.stack.currentWidget() is page.empty
    (job,) = desk.window.workspace.jobs.jobs
    assert job.state == "failed"
    assert desk.window.notice.isVisible()
    assert desk.window.notice.hint.text()


def test_another_format_is_tried_at_once(desk: Desk, tmp_path: Path) -> None:
    _drop(desk, sets.voc(tmp_path / "set"))
    page = desk.page
    assert "read as voc" in page.summary.text()
    place = page.format_box.findData("yolo")
    page.format_box.setCurrentIndex(place)
    page.format_box.activated.emit(place)
    desk.settle()
    assert desk.window.workspace.jobs.jobs[-1].state == "failed"
    assert "read as voc" in page.summary.text()


def _many(count: int, tmp_path: Path) -> tuple[Gallery, list[int]]:
    content = sets.save(tmp_path, "one.jpg", 3).read_bytes()
    read: list[int] = []

    def reader(at: int) -> bytes:
        read.append(at)
        return content

    pictures = tuple(
        Shown(f"part {at % 7}/{at:06}.jpg", "", ("train", "val")[at % 5 == 0],
              (("roof", 4.0, 4.0, 40.0, 50.0),), frozenset({"roof"}))
        for at in range(count)
    )  # fmt: skip
    return Gallery("many", "detection", ("roof",), pictures, reader, str), read


def test_of_100000_pictures_only_those_that_are_seen_are_decoded(
    desk: Desk, tmp_path: Path
) -> None:
    gallery, read = _many(100_000, tmp_path)
    page = desk.page
    page.stack.setCurrentIndex(1)
    page.model.show(gallery)
    desk.wait(lambda: bool(read))
    desk.settle()
    bar = page.grid.verticalScrollBar()
    assert bar.maximum() > 100_000
    for part in range(1, 9):
        bar.setValue(bar.maximum() * part // 8)
        page.grid.viewport().repaint()
    desk.settle()
    assert 99_999 in read, "the last ones are met first"
    assert len(read) <= MOST_WANTED + 9 * 60
    assert len(set(read)) == len(read), "none is decoded twice"


def test_the_newest_wish_is_met_first_and_old_ones_are_dropped(qtbot: Any, tmp_path: Path) -> None:
    jobs = Jobs()
    model = PictureModel(jobs)
    gallery, read = _many(3 * MOST_KEPT, tmp_path)
    model.show(gallery)
    for row in range(2 * MOST_WANTED):
        assert model.index(row).data(SMALL_ROLE) is None
    qtbot.waitUntil(lambda: len(read) >= MOST_WANTED, timeout=30_000)
    qtbot.waitUntil(lambda: jobs.idle, timeout=30_000)
    assert sorted(read) == list(range(MOST_WANTED, 2 * MOST_WANTED))
    assert max(read[:16]) == 2 * MOST_WANTED - 1
    jobs.close()


def test_a_picture_that_is_gone_is_shown_as_such(desk: Desk, tmp_path: Path) -> None:
    folder = sets.image_folder(tmp_path / "set")
    _drop(desk, folder)
    desk.wait(lambda: all(_thumbs(desk)))
    (folder / "roof" / "0.jpg").unlink()
    gallery = desk.page.looked.gallery
    desk.page.model.show(None)
    desk.page.model.show(gallery)
    desk.wait(lambda: all(_thumbs(desk)))
    gone = next(at for at, one in enumerate(gallery.pictures) if one.name == "roof/0.jpg")
    assert _thumbs(desk)[gone] is BROKEN


_CHECKED = Qt.ItemDataRole.CheckStateRole


def test_classes_are_renamed_joined_and_left_out() -> None:
    rows = ClassRows()
    rows.show({"cat": {"train": 3, "val": 1}, "kitten": {"train": 2}, "dog": {"train": 9}})
    assert (rows.becomes, rows.left) == ({}, 3)
    rows.setData(rows.index(1, BECOMES), "cat")
    rows.setData(rows.index(2, 0), Qt.CheckState.Unchecked.value, _CHECKED)
    assert (rows.becomes, rows.left) == ({"kitten": "cat", "dog": ""}, 1)
    assert rows.index(2, BECOMES).data() == "left out"
    assert not rows.flags(rows.index(2, BECOMES)) & Qt.ItemFlag.ItemIsEditable
    rows.setData(rows.index(1, BECOMES), "  ")
    assert rows.becomes == {"dog": ""}


def test_values_are_sorted_into_bins_that_hold_all_of_them() -> None:
    assert calls.bins([]) == []
    assert calls.bins([64, 64]) == [("64", 2)]
    found = calls.bins([1, 2, 3, 100])
    assert sum(count for _, count in found) == 4
    assert found[0] == ("1–9", 3)
    assert found[-1] == ("100", 1)
