"""Both halves of the demo, the second in a process of its own that has no network."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from haversack.base.errors import HaversackError, UsageError
from haversack.base.progress import CancelToken
from haversack.services.demo.diary import DemoReport, Diary
from haversack.services.demo.home import Packed, prepare_and_pack
from haversack.services.isolation import isolation
from haversack.services.listen import Listener, Said, ignore
from haversack.services.trace import read_trace, trace_prefix

REPORT = "demo-report.json"


def demo(
    folder: Path, *, on_event: Listener = ignore, cancel: CancelToken | None = None
) -> DemoReport:
    """Do the whole journey in a folder: prepare, pack, open without a network, train, report.

    Raises:
        UsageError: The folder holds something.
        HaversackError: A step failed; it is named.
    """
    folder = folder.absolute()
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty", "Name a new folder with --dir.")
    started = time.monotonic()
    diary = Diary("with a network", on_event)
    packed = prepare_and_pack(folder, diary, on_event, cancel)
    field = _without_network(packed, folder, on_event)
    report = DemoReport(
        entries=(*diary.entries, *field.entries),
        pictures=field.pictures,
        proved=(*packed.proved, *field.proved),
        seconds=round(time.monotonic() - started, 1),
    )
    report.save(folder / REPORT)
    return report


def program() -> Sequence[str]:
    """Give the command line of this program, frozen or not."""
    if getattr(sys, "frozen", False):
        return (sys.executable,)
    return (sys.executable, "-m", "haversack")


def _without_network(packed: Packed, folder: Path, on_event: Listener) -> DemoReport:
    home = folder / "empty-home"
    home.mkdir()
    out, trace = folder / "field-report.json", folder / "field-trace"
    apart, traced = isolation(), trace_prefix(trace)
    if not apart.possible:
        on_event(Said(f"no namespace can be made here ({apart.why_not}): nothing is proved"))
    done = subprocess.run(  # noqa: S603 - this program itself
        [
            *(apart.prefix() if apart.possible else ()),
            *traced,
            *program(),
            "demo",
            "--field-half",
            str(packed.bundle),
            "--fingerprint",
            packed.fingerprint,
            "--dir",
            str(folder),
        ],
        check=False,
        stdin=subprocess.DEVNULL,
        env={
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": os.environ.get("LANG", "C.UTF-8"),
            "HOME": str(home),
            "HAVERSACK_HOME": str(folder / "field-keys"),
        },
    )
    if done.returncode != 0 or not out.exists():
        raise HaversackError(
            f"the half without a network ended with exit status {done.returncode}",
            "Its own words stand above.",
        )
    if not traced:
        on_event(Said("strace is not installed: nobody watched which addresses were called"))
        return DemoReport.load(out)
    called = sorted(set(read_trace(trace).called))
    trace.unlink()
    if called:
        raise HaversackError(
            f"the half without a network called {', '.join(called)}", "Report this as a bug."
        )
    watched = "opening, choosing, cooking and training called no address but loopback (strace)"
    return DemoReport.load(out).model_copy(update={"proved": (watched,)})


def field_half(
    bundle: Path, fingerprint: str, folder: Path, *, on_event: Listener = ignore
) -> None:
    """Do the half without a network and leave its report in ``folder``."""
    from haversack.services.demo.field import open_and_cook

    open_and_cook(bundle, fingerprint, folder, on_event).save(folder / "field-report.json")
