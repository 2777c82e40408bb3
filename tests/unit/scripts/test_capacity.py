"""`make capacity`: the shipped system explained by hand, more payments that never cost less, and what is printed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulators.description import load_system
from scripts.capacity.__main__ import main
from scripts.capacity.as_data import data_of
from scripts.capacity.books import limits_at, prices_at
from scripts.capacity.operations import load_operations
from scripts.capacity.plan import Figures, plan_of
from scripts.capacity.question import MIX, REGION, Question, mix_of
from scripts.capacity.show import figure, rate
from shared.ledger.domain.chart import HOUSE_SHARDS
from tests.support.small_capacity import DAY, FIGURES, a_question

ROUTES = ("payout", "deposit", "transfer", "book")


@cache
def shipped() -> Figures:
    """What the command itself reckons with."""
    return Figures(load_operations(), load_system(), prices_at(DAY, REGION), limits_at(DAY, REGION))


def asked(rate_: str, mix: Mapping[str, Decimal] | None = None, accounts: int | None = None) -> Question:
    return Question(Decimal(rate_), Decimal(4), mix or mix_of(MIX), REGION, DAY, accounts)


def settlements_at_one_time() -> Decimal:
    """What functions/settlement/function.yaml lets run at one time."""
    ((_, trigger),) = shipped().system.workers()
    return Decimal(trigger.rate.max_concurrent_dispatches)


# Of five payments a second the peak alone is too much.
@pytest.mark.parametrize("rate_", ["1", "5", "50", "500"])
def test_the_shipped_system_meets_the_limit_that_a_payer_of_banks_would_expect(rate_: str) -> None:
    """Two limits are of our own making, and the ledger's comes first, whatever rate is asked about.

    A payment of the usual mix makes one call of a rail (70 payouts, 20 deposits, 2 x 5 transfers, 0 x 5 book transfers:
    100 calls of 100 payments), which is booked on the rail's settlement account, once. All go over one rail, by
    assumption, and a document takes about one write a second; so 16 shards carry 16 payments a second.

    A settlement's task takes 0.12 s of ours and 1 s for each call, so a queue that runs 400 at one time carries
    400 / 1.12 = 357 payments a second.
    """
    plan = plan_of(asked(rate_), shipped())
    by_the_queue, by_the_ledger = settlements_at_one_time() / Decimal("1.12"), Decimal(HOUSE_SHARDS)
    assert plan.first.met_at == min(by_the_queue, by_the_ledger)
    queue, ledger = (
        "queue settlement: tasks at one time, as we set it",
        "ledger: documents of the busiest rail-settlement account",
    )
    assert plan.first.name == (queue if by_the_queue < by_the_ledger else ledger)
    assert plan.first_of_google.name == ledger
    assert bool(plan.exceeded) == (4 * Decimal(rate_) > plan.first.met_at)


def test_beyond_those_two_it_is_the_ledgers_journal_that_google_slows() -> None:
    """Were the queue wide and the house in many shards, the index of a journal by account and time came next.

    100 payments write 105 entries (a transfer writes two), and an index that grows with time takes 500 writes a second:
    500 / 1.05 = 476 payments a second, just below the 500 tasks a second of one queue.
    """
    plan = plan_of(asked("50"), shipped())
    rest = [one for one in plan.limits if one.google and not one.name.startswith("ledger: ")]
    assert rest[0].name == "Firestore: journal of one account, by time"
    assert rest[0].met_at == Decimal(500) / Decimal("1.05")
    assert (rest[1].name, rest[1].met_at) == ("queue settlement: tasks a second, at most", Decimal(500))


def test_wallets_bound_payments_as_soon_as_there_are_few() -> None:
    """Payouts hold and book on one wallet, two writes: ten wallets carry five payouts a second."""
    plan = plan_of(asked("1", {"payout": Decimal(1)}, accounts=10), shipped())
    assert (plan.first.name, plan.first.met_at) == ("ledger: documents of wallets", Decimal(5))


def test_a_thousand_payouts_cost_what_is_reckoned_by_hand() -> None:
    """8 reads at 0.30 and 12 writes at 0.90 a million, and 400 requests and 200 operations of tasks at 0.40."""
    plan = plan_of(asked("50", {"payout": Decimal(1)}), shipped())
    thousands = plan.payments / 1000
    costs = {one.name: one.of_payments / thousands for one in plan.lines}
    assert costs["Firestore: reads"] == Decimal("0.0024")
    assert costs["Firestore: writes"] == Decimal("0.0108")
    assert costs["Cloud Run: requests"] == Decimal("0.002")
    assert costs["Cloud Tasks: operations"] == Decimal("0.0008")


rates = st.decimals(min_value="0.01", max_value="20000", places=2)
growths = st.decimals(min_value="0.01", max_value="5000", places=2)
weights = st.lists(st.integers(0, 10), min_size=len(ROUTES), max_size=len(ROUTES)).filter(any)
wallets = st.none() | st.integers(1, 1_000_000)


def shares_of(parts: Sequence[int]) -> dict[str, Decimal]:
    """Weights as shares in thousandths, which sum up to 1."""
    whole = [Decimal(1000 * part // sum(parts)) / 1000 for part in parts]
    largest = max(range(len(parts)), key=lambda index: whole[index])
    whole[largest] += 1 - sum(whole)
    return dict(zip(ROUTES, whole, strict=True))


@settings(max_examples=60, deadline=None)
@given(low=rates, growth=growths, parts=weights, accounts=wallets, small=st.booleans())
def test_more_payments_never_need_or_cost_less_and_meet_the_same_limits(
    *, low: Decimal, growth: Decimal, parts: list[int], accounts: int | None, small: bool
) -> None:
    figures, mix = (FIGURES, {"payout": Decimal(1)}) if small else (shipped(), shares_of(parts))
    less = plan_of(asked(str(low), mix, accounts), figures)
    more = plan_of(asked(str(low + growth), mix, accounts), figures)
    assert more.cost >= less.cost
    assert more.charged >= less.charged >= 0
    for before, after in zip(less.lines, more.lines, strict=True):
        assert before.price.startswith("run_idle") or after.cost >= before.cost, before.name
    for few, many in zip(less.instances, more.instances, strict=True):
        assert (many.at_rate, many.at_peak, many.warm) >= (few.at_rate, few.at_peak, few.warm)
        assert many.at_peak >= many.at_rate >= many.warm
    assert [(one.name, one.met_at) for one in less.limits] == [(one.name, one.met_at) for one in more.limits]
    assert set(less.exceeded) <= set(more.exceeded)
    assert more.ramp_minutes >= less.ramp_minutes


ANSWERS = [
    ("--rate 0", "the rate must be above 0 payments a second, and at most 1,000,000"),
    ("--rate -5", "the rate must be above 0 payments a second, and at most 1,000,000"),
    ("--rate 1e9", "the rate must be above 0 payments a second, and at most 1,000,000"),
    ("--rate many", "the rate must be a number, not 'many'"),
    ("--rate nan", "the rate must be a finite number"),
    ("--rate 1 --peak 0.5", "the peak must be from 1 to 1000 times the rate"),
    ("--rate 1 --mix payout=0.5", "the shares of the mix must be 0 or more and sum up to 1, not 0.5"),
    ("--rate 1 --mix payout=2,book=-1", "the shares of the mix must be 0 or more and sum up to 1, not 1"),
    ("--rate 1 --mix payout", f"the mix must name each route once with its share, like {MIX}"),
    ("--rate 1 --mix book=0.5,book=0.5", f"the mix must name each route once with its share, like {MIX}"),
    ("--rate 1 --mix loan=1", "the mix names loan; the routes are payout, deposit, transfer, book"),
    ("--rate 1 --accounts 0", "payments must be spread over at least one account"),
    ("--rate 1 --on soon", "the day must be a date such as 2026-11-24, not 'soon'"),
    ("--rate 1 --on 2019-01-01", "prices.yaml has no price book for 2019-01-01; the first begins on 2026-11-24"),
    (
        "--rate 1 --region mars-east1",
        "prices.yaml has no price book for the region mars-east1; regions with one: us-central1",
    ),
]


@pytest.mark.parametrize(("words", "sentence"), ANSWERS, ids=[words for words, _ in ANSWERS])
def test_a_question_that_makes_no_sense_is_answered_with_a_sentence(
    words: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words.replace("--rate -5", "--rate=-5").split()) == 2
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", sentence + "\n")


def test_a_peak_above_a_limit_ends_with_one_and_a_word_and_one_below_with_zero(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--rate", "1", "--on", "2026-11-24"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Enough: at 4.00 payments a second no limit is met."
    assert main(["--rate", "1000000", "--peak", "1", "--on", "2026-11-24"]) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("Not enough: at 1,000,000 payments a second ")


def test_what_is_printed_names_the_first_limit_what_to_raise_and_every_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rate", "500", "--on", "2026-11-24"]) == 1
    plan = plan_of(asked("500"), shipped())
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 180
    assert f"  met first: {plan.first.name}, at {rate(plan.first.met_at or Decimal(0))}/s" in lines
    assert [line[2:58].strip() for line in lines if line.startswith(">")] == [plan.first.name]
    begin = lines.index("TO RAISE for 2,000 payments a second") + 1
    raised = lines[begin : lines.index("", begin)]
    assert len(raised) == 2 * (len(plan.exceeded) + len(plan.close)) > 0
    assert any(
        "functions/settlement/function.yaml: trigger.rate.max_concurrent_dispatches, from" in one for one in raised
    )
    text = "\n".join(lines)
    for name in [
        *(one.name for one in plan.limits),
        *(one.name for one in plan.lines),
        *(f"  {one.function.name} " for one in plan.instances),
    ]:
        assert name in text
    assert figure(plan.charged, 2) in text


def test_the_data_are_the_same_figures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rate", "50", "--on", "2026-11-24", "--json"]) == 1
    plan = plan_of(asked("50"), shipped())
    told = json.loads(capsys.readouterr().out)
    assert told == data_of(plan)
    assert told["first_limit"] == plan.first.name
    assert told["month"]["charged"] == pytest.approx(float(plan.charged))
    assert sum(one["charged"] for one in told["month"]["lines"]) == pytest.approx(float(plan.charged))
    assert told["instances"]["settlement"]["at_peak"] == 24  # 200 x 1.12 s / 16 places / 0.6


def test_a_system_without_room_says_what_each_limit_should_be(capsys: pytest.CaptureFixture[str]) -> None:
    told = data_of(plan_of(a_question("6"), FIGURES))
    queue = next(one for one in told["limits"] if one["name"] == "queue settlement: tasks at one time, as we set it")
    assert (queue["used_at_peak"], queue["to_be"], queue["google"]) == (2.25, 18, False)


def test_a_figure_is_rounded_only_when_it_is_shown() -> None:
    shown = [rate(Decimal(one)) for one in ("0.254", "14.2857", "476.19", "1234.5")]
    assert shown == ["0.25", "14.3", "476", "1,234"]
    plan = plan_of(replace(asked("1"), peak=Decimal(1)), shipped())
    assert sum((one.fixed + one.of_payments - one.free for one in plan.lines), Decimal(0)) == plan.charged
