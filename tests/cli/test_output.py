from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from haversack.base.progress import Progress
from haversack.cli.bars import Bars
from haversack.cli.output import Raw, table, to_csv, to_json, write_out
from haversack.runs.events import Measured, Noted, Progressed
from haversack.services.listen import Said

cells = st.none() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)


@given(st.lists(st.lists(cells, min_size=2, max_size=2), max_size=6))
def test_no_csv_cell_starts_a_formula_and_numbers_stay_numbers(rows: list[list[object]]) -> None:
    read = list(csv.reader(io.StringIO(to_csv(["a", "=b"], rows), newline="")))
    assert read[0] == ["a", "'=b"]
    assert len(read) == len(rows) + 1
    for given_row, row in zip(rows, read[1:], strict=True):
        for cell, text in zip(given_row, row, strict=True):
            if isinstance(cell, str):
                assert not text.startswith(("=", "+", "-", "@", "\t", "\r"))
                assert text in (cell, f"'{cell}")
            elif isinstance(cell, float):
                assert float(text) == cell


def test_everything_that_commands_give_has_a_json_form() -> None:
    @dataclass(frozen=True)
    class Thing:
        path: Path
        names: frozenset[str]

    value = {
        "nan": float("nan"),
        "numpy": np.float64(0.5),
        "array": np.arange(3),
        "thing": Thing(Path("/a"), frozenset("ab")),
        "when": datetime(2025, 1, 31, tzinfo=UTC),
        3: (1, 2),
    }
    read = json.loads(to_json(value))
    assert read["nan"] is None and read["numpy"] == 0.5 and read["array"] == [0, 1, 2]
    assert read["thing"] == {"path": "/a", "names": ["a", "b"]} and read["3"] == [1, 2]


def test_what_data_hold_is_never_taken_as_markup_or_control() -> None:
    made = io.StringIO()
    Console(file=made, width=80).print(
        table("[/t]", ("[/x]",), [("[red]a[/red]\x1b[31m",)]), markup=False
    )
    assert "[red]a[/red]" in made.getvalue() and "\x1b" not in made.getvalue()


def test_a_line_for_a_person_cannot_steer_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_out(["a\x1b[31mb\rc", Raw("a\tb\r\n")])
    assert capsys.readouterr().out == "a [31mb c\na\tb\r\n"


def test_progress_goes_to_plain_lines_where_there_is_no_screen() -> None:
    made = io.StringIO()
    with Bars(Console(file=made, width=200)) as hear:
        hear(Said("[1] begins"))
        hear(Progress("fetching weights", 5_000_000, 20_000_000, "bytes", 12.0))
        for step in range(100):
            hear(Measured(values={"loss": 0.25}, step=step))
            hear(Progressed(phase="train", done=step, total=100, seconds_left=3))
        hear(Noted(level="warning", text="mind the gap"))
    lines = made.getvalue().splitlines()
    assert lines[0] == "[1] begins"
    assert lines[1] == "fetching weights 5.0 MB of 20.0 MB, 12 s left"
    assert "warning: mind the gap" in lines and len(lines) < 10


def test_bars_show_on_a_screen() -> None:
    made = io.StringIO()
    console = Console(file=made, width=120, force_terminal=True)
    with Bars(console) as hear:
        hear(Progressed(phase="train", done=3, total=10, seconds_left=61))
        hear(Measured(values={"loss": 0.25}, step=3))
        hear(Progressed(phase="train", done=4, total=10, seconds_left=61))
    assert "4 of 10 steps" in made.getvalue() and "1:01 left" in made.getvalue()
    assert "loss 0.25" in made.getvalue()


def test_a_name_that_is_no_utf8_has_a_json_form_wherever_it_stands() -> None:
    name = b"\xff\x1b[31mred".decode("utf-8", "surrogateescape")
    found = to_json({"file": name, name: [Path(name), (name, 1.5, None)], "plain": "é"})
    told = "\\udcff\x1b[31mred"
    assert json.loads(found) == {"file": told, told: [told, [told, 1.5, None]], "plain": "é"}
