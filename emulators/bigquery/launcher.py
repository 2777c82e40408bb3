"""Starts bqemulator with one thing changed. Runs under the emulator's own Python: nothing of this repository is there.

For time travel, bqemulator copies the whole table after every insert and keeps the copies for days. In 200 inserts of
200 rows that came to 950 MB, and it grows with the square of the rows. Nothing here travels in time, so no automatic
copies are made; snapshots that somebody asks for still are.
"""

from __future__ import annotations

import sys
from typing import Any

from bqemulator import cli  # type: ignore[import-not-found]  # it lives in the emulator's own environment
from bqemulator.versioning.snapshots import SnapshotManager  # type: ignore[import-not-found]

_capture = SnapshotManager.capture


def _capture_on_request(self: Any, *table: str, kind: str = "AUTO") -> Any:
    """Copy a table only when asked to; None, which callers take for a dropped table, otherwise."""
    return None if kind == "AUTO" else _capture(self, *table, kind=kind)


if __name__ == "__main__":
    SnapshotManager.capture = _capture_on_request
    sys.exit(cli.main())
