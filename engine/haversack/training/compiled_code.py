"""Where torch keeps what its compiler made: in a folder that only this user can write.

It unpickles what it finds there and runs it. Its own choice is a folder below the temporary one,
whose name anybody on the machine can foresee and make first; it is chosen when timm is imported.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import platformdirs

KEPT_AT = "TORCHINDUCTOR_CACHE_DIR"


def keep_private() -> None:
    """Choose the folder, unless a person's environment names one; before timm is imported.

    A folder of the name that torch gives was chosen by torch, in the process that started this one.
    Where the user's cache cannot be written it is a folder of this process, gone at its end.
    """
    named = os.environ.get(KEPT_AT, "")
    if named and not Path(named).name.startswith("torchinductor_"):
        return
    folder = platformdirs.user_cache_path("haversack") / "compiled"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_ours = os.access(folder, os.W_OK)
    except OSError:
        is_ours = False
    os.environ[KEPT_AT] = str(folder if is_ours else _for_this_process())


def _for_this_process() -> Path:
    folder = tempfile.mkdtemp(prefix="haversack-compiled-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
