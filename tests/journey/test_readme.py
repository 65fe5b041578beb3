"""Every command of the README, in its order, typed on a terminal; at night, since it trains."""

from __future__ import annotations

import os
import pty
import re
import shutil
import sys
from pathlib import Path

import pytest

from data.byod.sets import digits_folder, save
from haversack.base.errors import EXIT_REFUSED
from long_form import LONG_FORM

ROOT = Path(__file__).parents[2]
STICK = "/media/stick"
QUESTIONS = {
    re.compile(r"(Passphrase for .*|The same again): $"): "a passphrase for tests",
    re.compile(r"\[y/N\] $"): "y",
}

pytestmark = [
    pytest.mark.torch,
    pytest.mark.slow,
    pytest.mark.registry,
    pytest.mark.skipif(not LONG_FORM, reason="takes minutes; runs at night"),
]


def test_each_command_of_the_readme_does_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    digits_folder(tmp_path / "photos")
    for at in range(3):
        save(tmp_path / "new-photos", f"{at}.jpg", at)
    (tmp_path / "results.csv").write_text(
        "id,hardware,latency,if_task_metric,dataset\n1,board,5.5,0.7,parts\n2,board,9.0,0.8,parts\n"
    )
    blocks = _shell_blocks()
    assert len(blocks) == 4, "prepare, field, volumes, own pictures"
    for block, person in zip(blocks, ("home", "field", "home", "home"), strict=True):
        for line in block:
            code, said = _typed(line, tmp_path, tmp_path / f"keys-of-{person}")
            untrusted = line.startswith("haversack inspect")  # the publisher is pinned after it
            assert code == (EXIT_REFUSED if untrusted else 0), f"{line}\n{said}"
            assert "Traceback" not in said
    assert (tmp_path / "stick" / "KIT" / "bundle.dsse.json").is_file()
    assert list((tmp_path / "field_pantry" / "runs").glob("*/checkpoints/best/model.safetensors"))
    assert list((tmp_path / "my_pantry" / "runs").glob("*-predict-*/predictions/*.png"))


def _shell_blocks() -> list[list[str]]:
    """Give the lines of each block but the first, which is `make demo` and `make test`."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    assert "make demo" in blocks[0]
    return [block.splitlines() for block in blocks[1:]]


def _typed(line: str, folder: Path, keys: Path) -> tuple[int, str]:
    """Type a line on a terminal and answer what is asked; give exit status and all it showed."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": path, "HAVERSACK_HOME": str(keys), "HOME": str(folder), "TERM": "xterm"}
    command = line.replace(STICK, str(folder / "stick"))
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execvpe(shutil.which("bash") or "bash", ["bash", "-c", command], environment)
    said = ""
    while True:
        try:
            fresh = os.read(terminal, 4096).decode("utf-8", errors="replace")
        except OSError:  # Linux says so when the other end is closed
            break
        if not fresh:
            break
        said += fresh
        for question, answer in QUESTIONS.items():
            if question.search(said):
                os.write(terminal, f"{answer}\n".encode())
                said += "\n"
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), said
