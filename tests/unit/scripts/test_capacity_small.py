"""Limits, instances and costs of a system that is small enough to reckon by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from scripts.capacity.books import Free, Kind
from scripts.capacity.costs import Line
from scripts.capacity.instances import job_runs
from scripts.capacity.limits import Limit
from scripts.capacity.plan import Plan, plan_of
from shared.ledger.domain.chart import HOUSE_SHARDS
from shared.payments.domain.payment import DRIVE_SHARDS
from tests.support.small_capacity import (
    DOOR,
    FIGURES,
    PRICES,
    SYSTEM,
    TIB,
    a_question,
    a_size,
    assuming,
    with_limit,
)

# One payment a second, for a month of 730 hours.
PAYMENTS = Decimal(730 * 3600)


def limit(plan: Plan, name: str) -> Limit:
    return next(one for one in plan.limits if one.name == name)


def line(plan: Plan, name: str) -> Line:
    return next(one for one in plan.lines if one.name == name)


LIMITS_BY_HAND = [
    # A task takes 0.5 s of ours and 1 s of the rail's; four may run at one time.
    ("queue settlement: tasks at one time, as we set it", Decimal(4) / Decimal("1.5")),
    ("queue settlement: tasks a second, as we set it", Decimal(8)),
    ("queue settlement: tasks at one time, at most", Decimal(625) / Decimal("1.5")),
    ("queue settlement: tasks a second, at most", Decimal(625)),
    # Ten requests of 60 ms at one time on two instances; 2 ms of CPU each are less.
    ("function door: instances", Decimal(2) / Decimal("0.006")),
    ("function worker: instances", Decimal(3) / Decimal("0.2")),
    # Four tasks of 1.5 s at one time on three instances; 100 ms of two vCPU are less.
    ("function payer: instances", Decimal(3) / Decimal("0.375")),
    # Half of it kept free: (0.006 + 0.2 + 0.2 + 2 vCPU x 0.375) / 0.5.
    ("Cloud Run: CPU of all functions", Decimal(625) / Decimal("2.312")),
    # Half of the payments go over the busiest rail; a shard takes 625 writes a second here.
    ("ledger: documents of the busiest rail-settlement account", HOUSE_SHARDS * Decimal(625) / Decimal("0.5")),
    ("ledger: documents of wallets", Decimal(5) * 625),
    ("Firestore: journal of one account, by time", Decimal(625)),
    ("Firestore: payments by drive_at", Decimal(625) * DRIVE_SHARDS),
    ("Pub/Sub: bytes published", Decimal(625) / (3 * TIB)),
    ("Pub/Sub: bytes pushed", Decimal(625) / (2 * TIB)),
    ("Pub/Sub: messages out at worker", Decimal(625) / Decimal("0.2")),
    ("BigQuery: bytes of events", Decimal(625) / (2 * TIB)),
    ("Cloud Logging: bytes of log lines", Decimal(625) / 2**30),
    ("NAT: ports of calls to one rail", Decimal(625)),
    ("KMS: requests", None),
    ("Cloud Scheduler: jobs", None),
]


@pytest.mark.parametrize(("name", "met_at"), LIMITS_BY_HAND)
def test_a_limit_is_met_at_the_rate_that_is_reckoned_by_hand(name: str, met_at: Decimal | None) -> None:
    assert limit(plan_of(a_question(accounts=5), FIGURES), name).met_at == met_at


def test_no_limit_is_missing_from_the_table() -> None:
    named = {name for name, _ in LIMITS_BY_HAND} | {"function scorer: instances", "Pub/Sub: messages out at scorer"}
    assert {one.name for one in plan_of(a_question(accounts=5), FIGURES).limits} == named


def test_without_a_number_of_accounts_no_wallet_is_busy() -> None:
    assert not [one for one in plan_of(a_question(), FIGURES).limits if "wallets" in one.name]


def test_what_is_used_and_needed_follows_from_the_line_of_a_limit() -> None:
    ten = Limit("a", Decimal(10), "b", Decimal(2), Kind.HARD, "c", fixed=Decimal(4))
    assert ten.met_at == Decimal(3)
    assert (ten.used(Decimal(1)), ten.used(Decimal(4))) == (Decimal("0.6"), Decimal("1.2"))
    assert [int(ten.needed(Decimal(4), Decimal(share))) for share in ("1", "0.5")] == [12, 24]


def test_more_than_a_limit_is_exceeded_and_just_as_much_is_close() -> None:
    name = "queue settlement: tasks a second, as we set it"
    at = {rate: plan_of(a_question(rate), FIGURES) for rate in ("4", "4.1", "8", "8.1")}
    assert [name in {one.name for one in plan.close} for plan in at.values()] == [False, True, True, False]
    assert [name in {one.name for one in plan.exceeded} for plan in at.values()] == [False, False, False, True]


def test_a_setting_is_raised_with_headroom_and_what_google_advises_without() -> None:
    plan = plan_of(a_question("6"), with_limit("firestore_document_writes", "0.1"))
    # Six tasks of 1.5 s are nine at one time, with half kept free eighteen.
    assert plan.to_be(limit(plan, "queue settlement: tasks at one time, as we set it")) == 18
    # Three writes a second on the busiest account's shards, each of which takes one in ten seconds.
    assert plan.to_be(limit(plan, "ledger: documents of the busiest rail-settlement account")) == 30


def test_the_ramp_grows_by_a_factor_every_five_minutes() -> None:
    # Three reads and one write to the busiest collection: 400 operations a second at 100 payments.
    figures = with_limit("firestore_ramp_growth", "2")
    start = replace(figures.limits.limit("firestore_ramp_start"), amount=Decimal(100))
    limits = replace(figures.limits, limits={**figures.limits.limits, "firestore_ramp_start": start})
    minutes = [plan_of(a_question(rate), replace(figures, limits=limits)).ramp_minutes for rate in ("25", "100", "101")]
    assert minutes == [0, 10, 15]


def test_instances_follow_littles_law_with_headroom() -> None:
    plan = plan_of(a_question("10", peak="3"), FIGURES)
    found = {one.function.name: (one.at_rate, one.at_peak, one.warm, one.enough) for one in plan.instances}
    assert found == {
        "door": (1, 1, 1, True),  # 10 x 0.06 s / 10 = 0.06
        "worker": (4, 12, 2, False),  # 10 x 0.2 s = 2, with half kept free 4; three may be started
        "scorer": (4, 12, 2, False),
        "payer": (8, 23, 4, False),  # 10 x 1.5 s / 4 = 3.75
        "clock": (1, 1, 0, True),
    }
    # Seconds of a month, nine instances of which the four of `payer` are of two vCPU and two GiB; every price is 1.
    assert plan.warm_cost == PAYMENTS * 2 * (1 + 2 + 2 + 4 * 2)


def test_a_function_that_computes_is_bound_by_its_cpu() -> None:
    busy = replace(DOOR, size=replace(DOOR.size, concurrency=1000))
    plan = plan_of(a_question(), replace(FIGURES, system=replace(SYSTEM, functions=(busy, *SYSTEM.functions[1:]))))
    assert limit(plan, "function door: instances").met_at == 2 / Decimal("0.002")


LINES_BY_HAND = [
    # (line, fixed, of payments), at one payment a second and a price of 1. The clock runs 730 times.
    ("Firestore: reads", 7300, 3),
    ("Firestore: writes", 0, 4),
    ("Firestore: deletes", 0, 0),
    ("Firestore: storage", 0, 2),  # a GiB of each payment, two months of it
    ("Firestore: backups", 0, 6),  # three copies
    ("Pub/Sub: publishing", 0, 3),
    ("Pub/Sub: delivering", 0, 3),  # one request, and both events to a subscription that takes one of them
    ("Pub/Sub: BigQuery subscription", 0, 2),
    ("BigQuery: storage", 0, 2 * 1024 * 2),
    ("Cloud Run: requests", 730, 4),
    # `door` 0.06 s billed as 0.1, `worker` and `scorer` 0.2 s each, `payer` 1.5 s on one instance of 2 vCPU and 2 GiB.
    ("Cloud Run: CPU", 365, Decimal("2.5")),
    ("Cloud Run: memory", 365, Decimal("2.5")),
    ("Cloud Run: CPU of idle warm instances", 0, 0),
    ("Cloud Run: memory of idle warm instances", 0, 0),
    ("Cloud Tasks: operations", 0, 2),
    ("Cloud Scheduler: jobs", 1, 0),
    ("Cloud Logging: log lines", Decimal("182.5"), 1),
    ("Cloud Monitoring: metrics of alerts", 4, 0),
    ("Cloud Monitoring: points of alerts", 300, 0),
    ("KMS: keys", 6, 0),
    ("KMS: operations", 50, 0),
    ("Secret Manager: secrets", 2, 0),
    ("Secret Manager: accesses", 7, 0),
    ("Load balancer: rules", 730, 0),
    ("Load balancer: data", 0, 1),
    ("Cloud Armor: policies", 1, 0),
    ("Cloud Armor: rules", 2, 0),
    ("Cloud Armor: requests", 0, 1),
    ("NAT: addresses", 730, 0),
    ("NAT: data", 0, 1),
    ("Data to the internet", 0, 1),  # half a GiB of answer, and half of what is exchanged with the rail
]


@pytest.mark.parametrize(("name", "fixed", "each"), LINES_BY_HAND)
def test_a_line_costs_what_is_reckoned_by_hand(name: str, fixed: Decimal | int, each: Decimal | int) -> None:
    found = line(plan_of(a_question(), FIGURES), name)
    assert (found.fixed, found.of_payments) == (Decimal(fixed), Decimal(each) * PAYMENTS)
    assert found.cost == found.charged == found.quantity


def test_what_a_job_reads_of_each_wallet_is_read_whatever_is_paid() -> None:
    many, none = (line(plan_of(a_question(accounts=number), FIGURES), "Firestore: reads") for number in (500, None))
    assert [many.fixed, none.fixed] == [Decimal(730 * (10 + 3 * 500)), Decimal(730 * 10)]
    assert many.of_payments == none.of_payments


def test_lines_that_follow_the_rate_rather_than_the_month() -> None:
    plan = plan_of(a_question(), FIGURES)
    assert line(plan, "Firestore: recovery to a point in time").cost == 7 * 24 * 3600
    assert line(plan, "NAT: instances").cost == 730  # one of `payer`
    assert line(plan_of(a_question("1000"), FIGURES), "NAT: instances").cost == 32 * 730  # the price ends there


def test_no_line_is_missing_from_the_table() -> None:
    named = {name for name, _, _ in LINES_BY_HAND} | {"Firestore: recovery to a point in time", "NAT: instances"}
    plan = plan_of(a_question(), FIGURES)
    assert {one.name for one in plan.lines} == named
    assert plan.cost == sum(plan.totals[:2]) == sum(one.cost for one in plan.lines)


def test_an_instance_that_is_kept_warm_is_paid_for_while_it_idles() -> None:
    warm = replace(DOOR, size=a_size(concurrency=10, instances_max=3, instances_min=2))
    plan = plan_of(a_question(), replace(FIGURES, system=replace(SYSTEM, functions=(warm, *SYSTEM.functions[1:]))))
    # Two, of which a tenth of one is busy.
    assert line(plan, "Cloud Run: CPU of idle warm instances").cost == PAYMENTS * Decimal("1.9")


def test_what_is_free_is_taken_off_a_price_once_over_all_of_its_lines() -> None:
    free = {
        "pubsub_delivery": Free(4 * PAYMENTS, "month", "a"),
        "firestore_read": Free(Decimal(24), "day", "b"),
        "tasks_operation": Free(3 * PAYMENTS, "month", "c"),
    }
    plan = plan_of(a_question(), replace(FIGURES, prices=replace(PRICES, free=free)))
    assert line(plan, "Pub/Sub: publishing").free == 3 * PAYMENTS
    assert line(plan, "Pub/Sub: delivering").free == PAYMENTS
    assert line(plan, "Firestore: reads").free == 730
    assert line(plan, "Cloud Tasks: operations").charged == 0  # and not less
    assert plan.charged == plan.cost - 4 * PAYMENTS - 730 - 2 * PAYMENTS


def test_small_messages_are_billed_as_the_least_size() -> None:
    plan = plan_of(a_question(), assuming(pubsub_bytes_min=str(2 * TIB)))
    assert line(plan, "Pub/Sub: publishing").cost == 6 * PAYMENTS


@pytest.mark.parametrize(
    ("schedule", "runs"),
    [
        ("* * * * *", Decimal(365 * 24 * 60) / 12),
        ("*/5 * * * *", Decimal(365 * 24 * 12) / 12),
        ("0 6,18 * * *", Decimal(365 * 2) / 12),
        ("0 0 1 * *", Decimal(1)),
        ("0 0 29 2 *", Decimal(0)),  # not within the year from that day
    ],
)
def test_a_job_runs_as_often_as_its_schedule_says(schedule: str, runs: Decimal) -> None:
    assert job_runs(schedule, date(2026, 11, 24)) == runs
