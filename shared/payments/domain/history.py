"""A payment's history: one entry a version, each with the hash of the one before it, so that none can be altered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from shared.kernel.assessment import Reason
from shared.payments.domain.states import State


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened at one version: the state reached, the step that reached it, when, why and on what evidence."""

    version: int
    state: State
    step: str
    at: datetime
    reasons: tuple[Reason, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)
    hash: str = ""


def sealed(entry: Entry, previous_hash: str) -> str:
    """SHA-256 over the entry in canonical JSON and the hash of the entry before it (empty for the first)."""
    content = {
        "previous": previous_hash,
        "version": entry.version,
        "state": entry.state.value,
        "step": entry.step,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "reasons": [[reason.code, reason.text] for reason in entry.reasons],
        "evidence": entry.evidence,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def chain_is_whole(history: Sequence[Entry]) -> bool:
    """Whether versions run from one without a gap and every hash is that of its entry and its predecessor."""
    previous = ""
    for number, entry in enumerate(history, start=1):
        if entry.version != number or entry.hash != sealed(entry, previous):
            return False
        previous = entry.hash
    return True
