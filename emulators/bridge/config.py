"""What the bridge is told, as a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from emulators.strict import load, matching


@dataclass(frozen=True, slots=True)
class BridgeConfig:
    """Which subscription feeds which table; `batch_rows_max` rows at most go into one insert.

    `batch_wait_s` is the pause before the next pull whenever the last one did not fill a batch.
    """

    project: str = matching(r"[a-z][a-z0-9-]{4,62}")
    subscription: str = matching(r"[A-Za-z][A-Za-z0-9_.~+%-]{2,254}")
    bigquery_url: str = matching(r"http://[^/]+")
    dataset: str = matching(r"[A-Za-z0-9_]+")
    table: str = matching(r"[A-Za-z0-9_]+")
    batch_rows_max: int = field(default=500, metadata={"between": (1, 10_000)})
    batch_wait_s: float = field(default=0.2, metadata={"between": (0.001, 60)})


def load_config(path: Path) -> BridgeConfig:
    """Read the file, which is JSON. Raises BAD_DESCRIPTION."""
    return load(BridgeConfig, path, path.name)
