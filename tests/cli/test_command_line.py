from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.cli_calls import Call
from haversack.cli import app, which_pantry
from haversack.pantry.pantry import Pantry


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield path, command
        return
    for name, child in inner.items():
        yield from _commands(child, (*path, name))


COMMANDS = dict(_commands(typer.main.get_command(app.build())))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_takes_json_and_shows_an_example(path: tuple[str, ...], call: Call) -> None:
    told = call(*path, "--help")
    assert told.code == 0
    assert "--json" in told.out and "--debug" in told.out
    assert f"Example: haversack {' '.join(path)}" in " ".join(told.out.split())


@pytest.mark.parametrize("words", [(), ("--help",), ("recipe",), ("runs", "-h")])
def test_help_is_shown_for_the_whole_and_for_a_group(words: tuple[str, ...], call: Call) -> None:
    told = call(*words)
    assert told.code == 0 and "Usage" in told.out


def test_the_version_is_told(call: Call) -> None:
    told = call("--version")
    assert told.code == 0 and told.out.startswith("haversack ")


@pytest.mark.parametrize(
    "words",
    [
        ("no-such-command",),
        ("recipe", "no-such"),
        ("recipe", "list", "--no-such-option"),
        ("recipe", "show"),
        ("train", "x", "--epochs", "0"),
        ("recipe", "list"),
    ],
)
def test_a_wrong_call_exits_with_2_and_says_what_to_do(words: tuple[str, ...], call: Call) -> None:
    told = call(*words, "--json")
    assert told.code == 2
    assert told.json["exit_code"] == 2 and told.json["hint"]
    what, remedy = told.err.splitlines()
    assert what.startswith("error: ") and remedy.startswith("  ")


THERE_IS_NONE = (
    ("recipe", "show", "nothing"),
    ("recipe", "set", "nothing", "optimizer=AdamW"),
    ("recipe", "options", "nothing", "optimizer"),
    ("recipe", "export", "nothing"),
    ("recipe", "import", "nothing.sppr"),
    ("recipe", "new", "--task", "nothing"),
    ("recipe", "cook", "1", "--volume", "nothing"),
    ("recipe", "cook", "1", "--task", "nothing"),
    ("prepare", "nothing"),
    ("train", "nothing"),
    ("evaluate", "nothing"),
    ("predict", "nothing", "nothing.jpg"),
    ("export", "nothing"),
    ("measure", "nothing"),
    ("runs", "show", "nothing"),
    ("runs", "watch", "nothing"),
    ("runs", "resume", "nothing"),
    ("runs", "stop", "nothing"),
    ("pareto", "nothing"),
    ("pareto", "nothing.parquet"),
    ("volume", "show", "nothing"),
    ("volume", "import", "nothing.csv"),
    ("volume", "merge", "nothing", "--name", "both"),
    ("volume", "bake", "nothing.json"),
    ("data", "check", "nothing"),
    ("data", "import", "nothing"),
    ("data", "show", "nothing"),
    ("keys", "show", "nothing"),
    ("keys", "backup", "nothing", "backup.json"),
    ("keys", "restore", "nothing.json"),
    ("keys", "trust", "nothing.json", "--yes"),
    ("keys", "distrust", "0" * 64),
    ("pack", "KIT", "--key", "nothing"),
    ("have", "nothing", "-o", "have.json"),
    ("inspect", "nothing"),
    ("verify", "nothing"),
    ("open", "nothing"),
    ("bundle", "export", "nothing", "--oci", "oci"),
    ("bundle", "sign", "nothing", "--key", "nothing"),
    ("recipe", "list", "--pantry", "nothing"),
)


@pytest.mark.parametrize("words", THERE_IS_NONE, ids=" ".join)
def test_what_is_named_and_not_there_is_wrong_usage_and_leaves_nothing(
    words: tuple[str, ...], call: Call, pantry: Pantry
) -> None:
    told = call(*words, "--json")
    assert told.code == 2, told.err
    assert "nothing" in told.json["message"] or "trusted" in told.json["message"]
    assert told.json["hint"]
    assert not list(Path.cwd().iterdir())
    assert not list(pantry.runs_folder.glob("*")) and not pantry.recipes.list()


def test_a_bug_is_one_line_and_with_debug_a_traceback(
    call: Call, pantry: Pantry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(Pantry, "open", fall)
    told = call("recipe", "list")
    assert told.code == 1 and "Traceback" not in told.err and len(told.err.splitlines()) == 2
    assert "Traceback" in call("recipe", "list", "--debug").err


def test_interrupted_exits_with_130(
    call: Call, pantry: Pantry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Pantry, "open", stop)
    told = call("recipe", "list", "--json")
    assert told.code == 130 and told.json["exit_code"] == 130


def test_a_pantry_is_found_by_option_variable_place_and_memory(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {name: Pantry.build(tmp_path / name).path for name in ("a", "b", "c", "d")}
    which_pantry.remember(made["d"])
    assert which_pantry.choose(None) == made["d"]
    inner = made["c"] / "runs"
    inner.mkdir(exist_ok=True)
    monkeypatch.chdir(inner)
    assert which_pantry.choose(None) == made["c"]
    monkeypatch.setenv("HAVERSACK_PANTRY", str(made["b"]))
    assert which_pantry.choose(None) == made["b"]
    assert which_pantry.choose(made["a"]) == made["a"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pantry": 7}', '{"pantry": "/nowhere"}'])
def test_a_damaged_memory_of_the_pantry_is_no_memory(home: Path, content: str) -> None:
    home.mkdir()
    (home / "current-pantry.json").write_text(content)
    assert which_pantry.remembered() is None


def test_a_folder_that_is_no_pantry_is_refused(call: Call, tmp_path: Path) -> None:
    told = call("recipe", "list", "--pantry", str(tmp_path))
    assert told.code == 2 and "not a pantry" in told.err


def test_the_help_imports_nothing_heavy_and_little_in_all() -> None:
    code = (
        "import sys; from haversack.cli import app; app.run(['--help']); "
        "heavy = {'torch', 'numpy', 'pandas', 'lightning', 'PySide6', 'cryptography', 'httpx'}; "
        "sys.stderr.write(f'{len(sys.modules)}'); "
        "sys.exit(','.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stderr) < 600  # 498 modules when this was written


def test_python_m_haversack_is_the_same_program(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "haversack", "runs", "list", "--pantry", str(tmp_path), "--json"],
        capture_output=True,
        text=True,
        env={**os.environ, "HAVERSACK_HOME": str(tmp_path)},
    )
    assert done.returncode == 2
    assert '"NotAPantryError"' in done.stdout


def test_a_reader_that_goes_away_is_no_error(pantry: Pantry) -> None:
    for number in range(30):
        (pantry.runs_folder / f"run-{number:03d}-{'x' * 60}").mkdir(parents=True)
    line = f"{sys.executable} -m haversack runs list | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True)
    assert "Traceback" not in done.stderr and "Exception" not in done.stderr


def test_ctrl_c_while_watching_leaves_with_130(pantry: Pantry) -> None:
    from haversack.runs.event_sink import EventSink
    from haversack.runs.events import Started
    from haversack.runs.spec import RunSpec
    from haversack.runs.store import RunStore

    store = RunStore(pantry.runs_folder)
    folder = store.create(RunSpec(kind="train", run_id="r", run_dir=store.path("r")))
    sink = EventSink(folder, None)
    sink.send(Started(kind="train"))
    process = subprocess.Popen(
        [sys.executable, "-m", "haversack", "runs", "watch", "r"], stderr=subprocess.PIPE
    )
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130
    sink.close()
