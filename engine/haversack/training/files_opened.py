"""Which files this process opens: what Python opens itself; native code is not seen."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

_SYSTEM = ("/proc", "/sys", "/dev", "/etc", "/usr", "/lib", "/run", "/var", "/bin", "/opt")


class FilesOpened:
    """Records paths from its making on. An audit hook cannot be taken away again."""

    def __init__(self) -> None:
        """Begin to record."""
        self._paths: set[str] = set()
        self._listening = True
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if event != "open" or not self._listening:
            return
        path, _mode, flags = (*arguments, None, None, None)[:3]
        written = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if isinstance(path, str | bytes) and not written:
            self._paths.add(os.fsdecode(path))

    def outside(self, known: Sequence[Path]) -> list[str]:
        """Stop listening; give the existing files that are neither known nor a program's.

        The source of a loaded module is a program's wherever it lies: a warning or a traceback
        reads it for the line that it quotes.
        """
        self._listening = False
        installed = {*sysconfig.get_paths().values(), sys.prefix, sys.base_prefix}
        engine = Path(__file__).resolve().parents[2]
        inside = [Path(p).resolve() for p in (*installed, *_SYSTEM)] + [engine]
        inside += [path.resolve() for path in known]
        modules = (getattr(module, "__file__", None) for module in tuple(sys.modules.values()))
        sources = {Path(source).resolve() for source in modules if isinstance(source, str)}
        found = {Path(path).resolve() for path in self._paths} - sources
        return sorted(
            str(path)
            for path in found
            if path.is_file() and not any(path.is_relative_to(root) for root in inside)
        )
