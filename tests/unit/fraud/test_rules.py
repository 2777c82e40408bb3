"""The rules that travel with the code, one line a case: a history, a payment, and which rules fire."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.fraud.domain.features import features_of
from shared.fraud.engine import RuleSet
from shared.kernel.assessment import Verdict, most_severe
from tests.support.builders import NOON
from tests.unit.fraud.payments import Pay, monthly, profile_of

RULES = RuleSet.load()
HOUR, DAY = 60, 24 * 60
COFFEES, FEW = monthly(7_00), monthly(7_00, count=6)
RENT = monthly(1_500_00, "landlord", count=3)
SHOPPING = [Pay(50 - 9 * n, 45_00, f"shop-{n}") for n in range(4)]
RIDES = [Pay(20 - n, 2_50, "metro") for n in range(9)]
PAYROLL = [Pay(1, 300_00, f"employee-{n}", organisation=True) for n in range(30)]
TESTS = [Pay(20 - n, 1_00 + n, f"shop-{n}") for n in range(9)]
STOPPED = [Pay(20 - n, 1_00, f"shop-{n}", allowed=False) for n in range(9)]
SPREAD = [Pay(4 * HOUR * n, 1_00, f"shop-{n}") for n in range(9, 0, -1)]
YEN = [Pay(9, 300, f"shop-{n}", currency="JPY") for n in range(9)]
MANY_YEN = [Pay(9, 3_000, f"shop-{n}", currency="JPY") for n in range(4)]
LARGE = [Pay(6, 1_500_00, "payee-1"), Pay(5, 1_400_00, "payee-2")]
SLOWLY = [Pay(3 * DAY, 1_500_00, "payee-1"), Pay(DAY + 2 * HOUR, 1_400_00, "payee-2")]
PAYEES = [Pay(10 - n, 200_00, f"payee-{n}") for n in range(5)]
MULE_STOPPED = Pay(30, 2_500_00, "mule", allowed=False)
KNOWN = [Pay(3 * DAY, 200_00, f"payee-{n}") for n in range(6)]
TOPUPS = [Pay(30 - n, 20_00, "topup") for n in range(10)]

CASES: list[tuple[str, list[Pay], Pay, set[str]]] = [
    ("a first coffee", [], Pay(0, 7_00, "shop"), set()),
    ("a first rent", [], Pay(0, 1_200_00, "landlord"), set()),
    ("rent after coffees", COFFEES, Pay(0, 1_200_00, "landlord"), set()),
    ("the usual rent, far above coffees", [*COFFEES, *RENT], Pay(0, 1_500_00, "landlord"), set()),
    ("a first top-up, however large", [], Pay(0, 9_000_00, "topup"), set()),
    ("taking money out to one's own bank", COFFEES, Pay(0, 900_00, "own-bank"), set()),
    ("a rainy day of shopping", SHOPPING, Pay(0, 60_00, "shop-9"), set()),
    ("a commuter's small rides", RIDES, Pay(0, 2_50, "metro"), set()),
    ("a supplier's invoice of a business", [], Pay(0, 9_000_00, organisation=True), set()),
    ("payroll of a business", PAYROLL, Pay(0, 300_00, organisation=True), set()),
    ("card testing: the tenth small one", TESTS, Pay(0, 1_50, "shop-9"), {"card_testing"}),
    ("nine are no burst yet", TESTS[1:], Pay(0, 1_50, "shop-9"), set()),
    ("ten over two days", SPREAD, Pay(0, 1_00, "shop-0"), set()),
    ("stopped tests count on", STOPPED, Pay(0, 1_00, "shop-9"), {"card_testing"}),
    ("tests hidden behind a top-up", [Pay(30, 500_00, "topup"), *TESTS], Pay(0, 1_00, "shop-9"), {"card_testing"}),
    ("small in yen", YEN, Pay(0, 300, "shop-9", currency="JPY"), {"card_testing"}),
    ("not small in yen", MANY_YEN, Pay(0, 3_000, "shop-9", currency="JPY"), set()),
    ("takeover: a large amount to a new payee", FEW, Pay(0, 2_500_00, "mule"), {"account_takeover"}),
    ("tried with a cent before", [*FEW, Pay(30, 1, "mule")], Pay(0, 2_500_00, "mule"), {"account_takeover"}),
    ("again after it was stopped", [*FEW, MULE_STOPPED], Pay(0, 2_500_00, "mule"), {"account_takeover"}),
    ("a payee since the day before", [*FEW, Pay(2 * DAY, 300_00, "aunt")], Pay(0, 2_500_00, "aunt"), set()),
    ("below what counts", FEW, Pay(0, 1_999_99, "mule"), set()),
    ("to a bank account added as one's own", FEW, Pay(0, 3_000_00, "own-new"), {"own_account_takeover"}),
    ("to one's own bank as before", [*FEW, Pay(DAY, 100_00, "own-bank")], Pay(0, 3_000_00, "own-bank"), set()),
    ("drain: the third large one", LARGE, Pay(0, 1_400_00, "payee-3"), {"rapid_drain"}),
    ("the same over three days", SLOWLY, Pay(0, 1_400_00, "payee-3"), set()),
    ("by one who pays so much", [*monthly(1_000_00, count=20), *LARGE], Pay(0, 1_400_00, "payee-3"), set()),
    ("fan-out: the sixth new payee", PAYEES, Pay(0, 200_00, "payee-5"), {"fan_out"}),
    ("the fifth", PAYEES[1:], Pay(0, 200_00, "payee-5"), set()),
    ("six of small amounts", [Pay(9, 30_00, f"payee-{n}") for n in range(5)], Pay(0, 30_00, "payee-5"), set()),
    ("six who are known", [*KNOWN, *PAYEES], Pay(0, 200_00, "payee-5"), set()),
    ("the very first payment is large", [], Pay(0, 3_000_00), {"first_large"}),
    ("the first in 40 days is large", [Pay(40 * DAY, 100_00)], Pay(0, 3_000_00), {"first_large"}),
    ("a business' first is huge", [], Pay(0, 25_000_00, organisation=True), {"first_large"}),
    ("far above the highest, to a known payee", COFFEES, Pay(0, 2_000_00, "shop"), {"amount_jump"}),
    ("the eleventh top-up within the hour", TOPUPS, Pay(0, 20_00, "topup"), {"own_transfer_burst"}),
    ("the tenth", TOPUPS[1:], Pay(0, 20_00, "topup"), set()),
    ("more than any person pays", [Pay(9, 40_00, "shop")] * 60, Pay(0, 40_00, "shop"), {"velocity"}),
]


@pytest.mark.parametrize(("history", "payment", "fired"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_rules(history: list[Pay], payment: Pay, fired: set[str]) -> None:
    edition = RULES.in_force(NOON)
    assert edition is not None
    outcome = edition.evaluate(features_of(payment.facts(), profile_of(history)))
    assert {each.code for each in outcome} == fired
    verdicts = [each.verdict for each in outcome]
    assert (most_severe(verdicts) is Verdict.BLOCK) == ("card_testing" in fired)


@pytest.mark.parametrize(
    ("hour", "amount_minor", "to", "fires"),
    [
        (3, 2_000_00, "stranger", True),
        (6, 2_000_00, "stranger", True),
        (7, 2_000_00, "stranger", False),
        (3, 1_999_99, "stranger", False),
        (3, 2_000_00, "landlord", False),
        (3, 2_000_00, "own-bank", False),
    ],
)
def test_at_night_a_notable_amount_to_a_new_destination_is_looked_at(
    hour: int, amount_minor: int, to: str, fires: bool
) -> None:
    now = NOON.replace(hour=hour)
    edition = RULES.in_force(now)
    assert edition is not None
    outcome = edition.evaluate(features_of(Pay(0, amount_minor, to).facts(now), profile_of(RENT, now)))
    assert {each.code for each in outcome} == ({"night_large_new"} if fires else set())


def test_every_rule_of_the_file_has_a_case_above() -> None:
    edition = RULES.in_force(NOON + timedelta(days=1))
    assert edition is not None
    covered = set().union(*(case[3] for case in CASES)) | {"night_large_new"}
    assert {rule.id for rule in edition.edition.rules} == covered
