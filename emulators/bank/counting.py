"""How the side door counts, so that a test can prove that nothing happened twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def by_key(counts: Mapping[str, int]) -> dict[str, Any]:
    """Counts by key as the summary shows them; `more_than_once` names the keys that were counted again."""
    return {
        "total": sum(counts.values()),
        "keys": len(counts),
        "per_key_max": max(counts.values(), default=0),
        "more_than_once": sorted(key for key, count in counts.items() if count > 1),
    }
