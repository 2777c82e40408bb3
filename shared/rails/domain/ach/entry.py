"""An ACH entry of ours, from the moment it is queued for a file until the last that is heard of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from shared.kernel.party import Direction


class EntryKind(StrEnum):
    """What an entry is for."""

    PAYMENT = "payment"
    PRENOTE = "prenote"  # a test of the account, without money
    DISHONORED = "dishonored"  # a return that we send back


class Service(StrEnum):
    """When an entry is to settle: on the day of its file, or on the next banking day."""

    SAME_DAY = "same_day"
    STANDARD = "standard"


class EntryStatus(StrEnum):
    """Where an entry is. What became of the file that a CLAIMED one is in stands on the file."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    RETURNED = "returned"
    REJECTED = "rejected"  # never sent: what we learnt while it waited forbids it


@dataclass(frozen=True, slots=True, kw_only=True)
class AchEntry:
    """One entry. `key` is the rail's idempotency key, `content` a digest of what was instructed under it.

    `account_ref` stands for the account as it was instructed (see `account_ref`), while `routing_number` and
    `account_number` are those that go into the file, after corrections. `reference` is the short reference in the
    individual identification number. `due_from` is the moment from which a file may take the entry. `received` are the
    batch header, entry and addenda lines of the return that a dishonoured one sends back.
    """

    key: str
    kind: EntryKind
    service: Service
    direction: Direction
    amount_cents: int
    account_ref: str
    queued_at: datetime
    due_from: datetime
    sec_code: str = ""
    account_type: str = "checking"
    routing_number: str = ""
    account_number: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    reference: str = ""
    description: str = ""
    content: str = ""
    instrument_id: str = ""
    customer_id: str = ""
    status: EntryStatus = EntryStatus.QUEUED
    file_id: str = ""
    trace_number: str = ""
    reason_code: str = ""
    answer_trace: str = ""  # the trace number of the return that was taken
    answered_on: date | None = None
    dishonored_code: str = ""
    received: tuple[str, ...] = field(default=(), repr=False)
    information: str = ""

    def claimed(self, file_id: str, trace_number: str) -> AchEntry:
        """The entry as part of a file."""
        return replace(self, status=EntryStatus.CLAIMED, file_id=file_id, trace_number=trace_number)

    def requeued(self) -> AchEntry:
        """The entry out of a file of which the bank took nothing, for the next one."""
        return replace(self, status=EntryStatus.QUEUED, file_id="", trace_number="")

    def returned(self, code: str, trace: str, on: date) -> AchEntry:
        """The entry after a return that stands, which `trace` identifies and which came on a day."""
        return replace(self, status=EntryStatus.RETURNED, reason_code=code, answer_trace=trace, answered_on=on)

    def dishonored(self, code: str, return_code: str, trace: str, on: date) -> AchEntry:
        """The entry after a return that we send back with `code`: it counts as paid until its bank contests that."""
        return replace(self, dishonored_code=code, reason_code=return_code, answer_trace=trace, answered_on=on)

    def rejected(self, code: str) -> AchEntry:
        """The entry that no file will take."""
        return replace(self, status=EntryStatus.REJECTED, reason_code=code)

    @property
    def payment_id(self) -> str:
        """The payment whose leg this is; empty for a prenote and a dishonoured return."""
        return self.key.rpartition(".")[0] if self.kind is EntryKind.PAYMENT else ""
