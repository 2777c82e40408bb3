"""Ninety virtual days and two thousand payments over all rails, with all that rails do: and every cent is proved."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random

from emulators.bank.settlement.breaks import Break, BreakKind, Struck
from emulators.embedded import EmbeddedCloud, make_twins
from scripts.verify_all import verify
from shared.adapters.memory.clock import ManualClock
from shared.formats.leg_reference import key_of
from shared.payments.domain.legs import LegStatus
from shared.payments.domain.payment import Payment
from shared.payments.domain.states import State
from shared.payments.queries.all_payments import all_payments
from tests.support.builders import NOON
from tests.support.quarter import DAYS, RAILS, planned, register, submit
from tests.support.world import API_KEYS

PAYMENTS = 2_000
SEED = 20_261_102

# What reconciliation must say of each mistake in a statement; of an entry that comes a day late, nothing.
SAID = {
    BreakKind.MISSING: "missing_from_statement",
    BreakKind.UNKNOWN: "unknown_entry",
    BreakKind.WRONG_AMOUNT: "amount_mismatch",
    BreakKind.DUPLICATED: "duplicate_entry",
}


def lived() -> EmbeddedCloud:
    """The world after its ninety days, with five mistakes planted in the statements of each rail."""
    clock = ManualClock(NOON)
    cloud = EmbeddedCloud(make_twins(clock), api_keys=API_KEYS, rails=RAILS)
    register(cloud)
    random = Random(SEED)
    mistakes = sorted(
        (
            (NOON + timedelta(days=random.uniform(3, DAYS - 25)), Break(kind, rail, "USD", amount_minor=777))
            for rail in RAILS
            for kind in BreakKind
        ),
        key=lambda mistake: mistake[0],
    )
    for payment in planned(NOON, PAYMENTS, SEED):
        while mistakes and mistakes[0][0] < payment.at:
            at, planted = mistakes.pop(0)
            cloud.live(max(at, clock.now()))
            cloud.twins.bank.simulator.plant_break(planted)
        if payment.at > clock.now():
            cloud.live(payment.at)
        submit(cloud, payment)
    cloud.live(NOON + timedelta(days=DAYS))
    assert not mistakes
    return cloud


def test_ninety_days_over_all_rails_are_proved_to_the_cent() -> None:
    cloud = lived()
    payments = list(all_payments(cloud.twins.documents))
    everything_that_rails_do_has_happened(cloud, payments)
    no_rail_moved_a_leg_twice_and_none_was_told_twice(cloud)
    the_trial_balance_is_zero_and_the_verify_command_is_silent(cloud)
    reconciliation_finds_the_planted_breaks_and_nothing_else(cloud)
    nothing_was_set_aside_and_nothing_waits(cloud, payments)


def everything_that_rails_do_has_happened(cloud: EmbeddedCloud, payments: list[Payment]) -> None:
    """Payments of every kind of end, over every rail, and every mistake struck."""
    assert len(payments) == PAYMENTS
    states = Counter(payment.state for payment in payments)
    assert states.keys() >= {State.COMPLETED, State.FAILED, State.RETURNED, State.REJECTED}
    legs = Counter((leg.rail, leg.status) for payment in payments for leg in payment.legs)
    assert {rail for rail, _ in legs} == set(RAILS)
    assert {rail for rail, status in legs if status is LegStatus.RETURNED} == {"ach", "card", "instant"}
    assert {rail for rail, status in legs if status is LegStatus.REJECTED} >= {"bank", "card", "instant"}
    struck = Counter(one.planted.kind for one in cloud.twins.bank.simulator.statements.struck)
    assert struck == dict.fromkeys(BreakKind, len(RAILS))


def no_rail_moved_a_leg_twice_and_none_was_told_twice(cloud: EmbeddedCloud) -> None:
    """By the rails' own counts."""
    rails = cloud.twins.bank.simulator.summary()["rails"]
    assert set(rails) == set(RAILS)
    for name, counts in rails.items():
        for what in ("instructions", "moved", "returned"):
            assert counts[what]["more_than_once"] == [], (name, what)


def the_trial_balance_is_zero_and_the_verify_command_is_silent(cloud: EmbeddedCloud) -> None:
    """Journal, balances, holds and payments agree."""
    books = verify(cloud.twins.documents)
    assert books.differences == ()
    assert books.debits_minor == books.credits_minor
    assert books.debits_minor["USD"] > 0


def reconciliation_finds_the_planted_breaks_and_nothing_else(cloud: EmbeddedCloud) -> None:
    """By rail and by kind, each about what was struck."""
    struck = cloud.twins.bank.simulator.statements.struck
    expected = Counter((one.planted.rail, code(one)) for one in struck if one.planted.kind in SAID)
    cases = [case for case in cloud.twins.documents.find("cases", limit=10_000) if of_reconciliation(case.fields)]
    said = [reason for case in cases for reason in case.fields["reasons"]]
    assert Counter((reason["text"].partition(":")[0], reason["code"]) for reason in said) == expected
    for one in struck:
        if one.planted.kind in SAID and one.planted.kind is not BreakKind.UNKNOWN:
            assert any(named(one) in reason["text"] for reason in said), one.listed()


def nothing_was_set_aside_and_nothing_waits(cloud: EmbeddedCloud, payments: list[Payment]) -> None:
    """No quarantine, and no payment of long ago that has not ended."""
    assert cloud.twins.documents.find("quarantine") == []
    late = NOON + timedelta(days=DAYS - 10)
    assert [
        one.id for one in payments if not one.ended and one.state is not State.HELD and one.submitted_at < late
    ] == []


def code(one: Struck) -> str:
    """What is said of a mistake; an ACH entry is a whole file's."""
    in_batch = one.planted.rail == "ach" and one.planted.kind is BreakKind.WRONG_AMOUNT
    return "batch_mismatch" if in_batch else SAID[one.planted.kind]


def of_reconciliation(case: object) -> bool:
    """Whether reconciliation asks, and has not found its answer since."""
    return isinstance(case, dict) and case["gate"] == "reconciliation" and case["status"] == "open"


def named(one: Struck) -> str:
    """The payment or the file that a mistake is about."""
    key = one.booking.key
    return (key_of(key) or key) if key else one.booking.message_id
