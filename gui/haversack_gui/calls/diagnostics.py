"""One file that a field operator can carry home: what this machine is, what ran, what went wrong.

Nothing secret goes in: no passphrase is ever kept, no file of the keyring is read, and the names
of the person's folders are shortened.
"""

from __future__ import annotations

import json
import os
import time
import traceback
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haversack.base.errors import HaversackError
from haversack.base.files import read_bytes, write_text
from haversack.base.finite_json import with_reasons
from haversack_gui.calls.pantry import OpenPantry
from haversack_gui.jobs import Job

if TYPE_CHECKING:
    from haversack_gui.calls.runs import RunLine

LOG_TAIL = 8_000
LOG_LIMIT = 64 << 20
RUNS = 20


def save(file: Path, pantry: OpenPantry | None, jobs: Sequence[Job]) -> Path:
    """Write the diagnostics whole or not at all.

    Raises:
        StorageError: The disk says no.
    """
    facts = {
        "haversack": version("haversack"),
        "written": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "machine": _machine(pantry),
        "pantry": _pantry(pantry) if pantry is not None else None,
        "jobs": [_job(job) for job in jobs],
        "runs": _runs(pantry) if pantry is not None else [],
    }
    text = json.dumps(with_reasons(facts), indent=1, ensure_ascii=False, allow_nan=False)
    write_text(file, _without_home(text) + "\n")
    return file


def _machine(pantry: OpenPantry | None) -> dict[str, Any]:
    from haversack.services.doctor import examine

    return examine(pantry.path if pantry is not None else None).model_dump(mode="json")


def _pantry(pantry: OpenPantry) -> dict[str, Any]:
    from haversack.services.shelves import shelf_items

    try:
        items = shelf_items(pantry.engine)
    except HaversackError as error:
        return {"path": str(pantry.path), "problem": error.diagnostics()}
    return {
        "path": str(pantry.path),
        "publisher": pantry.publisher,
        "items": [
            {"shelf": item.shelf, "name": item.name, "state": item.state, "detail": item.detail}
            for item in items
        ],
    }


def _job(job: Job) -> dict[str, Any]:
    problem = job.problem
    facts = problem.diagnostics() if isinstance(problem, HaversackError) else {}
    trace = "".join(traceback.format_exception(problem)) if problem is not None else ""
    return {
        "title": job.title,
        "state": job.state,
        "began": job.began,
        "command": job.same.command,
        "error": job.error,
        "hint": job.hint,
        "facts": facts,
        "traceback": trace[-LOG_TAIL:],
    }


def _runs(pantry: OpenPantry) -> list[dict[str, Any]]:
    from haversack_gui.calls.runs import lines

    return [_run(line) for line in lines(pantry)[:RUNS]]


def _run(line: RunLine) -> dict[str, Any]:
    wrong = line.state.status in ("failed", "lost")
    return {
        "run": line.run_id,
        "kind": line.kind,
        "status": line.state.status,
        "device": line.state.device,
        "error": line.state.error.model_dump() if line.state.error is not None else None,
        "log": _tail(line.folder / "worker.log") if wrong else "",
    }


def _tail(file: Path) -> str:
    try:
        return read_bytes(file, LOG_LIMIT)[-LOG_TAIL:].decode("utf-8", "replace")
    except HaversackError:
        return ""


def _without_home(text: str) -> str:
    home = str(Path.home())
    plain = text.replace(json.dumps(home, allow_nan=False)[1:-1], "~") if len(home) > 1 else text
    user = os.environ.get("USER", "")
    return plain.replace(f"/{user}/", "/…/") if user and user != "root" else plain
