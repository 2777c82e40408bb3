"""Stand-ins for a test run: one process each, or a skip with a word where the machine lacks what they need."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from emulators import sdk
from emulators.errors import LocalError
from emulators.ports import free_port
from emulators.processes import Service
from shared.kernel.errors import ClearwayError


@contextmanager
def installed() -> Iterator[None]:
    """Where something is not installed the test is skipped with the line that says what to install.

    A CI run fails instead: a suite that skips its emulators proves nothing.
    """
    try:
        yield
    except ClearwayError as error:
        if error.code is not LocalError.NOT_INSTALLED:
            raise
        _do_without(error.detail)


def require_installed() -> None:
    """Skip the test, or fail it in CI, unless Java and Google's emulators are there."""
    if lines := sdk.missing():
        _do_without("missing " + "; ".join(lines))


def _do_without(reason: str) -> NoReturn:
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@contextmanager
def running(make: Callable[[int, Path], Service], log: Path) -> Iterator[Service]:
    """Make the service on a free port, start it, wait until it is ready, and stop it at the end."""
    with installed():
        service = make(free_port(), log)
    service.start()
    try:
        service.wait_ready()
        yield service
    finally:
        service.stop()
