"""What the side door says of the ACH desk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from emulators.bank.ach.entries import AchEntry, FileTaken, Stage
from emulators.bank.counting import by_key

_SETTLED = tuple(stage for stage in Stage if stage is not Stage.RECEIVED)
_BACK = (Stage.RETURNED, Stage.CONTESTED)


def summary_of(files: Sequence[FileTaken], entries: Sequence[AchEntry], counts: Mapping[str, int]) -> dict[str, Any]:
    """Entries by trace number, by their own identification, and by stage; files by how they were acknowledged.

    `returned` are the entries whose money is back with us by now: not those whose return we have dishonoured.
    """
    paying = [one for one in entries if one.detail.amount_cents]
    settled = [one for one in paying if one.stage in _SETTLED]
    sums = {
        direction: sum(one.detail.amount_cents for one in settled if one.direction == direction)
        for direction in ("credit", "debit")
    }
    return {
        "instructions": by_key(Counter(one.trace for one in entries)),
        "identifications": by_key(Counter(_identification(one) for one in entries if _identification(one))),
        "moved": by_key(Counter(one.trace for one in settled)),
        "returned": by_key(Counter(one.trace for one in paying if one.stage in _BACK)),
        **{stage.value: sum(one.stage is stage for one in entries) for stage in Stage if stage is not Stage.RETURNED},
        "prenotes": sum(one.prenote for one in entries),
        "changes": sum(bool(one.change_code) for one in entries),
        "changes_refused": counts.get("changes_refused", 0),
        "dishonours_unmatched": counts.get("dishonours_unmatched", 0),
        "sums_minor": {direction: {"USD": total} if total else {} for direction, total in sums.items()},
        "files": dict(Counter(one.status for one in files)),
        "refusals": {one.file_id: one.reason for one in files if one.reason},
    }


def _identification(one: AchEntry) -> str:
    return one.detail.identification_number.strip()
