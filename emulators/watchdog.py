"""Ends the children of a process that died without ending them itself, even by SIGKILL, on Linux and macOS alike.

One watchdog serves one parent. It reads process group numbers from the parent over a pipe (`+123` guard, `-123`
release); the end of the pipe means that the parent is gone, and every group that is still guarded is killed. Whole
groups, so that gunicorn's workers go with their master. Run as a file, without site packages: it costs some 10 MB.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from typing import TextIO


def watch(parent: TextIO) -> None:
    """Follow the parent's words until it is gone, then kill what it left."""
    guarded: set[int] = set()
    for line in parent:
        number = int(line[1:])
        (guarded.add if line[0] == "+" else guarded.discard)(number)
    for group in guarded:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # it may have ended by itself
            os.killpg(group, signal.SIGKILL)


class Watchdog:
    """The parent's side. Starts with the first guarded group and ends with the last, so it never outlives its use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._guarded: set[int] = set()
        self._process: subprocess.Popen[str] | None = None

    def guard(self, group: int) -> None:
        """From now on this process group does not outlive us."""
        with self._lock:
            if self._process is None:
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-S", __file__],
                    stdin=subprocess.PIPE,
                    text=True,
                    start_new_session=True,  # a Ctrl-C at the terminal is for the parent to handle
                )
            self._guarded.add(group)
            self._say(self._process, f"+{group}")

    def release(self, group: int) -> None:
        """This process group has ended; its number may soon be somebody else's."""
        with self._lock:
            if self._process is None or group not in self._guarded:
                return
            self._guarded.discard(group)
            self._say(self._process, f"-{group}")
            if not self._guarded:
                self._process.communicate()
                self._process = None

    @staticmethod
    def _say(process: subprocess.Popen[str], line: str) -> None:
        assert process.stdin is not None  # noqa: S101 - for the type checker: it was opened as a pipe
        with contextlib.suppress(BrokenPipeError):  # somebody ended the watchdog; the services can still be stopped
            process.stdin.write(line + "\n")
            process.stdin.flush()


if __name__ == "__main__":
    watch(sys.stdin)
