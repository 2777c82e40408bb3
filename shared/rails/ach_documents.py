"""How the ACH rail lies in documents.

`ach_entries` (by instruction key), `ach_files` (by cut-off), `ach_counters` (trace numbers, files of a day, cut-offs
done), `ach_days` (what return rates are made of), `ach_accounts` (what banks told us of an account), `ach_prenotes`,
`ach_inbound` (files received) and `ach_inbound_entries` (what became of each entry in them).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from shared.kernel import ids
from shared.kernel.party import Direction
from shared.ports.documents import Document, Key
from shared.rails.domain.ach.entry import AchEntry, EntryKind, EntryStatus, Service
from shared.rails.domain.ach.file import AchFile, FileStatus

ENTRIES = "ach_entries"
FILES = "ach_files"
COUNTERS = "ach_counters"
DAYS = "ach_days"
ACCOUNTS = "ach_accounts"
PRENOTES = "ach_prenotes"
INBOUND = "ach_inbound"
INBOUND_ENTRIES = "ach_inbound_entries"
CASES = "cases"

TRACE_COUNTER = Key(COUNTERS, "trace")
CUTOFFS_DONE = Key(COUNTERS, "cutoffs")

_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")


def entry_key(key: str) -> Key:
    """Where the entry of an instruction stands."""
    return Key(ENTRIES, key)


def file_key(file_id: str) -> Key:
    """Where the file of a cut-off stands."""
    return Key(FILES, file_id)


def files_of_day_key(day: date) -> Key:
    """Where the files of a day are counted, for their modifiers."""
    return Key(COUNTERS, f"files-{day.isoformat()}")


def day_key(day: date) -> Key:
    """Where debits and returns of a day are counted."""
    return Key(DAYS, day.isoformat())


def account_key(ref: str) -> Key:
    """Where what we know of an account stands; see `terms.account_ref`."""
    return Key(ACCOUNTS, ref)


def inbound_key(name: str) -> Key:
    """Where an inbound file stands, by its object's name without the folder."""
    safe = 0 < len(name) <= 200 and set(name) <= _SAFE and not name.startswith((".", "__"))
    return Key(INBOUND, name if safe else ids.derive("inb", name))


def inbound_entry_key(file: Key, number: int) -> Key:
    """Where the outcome of the entry with this number (from 1) of an inbound file stands."""
    return Key(INBOUND_ENTRIES, f"{file.id}.{number}")


def case_key(*parts: str) -> Key:
    """Where a case of this rail stands."""
    return Key(CASES, ".".join(("ach", *parts)))


def case_fields(code: str, text: str, now: datetime, *, payment_id: str = "", tenant: str = "") -> dict[str, Any]:
    """A case for people, in the form that all cases have."""
    return {
        "payment_id": payment_id,
        "tenant": tenant,
        "gate": "ach",
        "status": "open",
        "opened_at": now,
        "reasons": [{"code": code, "text": text}],
    }


def entry_to_fields(entry: AchEntry) -> dict[str, Any]:
    """An entry as a document."""
    return _to_fields(entry) | {"received": list(entry.received)}


def entry_from(document: Document) -> AchEntry:
    """An entry from its document."""
    stored = document.fields
    return AchEntry(
        **{
            **stored,
            "key": document.key.id,
            "kind": EntryKind(stored["kind"]),
            "service": Service(stored["service"]),
            "direction": Direction(stored["direction"]),
            "status": EntryStatus(stored["status"]),
            "answered_on": _day(stored["answered_on"]),
            "received": tuple(stored["received"]),
        }
    )


def file_to_fields(file: AchFile) -> dict[str, Any]:
    """A file as a document."""
    return {name: value for name, value in _to_fields(file).items() if name != "id"}


def file_from(document: Document) -> AchFile:
    """A file from its document."""
    stored: Mapping[str, Any] = document.fields
    return AchFile(
        **{
            **stored,
            "id": document.key.id,
            "status": FileStatus(stored["status"]),
            "effective_on": _day(stored["effective_on"]),
            "settles_on": _day(stored["settles_on"]),
        }
    )


def _to_fields(value: AchEntry | AchFile) -> dict[str, Any]:
    """Plain values by field: an enumeration as its word, a day in ISO 8601 form. The key is the document's id."""
    stored = {}
    for each in fields(value):
        one = getattr(value, each.name)
        if isinstance(one, date) and not isinstance(one, datetime):
            one = one.isoformat()
        stored[each.name] = str(one) if isinstance(one, StrEnum) else one
    stored.pop("key", None)
    return stored


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
