"""The report: what was planted, caught, missed, and who was stopped without reason."""

from __future__ import annotations

from emulators.traffic.plan import HTTP_CONFLICT, ORDINARY, Expected, Kind, Label, PaymentPlan, Phase, Plan
from emulators.traffic.report import LabelReport, report

COMPLETES = Expected(frozenset({"completed"}))
MAY_BE_CAUGHT = Expected(frozenset({"completed", "held", "rejected"}), frozenset({"held", "rejected"}))
STOPPED = Expected(frozenset({"held", "rejected"}), frozenset({"held", "rejected"}))
BURST = Label(Kind.FRAUD, "card_testing")
LISTED = Label(Kind.SANCTIONED, "payer")


def _payment(key: str, label: Label = ORDINARY, expected: Expected = COMPLETES, case: str = "") -> PaymentPlan:
    return PaymentPlan(key, {"amount_minor": 1}, label, Phase.TRAFFIC, 0, expected, case)


def _plan(*payments: PaymentPlan) -> Plan:
    return Plan(1, "demo", (), payments)


def _states(plan: Plan, **by_key: str) -> dict[str, str]:
    return {
        plan.payment_id(each): by_key[each.idempotency_key] for each in plan.payments if each.idempotency_key in by_key
    }


def test_a_burst_is_caught_as_a_case_when_one_of_its_payments_is() -> None:
    burst = [_payment(f"a{n}", BURST, MAY_BE_CAUGHT, "burst-1") for n in range(3)]
    missed = [_payment(f"b{n}", BURST, MAY_BE_CAUGHT, "burst-2") for n in range(2)]
    plan = _plan(*burst, *missed)
    states = _states(plan, a0="completed", a1="completed", a2="held", b0="completed", b1="completed")
    (found,) = report(plan, states).labels
    assert found == LabelReport(
        label="fraud:card_testing",
        catchable=True,
        payments=5,
        caught=1,
        cases=2,
        cases_caught=1,
        cases_missed=1,
        alarms=1,
        unexpected=0,
    )


def test_a_fraud_that_completes_is_missed_but_no_surprise_and_a_listed_payer_is_both() -> None:
    plan = _plan(_payment("f", BURST, MAY_BE_CAUGHT, "c1"), _payment("s", LISTED, STOPPED, "c2"))
    found = report(plan, _states(plan, f="completed", s="completed"))
    assert [(each.label, each.cases_missed, each.unexpected) for each in found.labels] == [
        ("fraud:card_testing", 1, 0),
        ("sanctioned:payer", 1, 1),
    ]
    (surprise,) = found.unexpected
    assert (surprise.label, surprise.became, surprise.acceptable) == (
        "sanctioned:payer",
        "completed",
        ("held", "rejected"),
    )


def test_ordinary_payments_that_are_stopped_are_false_positives() -> None:
    plan = _plan(*(_payment(key) for key in "abcd"))
    found = report(plan, _states(plan, a="completed", b="held", c="rejected", d="failed"))
    assert (found.ordinary, found.false_positives) == (4, 2)
    assert len(found.unexpected) == 3
    (ordinary,) = found.labels
    assert (ordinary.catchable, ordinary.caught, ordinary.cases_missed) == (False, 0, 0)


def test_a_payment_of_which_nothing_is_known_is_a_surprise() -> None:
    plan = _plan(_payment("a"))
    (surprise,) = report(plan, {}).unexpected
    assert (surprise.payment_id, surprise.became) == (plan.payment_id(plan.payments[0]), "unknown")


def test_repetitions_count_as_one_payment_and_answers_are_held_against_the_plan() -> None:
    duplicate, conflict = Label(Kind.DUPLICATE, "later"), Label(Kind.CONFLICT)
    refused = Expected(COMPLETES.states, http=HTTP_CONFLICT)
    plan = _plan(
        _payment("d", duplicate, case="duplicate-1"),
        _payment("d", duplicate, case="duplicate-1"),
        _payment("c", conflict, case="conflict-1"),
        _payment("c", conflict, refused, case="conflict-1"),
    )
    states = _states(plan, d="completed", c="completed")
    good = report(plan, states, [202, 202, 202, 409])
    assert [(each.label, each.payments) for each in good.labels] == [("duplicate:later", 1), ("conflict", 1)]
    assert good.unexpected == ()
    taken_twice = report(plan, states, [202, 202, 202, 202])
    assert [(each.became, each.acceptable) for each in taken_twice.unexpected] == [("HTTP 202", ("HTTP 409",))]


def test_the_table_has_a_line_for_each_label_and_the_share_of_false_positives() -> None:
    plan = _plan(_payment("a"), _payment("b"), _payment("f", BURST, MAY_BE_CAUGHT, "c1"))
    lines = report(plan, _states(plan, a="completed", b="held", f="held")).lines()
    assert lines[1].split() == ["ordinary", "2", "-", "-", "-", "-", "1"]
    assert lines[2].split() == ["fraud:card_testing", "1", "1", "1", "1", "0", "0"]
    assert lines[3] == "false positives: 1 of 2 ordinary payments (50.00 %)"
    held = plan.payment_id(plan.payments[1])
    assert lines[4:] == [f"unexpected: {held} (ordinary): held, not completed"]


def test_the_table_shows_the_first_surprises_and_counts_the_others() -> None:
    lines = report(_plan(*(_payment(f"k{number}") for number in range(23))), {}).lines()
    assert len(lines) == 1 + 1 + 1 + 20 + 1
    assert lines[-1] == "and 3 more that are unexpected"
