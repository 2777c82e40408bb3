"""What is dear to make and the same for all tests of a run: made by the first that asks, read by the others."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def once_a_run(factory: pytest.TempPathFactory, name: str, make: Callable[[], Any]) -> Any:
    """What `make` returns, which JSON can hold; its other callers wait, those in other processes of the run too."""
    folder = _folder_of_the_run(factory)
    kept = folder / f"{name}.json"
    with (folder / f"{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            made = json.dumps(make())
            kept.write_text(made, encoding="utf-8")
    return json.loads(kept.read_text(encoding="utf-8"))


def _folder_of_the_run(factory: pytest.TempPathFactory) -> Path:
    """With pytest-xdist, each process has its own folder below that of the run."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
