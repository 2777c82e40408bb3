"""Breaks in words for people: amounts, days and references, and nothing of a person."""

from __future__ import annotations

from shared.kernel.assessment import Reason
from shared.kernel.money import Money
from shared.reconciliation.domain.breaks import BreakKind, Finding
from shared.reconciliation.domain.chain import ChainBreak
from shared.reconciliation.domain.slot import Slot, SlotKind

_REFERENCES_SHOWN = 5
_WHAT = {
    BreakKind.UNKNOWN_ENTRY: "the bank shows what nobody here knows",
    BreakKind.NOT_BOOKED: "the bank shows what is not booked here",
    BreakKind.AMOUNT_MISMATCH: "the bank shows another amount than was booked",
    BreakKind.DIRECTION_MISMATCH: "the bank shows the opposite direction of what was booked",
    BreakKind.DUPLICATE_ENTRY: "the bank shows more than once what was booked once",
    BreakKind.BATCH_MISMATCH: "the bank shows another sum, or another number of entries, than the file holds",
    BreakKind.MISSING_FROM_STATEMENT: "what was booked is on no statement",
}


def words_of(slot: Slot, finding: Finding) -> Reason:
    """The reason on a slot's case."""
    currency = slot.name.currency
    parts = [_WHAT[finding.kind] + (" (money on its way back)" if finding.returned else "")]
    if finding.expected:
        entries = _some([one.entry_id for one in finding.expected])
        parts.append(f"booked {_signed(finding.expected_minor, currency)} as {entries}")
        counts = [one.count for one in finding.expected if one.count is not None]
        parts += [f"{sum(counts)} entries in the file"] if counts else []
    if finding.items:
        days = _some(sorted({item.day.isoformat() for item in finding.items}))
        references = _some([item.reference for item in finding.items if item.reference])
        shown = f"shown {_signed(finding.shown_minor, currency)} on {days}"
        parts.append(f"{shown}, bank reference {references}" if references else shown)
        counts = [item.count for item in finding.items if item.count is not None]
        parts += [f"{sum(counts)} entries by the bank"] if counts else []
    if slot.name.kind is not SlotKind.STRANGER:
        parts.append(f"{slot.name.kind} {slot.name.key}")
    return Reason(finding.kind.value, f"{slot.name.rail}: " + "; ".join(parts))


def words_of_chain(rail: str, currency: str, one: ChainBreak) -> Reason:
    """The reason on a case about an account's statements."""
    day = one.day.isoformat()
    if one.kind is BreakKind.STATEMENT_MISSING:
        return Reason(one.kind.value, f"{rail}: there is no statement in {currency} for {day}")
    gap = _signed(one.gap_minor, currency)
    return Reason(one.kind.value, f"{rail}: the statement of {day} opens {gap} from what the one before closed with")


def _signed(amount_minor: int, currency: str) -> str:
    return f"{'+' if amount_minor > 0 else ''}{Money(amount_minor, currency)}"


def _some(texts: list[str]) -> str:
    shown = ", ".join(texts[:_REFERENCES_SHOWN])
    return f"{shown} and {len(texts) - _REFERENCES_SHOWN} more" if len(texts) > _REFERENCES_SHOWN else shown
