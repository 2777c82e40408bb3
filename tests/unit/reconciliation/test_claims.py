"""What a statement's entries claim, and for whom: one case a line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.formats.iso20022.entries import (
    Batch,
    Entry,
    EntryDetails,
    EntryStatus,
    EntryTransaction,
    ReturnInformation,
)
from shared.formats.iso20022.statements import Balance, Statement
from shared.kernel.money import Money
from shared.reconciliation.domain.claims import claims_of, traces_in
from tests.support.bank_statements import Line, direction, entry_of
from tests.support.booked_world import MONDAY

SHORT = f"{'a' * 26}.debit"
KEY = f"pay_{SHORT}"
TRACE = "121042880000001"
KEYS = {TRACE: KEY}


def named(amount_minor: int = 500, **names: object) -> Entry:
    """An entry of one payment with these references."""
    one = EntryTransaction(**names)  # type: ignore[arg-type]
    plain = entry_of(Line(amount_minor, "B1"), "USD", MONDAY)
    return replace(plain, details=(EntryDetails(transactions=(one,)),))


def part(amount_minor: int, name: str) -> EntryTransaction:
    """One payment of an entry that holds several."""
    money = Money(abs(amount_minor), "USD")
    return EntryTransaction(end_to_end_id=name, amount=money, direction=direction(amount_minor))


def several(total_minor: int, *parts: EntryTransaction, batch: Batch | None = None) -> Entry:
    """An entry that lists its payments."""
    plain = entry_of(Line(total_minor, "B1"), "USD", MONDAY)
    return replace(plain, details=(EntryDetails(batch, parts),))


def statement(*entries: Entry) -> Statement:
    """A statement of that Monday; its sums are not what is looked at here."""
    balances = tuple(Balance(kind, Money(0, "USD"), direction(0), MONDAY) for kind in ("OPBD", "CLBD"))
    return Statement("S1", "ACCOUNT-1", balances=balances, entries=entries, currency="USD")


def said(*entries: Entry) -> list[tuple[str, str, int, bool]]:
    """Kind and key of the slot (of a stranger, no key), the amount, and whether it is money on its way back."""
    found = []
    for one in claims_of(statement(*entries), "ach", KEYS):
        key = "" if one.name.kind == "stranger" else one.name.key
        found.append((one.name.kind.value, key, one.item.amount_minor, one.item.returned))
    return found


LEG, BACK = ("leg", KEY, 500, False), ("leg", KEY, 500, True)
STRANGER = ("stranger", "", 500, False)
RETURNED = ReturnInformation()


@pytest.mark.parametrize(
    ("entry", "claims"),
    [
        (named(end_to_end_id=SHORT), [LEG]),
        (named(end_to_end_id="pay_" + "a" * 26 + ".put"), [("leg", "pay_" + "a" * 26 + ".put", 500, False)]),
        (named(end_to_end_id="NOTPROVIDED", transaction_id=SHORT), [LEG]),
        (named(instruction_id=SHORT), [LEG]),
        (named(end_to_end_id=SHORT, returned=RETURNED), [BACK]),
        (named(end_to_end_id=TRACE, returned=RETURNED), [BACK]),
        (named(end_to_end_id="121042889999999", returned=RETURNED), [("stranger", "", 500, True)]),
        (named(end_to_end_id="somebody"), [STRANGER]),
        (named(), [STRANGER]),
        (entry_of(Line(500, "B1"), "USD", MONDAY), [STRANGER]),
        (entry_of(Line(500, "B1", SHORT), "USD", MONDAY, EntryStatus.PENDING), []),
        (entry_of(Line(500, "B1", file_id="F1", count=2), "USD", MONDAY), [("batch", "F1.in", 500, False)]),
        (entry_of(Line(-500, "B1", file_id="F1", count=2), "USD", MONDAY), [("batch", "F1.out", -500, False)]),
        (
            entry_of(Line(-500, "B1", file_id="F1", count=2, reversal=True), "USD", MONDAY),
            [("batch", "F1.in", -500, False)],
        ),
        # A batch whose payments are listed is taken apart, where they make up its sum.
        (
            several(300, part(500, SHORT), part(-200, "somebody"), batch=Batch(message_id="F1", count=2)),
            [LEG, ("stranger", "", -200, False)],
        ),
        (
            several(400, part(500, SHORT), part(-200, "somebody"), batch=Batch(message_id="F1", count=2)),
            [("batch", "F1.in", 400, False)],
        ),
        (several(400, part(500, SHORT), part(-200, "somebody")), [("stranger", "", 400, False)]),
    ],
)  # fmt: skip
def test_an_entry_claims_for_whom_it_names(entry: Entry, claims: list[tuple[str, str, int, bool]]) -> None:
    assert said(entry) == claims


def test_an_entry_that_stands_there_twice_claims_twice_and_read_again_nothing_new() -> None:
    entry = named(end_to_end_id=SHORT)
    first = [one.item.id for one in claims_of(statement(entry, entry), "ach", KEYS)]
    assert len(set(first)) == 2
    assert first == [one.item.id for one in claims_of(statement(entry, entry), "ach", KEYS)]


def test_entries_without_a_reference_are_told_apart_by_what_they_say() -> None:
    entries = [replace(named(minor, end_to_end_id="x"), bank_reference="") for minor in (500, 600, 500)]
    assert len({one.item.id for one in claims_of(statement(*entries), "ach", KEYS)}) == 3


def test_only_what_looks_like_a_trace_number_is_looked_up() -> None:
    found = traces_in(statement(named(end_to_end_id=TRACE), named(end_to_end_id=SHORT, transaction_id="12345")))
    assert found == {TRACE}
