"""Waiting for something to become true, with a deadline that fails the test."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(what: Callable[[], T], *, deadline_s: float = 30.0) -> T:
    """Ask `what` again and again until it answers with something true, and return that.

    The deadline only ends a test that has failed anyway; it is long, so that a busy machine does not fail it.
    """
    nap = threading.Event()
    end = time.monotonic() + deadline_s
    while not (answer := what()):
        if time.monotonic() > end:
            message = f"not true within {deadline_s:g} s"
            raise AssertionError(message)
        nap.wait(0.02)
    return answer
