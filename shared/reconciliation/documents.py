"""How reconciliation lies in documents.

`matches` (by slot: what the bank shows beside what was booked), `statements` (by account and day), `statement_files`
(by object: held, taken, superseded, refused), `statement_accounts` (how far each account is), and `cases`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from shared.kernel import ids
from shared.ports.documents import Document, Key
from shared.reconciliation.domain.slot import Expected, Item, Slot, SlotKind, SlotName, SlotStatus

MATCHES = "matches"
STATEMENTS = "statements"
FILES = "statement_files"
ACCOUNTS = "statement_accounts"
CASES = "cases"
GATE = "reconciliation"

# Of a case.
OPEN, RESOLVED = "open", "resolved"
# Of a day's statement.
TAKING, TAKEN = "taking", "taken"


class FileStatus(StrEnum):
    """What became of a file: HELD until its statement was taken; all others are ends."""

    HELD = "held"
    TAKEN = "taken"
    SUPERSEDED = "superseded"  # a later version of the same day's statement was there first
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class AccountState:
    """How far an account is.

    `pin` is a digest of the account's identification, which a statement must not change. `first_day` is that of its
    first statement. `ledger_through` is until when the journal was compared. `chain_breaks` are the open ones, by name.
    """

    rail: str
    currency: str
    pin: str = ""
    first_day: date | None = None
    ledger_through: datetime | None = None
    chain_breaks: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The id of its document."""
        return account_name(self.rail, self.currency)


def account_name(rail: str, currency: str) -> str:
    """How a rail's account is named."""
    return f"{rail}.{currency}"


def account_key(rail: str, currency: str) -> Key:
    """Where it stands how far an account is."""
    return Key(ACCOUNTS, account_name(rail, currency))


def slot_key(slot_id: str) -> Key:
    """Where a slot stands."""
    return Key(MATCHES, slot_id)


def file_key(name: str) -> Key:
    """Where a file stands, by its object's name."""
    return Key(FILES, ids.derive("stf", name))


def statement_key(rail: str, currency: str, day: date) -> Key:
    """Where the statement of a day stands."""
    return Key(STATEMENTS, f"{account_name(rail, currency)}.{day.isoformat()}")


def case_key(*parts: str) -> Key:
    """Where a case of reconciliation stands."""
    return Key(CASES, ".".join(("recon", *parts)))


def account_to_fields(account: AccountState) -> dict[str, Any]:
    """An account's state as a document."""
    return {
        "rail": account.rail,
        "currency": account.currency,
        "pin": account.pin,
        "first_day": account.first_day.isoformat() if account.first_day else None,
        "ledger_through": account.ledger_through,
        "chain_breaks": list(account.chain_breaks),
    }


def account_from(document: Document | None, rail: str, currency: str) -> AccountState:
    """An account's state from its document; a new one where there is none."""
    if document is None:
        return AccountState(rail, currency)
    stored = document.fields
    return AccountState(
        rail,
        currency,
        stored["pin"],
        date.fromisoformat(stored["first_day"]) if stored["first_day"] else None,
        stored["ledger_through"],
        tuple(stored["chain_breaks"]),
    )


def slot_to_fields(slot: Slot) -> dict[str, Any]:
    """A slot as a document; `account` is there to be searched."""
    return {
        "kind": slot.name.kind.value,
        "rail": slot.name.rail,
        "currency": slot.name.currency,
        "account": account_name(slot.name.rail, slot.name.currency),
        "key": slot.name.key,
        "payment_id": slot.payment_id,
        "tenant": slot.tenant,
        "status": slot.status.value,
        "open_cases": list(slot.open_cases),
        "items": [{**_plain(item), "day": item.day.isoformat()} for item in slot.items],
        "expected": [_plain(one) for one in slot.expected],
    }


def slot_from(document: Document) -> Slot:
    """A slot from its document."""
    stored: Mapping[str, Any] = document.fields
    return Slot(
        SlotName(SlotKind(stored["kind"]), stored["rail"], stored["currency"], stored["key"]),
        tuple(Item(**{**item, "day": date.fromisoformat(item["day"])}) for item in stored["items"]),
        tuple(Expected(**one) for one in stored["expected"]),
        stored["payment_id"],
        stored["tenant"],
        SlotStatus(stored["status"]),
        tuple(stored["open_cases"]),
    )


def _plain(value: Item | Expected) -> dict[str, Any]:
    return {each.name: getattr(value, each.name) for each in fields(value)}
