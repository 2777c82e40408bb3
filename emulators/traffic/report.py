"""What became of a plan: planted cases caught and missed, false alarms among ordinary payments, and surprises."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from emulators.traffic.plan import Kind, PaymentPlan, Plan

ALARMS = frozenset({"held", "rejected"})
UNKNOWN = "unknown"
UNEXPECTED_SHOWN_MAX = 20


@dataclass(frozen=True, slots=True)
class LabelReport:
    """Counts under one label.

    `payments` are distinct payments, `cases` what was planted as one piece (a burst is one case). A payment is `caught`
    when it ended as `Expected.caught` says, and a case when one of its payments was; `cases_missed` are the others.
    `catchable` is false where there is nothing to catch, and then the counts of caught and missed are zero.
    `alarms` are payments held or rejected, `unexpected` those that ended in none of their acceptable states.
    """

    label: str
    catchable: bool
    payments: int
    caught: int
    cases: int
    cases_caught: int
    cases_missed: int
    alarms: int
    unexpected: int


@dataclass(frozen=True, slots=True)
class Unexpected:
    """One surprise: a payment that ended in `became`, or a submission answered so, and what was acceptable."""

    payment_id: str
    label: str
    became: str
    acceptable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole; `labels` are in the order of `Kind`, then by name. `false_positives` counts ordinary payments."""

    labels: tuple[LabelReport, ...]
    ordinary: int
    false_positives: int
    unexpected: tuple[Unexpected, ...]

    def lines(self) -> list[str]:
        """A table for people, the share of false positives, and the first surprises."""
        width = max((len(each.label) for each in self.labels), default=0) + 2
        counts = f"{'payments':>9}{'caught':>8}{'cases':>7}{'caught':>8}{'missed':>8}{'unexpected':>12}"
        rows = [f"{'planted':<{width}}{counts}"]
        for each in self.labels:
            catches = (each.caught, each.cases, each.cases_caught, each.cases_missed)
            shown = [str(count) if each.catchable else "-" for count in catches]
            rows.append(
                f"{each.label:<{width}}{each.payments:>9}{shown[0]:>8}{shown[1]:>7}{shown[2]:>8}{shown[3]:>8}"
                f"{each.unexpected:>12}"
            )
        share = 100 * self.false_positives / self.ordinary if self.ordinary else 0.0
        rows.append(f"false positives: {self.false_positives} of {self.ordinary} ordinary payments ({share:.2f} %)")
        for surprise in self.unexpected[:UNEXPECTED_SHOWN_MAX]:
            acceptable = " or ".join(surprise.acceptable)
            rows.append(f"unexpected: {surprise.payment_id} ({surprise.label}): {surprise.became}, not {acceptable}")
        hidden = len(self.unexpected) - UNEXPECTED_SHOWN_MAX
        return [*rows, f"and {hidden} more that are unexpected"] if hidden > 0 else rows


def report(plan: Plan, states: Mapping[str, str], answers: Sequence[int] | None = None) -> Report:
    """Hold what happened against the plan.

    `states` gives the final state by payment id; a payment that is not in it counts as `unknown`, which is never
    acceptable. `answers`, where given, are the HTTP statuses of `plan.payments`, in the same order.
    """
    payments: dict[str, PaymentPlan] = {}
    for submission in plan.payments:
        payments.setdefault(plan.payment_id(submission), submission)
    surprises = [
        Unexpected(payment, str(planned.label), states.get(payment, UNKNOWN), tuple(sorted(planned.expected.states)))
        for payment, planned in payments.items()
        if states.get(payment, UNKNOWN) not in planned.expected.states
    ]
    by_label: dict[str, dict[str, PaymentPlan]] = defaultdict(dict)
    for payment, planned in payments.items():
        by_label[str(planned.label)][payment] = planned
    unexpected = [*surprises, *_unexpected_answers(plan, answers)]
    labels = [_label_report(label, members, states) for label, members in by_label.items()]
    order = list(Kind)
    labels.sort(key=lambda each: (order.index(Kind(each.label.partition(":")[0])), each.label))
    ordinary = [each for each in labels if each.label == Kind.ORDINARY]
    return Report(
        labels=tuple(labels),
        ordinary=sum(each.payments for each in ordinary),
        false_positives=sum(each.alarms for each in ordinary),
        unexpected=tuple(unexpected),
    )


def _label_report(label: str, members: Mapping[str, PaymentPlan], states: Mapping[str, str]) -> LabelReport:
    caught = {payment for payment, planned in members.items() if states.get(payment) in planned.expected.caught}
    # A payment without a case is a case of its own.
    case_of = {payment: planned.case or payment for payment, planned in members.items()}
    catchable = any(planned.expected.caught for planned in members.values())
    cases = set(case_of.values())
    cases_caught = {case_of[payment] for payment in caught}
    return LabelReport(
        label=label,
        catchable=catchable,
        payments=len(members),
        caught=len(caught),
        cases=len(cases),
        cases_caught=len(cases_caught),
        cases_missed=len(cases - cases_caught) if catchable else 0,
        alarms=sum(states.get(payment) in ALARMS for payment in members),
        unexpected=sum(
            states.get(payment, UNKNOWN) not in planned.expected.states for payment, planned in members.items()
        ),
    )


def _unexpected_answers(plan: Plan, answers: Sequence[int] | None) -> list[Unexpected]:
    if answers is None:
        return []
    return [
        Unexpected(
            payment_id=plan.payment_id(submission),
            label=str(submission.label),
            became=f"HTTP {answer}",
            acceptable=tuple(f"HTTP {status}" for status in sorted(submission.expected.http)),
        )
        for submission, answer in zip(plan.payments, answers, strict=True)
        if answer not in submission.expected.http
    ]
