"""What can be wrong between a bank's statements and our books. Pure: a slot and the limits give the findings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.kernel import ids
from shared.reconciliation.domain.slot import Expected, Item, Slot, SlotKind, SlotStatus


class BreakKind(StrEnum):
    """Kinds of breaks; the value is the code on the case."""

    UNKNOWN_ENTRY = "unknown_entry"  # the bank moved money, and nobody here knows why
    NOT_BOOKED = "not_booked"  # the bank moved a leg's money, and the leg does not say so
    AMOUNT_MISMATCH = "amount_mismatch"
    DIRECTION_MISMATCH = "direction_mismatch"
    DUPLICATE_ENTRY = "duplicate_entry"  # the very same, more than once
    BATCH_MISMATCH = "batch_mismatch"  # sum or number of a file's entries differ
    MISSING_FROM_STATEMENT = "missing_from_statement"
    BALANCE_GAP = "balance_gap"  # a statement does not open with what the one before it closed with
    STATEMENT_MISSING = "statement_missing"  # a day without one
    STATEMENT_REFUSED = "statement_refused"  # a file that is no statement of ours


@dataclass(frozen=True, slots=True)
class Limits:
    """What has had its time by now.

    What was booked before `missing_before` should be on a statement; None while no statement can say so. What
    statements up to `booked_through` show should be booked.
    """

    missing_before: datetime | None
    booked_through: date


# Neither side has had its time: what one statement alone can show.
NOTHING_YET = Limits(None, date.min)


@dataclass(frozen=True, slots=True)
class Finding:
    """One break of a slot: what we booked and what the bank shows, in signed minor units."""

    kind: BreakKind
    returned: bool
    expected: tuple[Expected, ...]
    items: tuple[Item, ...]

    @property
    def expected_minor(self) -> int:
        """What we booked."""
        return sum(one.amount_minor for one in self.expected)

    @property
    def shown_minor(self) -> int:
        """What the bank shows."""
        return sum(item.amount_minor for item in self.items)

    @property
    def about(self) -> str:
        """A digest of what both sides said: another one is something that nobody has looked at yet."""
        booked = [f"{one.entry_id} {one.amount_minor}" for one in self.expected]
        return ids.derive("said", *booked, *(f"{item.id} {item.amount_minor}" for item in self.items))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of a slot at this moment."""

    status: SlotStatus
    findings: tuple[Finding, ...] = ()


def judge(slot: Slot, limits: Limits) -> Verdict:
    """Whether both sides agree, a side still has time, or what is wrong; at most one finding for each way of the money.

    Only the sums count: an entry that the bank took back, or made good later, agrees in the end. Money that went out
    and came back before a leg counted as accepted never moved for us, so where nothing was booked it agrees too.
    """
    if not slot.expected and not sum(item.amount_minor for item in slot.items):
        return Verdict(SlotStatus.MATCHED)
    found: list[Finding] = []
    waits = False
    for returned in (False, True):
        items, expected = slot.part(returned=returned)
        answer = next(_against(slot, items, expected, limits), None)
        if isinstance(answer, BreakKind):
            found.append(Finding(answer, returned, expected, items))
        elif answer is SlotStatus.WAITING:
            waits = True
    if found:
        return Verdict(SlotStatus.BROKEN, tuple(found))
    return Verdict(SlotStatus.WAITING if waits else SlotStatus.MATCHED)


def _against(
    slot: Slot, items: tuple[Item, ...], expected: tuple[Expected, ...], limits: Limits
) -> Iterator[BreakKind | SlotStatus]:
    """What speaks against one way of the money, the first in order of precedence being the answer."""
    shown_minor = sum(item.amount_minor for item in items)
    if not expected:
        if shown_minor:
            yield _unbooked(slot, items, limits)
        return
    wanted_minor = sum(one.amount_minor for one in expected)
    if not shown_minor:
        yield _missing(expected, limits)
    if shown_minor == wanted_minor and not _miscounted(items, expected):
        return
    if (shown_minor < 0) is not (wanted_minor < 0):
        yield BreakKind.DIRECTION_MISMATCH
    if len(items) > 1 and all(item.amount_minor == wanted_minor for item in items):
        yield BreakKind.DUPLICATE_ENTRY
    yield BreakKind.BATCH_MISMATCH if slot.name.kind is SlotKind.BATCH else BreakKind.AMOUNT_MISMATCH


def _unbooked(slot: Slot, items: tuple[Item, ...], limits: Limits) -> BreakKind | SlotStatus:
    if not slot.payment_id:
        return BreakKind.UNKNOWN_ENTRY
    had_time = min(item.day for item in items) <= limits.booked_through
    return BreakKind.NOT_BOOKED if had_time else SlotStatus.WAITING


def _missing(expected: tuple[Expected, ...], limits: Limits) -> BreakKind | SlotStatus:
    moments = [one.at for one in expected if one.at is not None]
    had_time = limits.missing_before is not None and any(at < limits.missing_before for at in moments)
    return BreakKind.MISSING_FROM_STATEMENT if had_time else SlotStatus.WAITING


def _miscounted(items: tuple[Item, ...], expected: tuple[Expected, ...]) -> bool:
    """Whether a batch that is shown in one entry holds another number of payments than its file."""
    if len(items) != 1 or items[0].count is None:
        return False
    counts = [one.count for one in expected if one.count is not None]
    return bool(counts) and sum(counts) != items[0].count
