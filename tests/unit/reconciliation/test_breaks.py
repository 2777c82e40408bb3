"""What is said of a slot: one case a line."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from shared.reconciliation.domain.breaks import NOTHING_YET, BreakKind, Limits, judge
from shared.reconciliation.domain.slot import Expected, Item, Slot, SlotKind, SlotName, SlotStatus

EARLY, LATE = datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 9, 12, tzinfo=UTC)
LIMITS = Limits(datetime(2026, 3, 5, tzinfo=UTC), date(2026, 3, 4))
OLD_DAY, NEW_DAY = date(2026, 3, 3), date(2026, 3, 9)

E = Expected("entry", 100, EARLY)
FRESH = Expected("entry", 100, LATE)
BACK = Expected("entry.returned", -100, EARLY, returned=True)
FILE = Expected("F1.in", 100, EARLY, count=4)

OK, WAITS = SlotStatus.MATCHED, SlotStatus.WAITING


def shown(*amounts: int, day: date = OLD_DAY, returned: bool = False, count: int | None = None) -> tuple[Item, ...]:
    return tuple(Item(f"{day}/{n}/{returned}", day, minor, returned, count) for n, minor in enumerate(amounts))


@pytest.mark.parametrize(
    ("kind", "known", "items", "expected", "said"),
    [
        ("leg", True, shown(100), (E,), OK),
        ("leg", True, shown(100, 100, -100), (E,), OK),
        ("leg", True, shown(90, 10), (E,), OK),
        ("leg", True, shown(-100, 200), (E,), OK),
        ("leg", True, (), (FRESH,), WAITS),
        ("leg", True, (), (Expected("entry", 100),), WAITS),
        ("leg", True, (), (E,), BreakKind.MISSING_FROM_STATEMENT),
        ("leg", True, shown(100, -100), (E,), BreakKind.MISSING_FROM_STATEMENT),
        ("leg", True, shown(99), (E,), BreakKind.AMOUNT_MISMATCH),
        ("leg", True, shown(100, 99), (E,), BreakKind.AMOUNT_MISMATCH),
        ("leg", True, shown(-100), (E,), BreakKind.DIRECTION_MISMATCH),
        ("leg", True, shown(-99), (E,), BreakKind.DIRECTION_MISMATCH),
        ("leg", True, shown(100, 100), (E,), BreakKind.DUPLICATE_ENTRY),
        ("leg", True, shown(100, 100, 100), (E,), BreakKind.DUPLICATE_ENTRY),
        ("leg", True, shown(100), (), BreakKind.NOT_BOOKED),
        ("leg", True, shown(100, day=NEW_DAY), (), WAITS),
        ("leg", True, shown(100, -100), (), OK),
        ("leg", False, shown(100, day=NEW_DAY), (), BreakKind.UNKNOWN_ENTRY),
        ("stranger", False, shown(100, day=NEW_DAY), (), BreakKind.UNKNOWN_ENTRY),
        ("stranger", False, shown(100, -100), (), OK),
        # The way back: booked or not, and where nothing was booked it takes back what came.
        ("leg", True, shown(100) + shown(-100, returned=True), (E, BACK), OK),
        ("leg", True, shown(100) + shown(-100, returned=True), (), OK),
        ("leg", True, shown(100) + shown(-100, returned=True), (E,), BreakKind.NOT_BOOKED),
        ("leg", True, shown(100) + shown(-100, 100, returned=True), (E,), OK),
        ("leg", True, shown(100) + shown(-100, 100, -100, returned=True), (E, BACK), OK),
        ("leg", True, shown(100), (E, BACK), BreakKind.MISSING_FROM_STATEMENT),
        ("leg", True, shown(100) + shown(-90, returned=True), (E, BACK), BreakKind.AMOUNT_MISMATCH),
        ("batch", False, shown(100, count=4), (FILE,), OK),
        ("batch", False, shown(100), (FILE,), OK),
        ("batch", False, shown(100, count=3), (FILE,), BreakKind.BATCH_MISMATCH),
        ("batch", False, shown(75, count=3), (FILE,), BreakKind.BATCH_MISMATCH),
        ("batch", False, shown(75, 25, count=2), (FILE,), OK),
        ("batch", False, shown(100, 100, count=4), (FILE,), BreakKind.DUPLICATE_ENTRY),
        ("batch", False, (), (FILE,), BreakKind.MISSING_FROM_STATEMENT),
    ],
)
def test_a_slot_is_judged_by_its_sums(
    kind: str, known: bool, items: tuple[Item, ...], expected: tuple[Expected, ...], said: SlotStatus | BreakKind
) -> None:
    name = SlotName(SlotKind(kind), "card", "USD", "key")
    verdict = judge(Slot(name, items, expected, payment_id="pay" if known else ""), LIMITS)
    if isinstance(said, BreakKind):
        assert ([one.kind for one in verdict.findings], verdict.status) == ([said], SlotStatus.BROKEN)
    else:
        assert (verdict.status, verdict.findings) == (said, ())


def test_both_ways_of_the_money_may_be_broken_at_once() -> None:
    name = SlotName(SlotKind.LEG, "card", "USD", "key")
    verdict = judge(Slot(name, shown(99) + shown(-50, returned=True), (E, BACK), payment_id="pay"), LIMITS)
    assert [(one.kind, one.returned) for one in verdict.findings] == [
        (BreakKind.AMOUNT_MISMATCH, False),
        (BreakKind.AMOUNT_MISMATCH, True),
    ]


def test_before_there_is_a_statement_nothing_has_had_its_time() -> None:
    name = SlotName(SlotKind.LEG, "card", "USD", "key")
    for slot in (Slot(name, (), (E,), payment_id="pay"), Slot(name, shown(100), (), payment_id="pay")):
        assert judge(slot, NOTHING_YET).status is SlotStatus.WAITING


def test_an_item_counts_once_and_the_journal_overrules_the_payment() -> None:
    slot = Slot(SlotName(SlotKind.LEG, "card", "USD", "key"))
    slot = slot.with_items(shown(100) + shown(100)).with_items(shown(100))
    assert len(slot.items) == 1
    assert slot.with_items(shown(90), frozenset({slot.items[0].id})).items == shown(90)
    slot = slot.with_expected((E,))
    assert slot.with_expected((Expected("entry", 90, LATE),)).expected == (E,)
    (overruled,) = slot.with_expected((Expected("entry", 90, LATE),), overrule=True).expected
    assert (overruled.amount_minor, overruled.at) == (90, EARLY)
