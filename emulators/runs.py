"""Folders of runs, below `.clearway`: logs and configuration, kept for a look afterwards, but not for ever."""

from __future__ import annotations

import os
import re
import shutil
import time
from pathlib import Path

import psutil

from emulators.stand_ins import ROOT

FOLDER = ROOT / ".clearway"
KEPT = 10
_NAME = re.compile(r"\d{8}-\d{6}-(\d+)")


def new(folder: Path = FOLDER, kept: int = KEPT) -> Path:
    """A name for the folder of a run of this process. Removes finished runs but for the last `kept`."""
    finished = [one for one in sorted(folder.glob("*")) if _finished(one.name)]
    for one in finished[: max(0, len(finished) - kept)]:
        shutil.rmtree(one, ignore_errors=True)
    return folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"


def _finished(name: str) -> bool:
    """Whether this is the folder of a run whose process is gone."""
    found = _NAME.fullmatch(name)
    return found is not None and not psutil.pid_exists(int(found[1]))
