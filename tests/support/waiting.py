"""Waiting for something to become true, with a deadline that fails the test."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(what: Callable[[], T], *, deadline_s: float = 30.0) -> T:
    """Ask `what` again and again until it answers with something true, and return that."""
    return eventually(what, bool, within_s=deadline_s, every_s=0.02)


def eventually(look: Callable[[], T], good: Callable[[T], bool], *, within_s: float = 60.0, every_s: float = 0.2) -> T:
    """The first look that is good.

    The deadline only ends a test that has failed anyway; it is long, so that a busy machine does not fail it.
    """
    nap = threading.Event()
    end = time.monotonic() + within_s
    while not good(seen := look()):
        if time.monotonic() > end:
            message = f"not within {within_s:g} s: {seen!r}"
            raise AssertionError(message)
        nap.wait(every_s)
    return seen
