"""A plan for people: plain text, rounded only here."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal

from scripts.capacity.books import Kind
from scripts.capacity.limits import Limit
from scripts.capacity.plan import Plan


def lines_of(plan: Plan) -> Iterator[str]:
    """All of it, line by line."""
    yield from _head(plan)
    yield from _limits(plan)
    yield from _raises(plan)
    yield from _instances(plan)
    yield from _costs(plan)
    yield from _basis(plan)


def figure(number: Decimal, places: int = 0) -> str:
    """Rounded half to even, with thousands apart: `12,345.68`."""
    return f"{number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN):,f}"


def rate(number: Decimal) -> str:
    """Payments a second, to three digits or whole: `0.25`, `14.3`, `1,234`."""
    places = 0 if number >= 100 else 1 if number >= 10 else 2
    return figure(number, places)


def verdict(plan: Plan) -> str:
    """Whether the peak is served, in a sentence."""
    peak = rate(plan.question.peak_rate)
    if not plan.exceeded:
        return f"Enough: at {peak} payments a second no limit is met."
    many = len(plan.exceeded)
    return (
        f"Not enough: at {peak} payments a second {many} limit{'s are' if many > 1 else ' is'} exceeded, "
        f"first {plan.first.name}."
    )


def _head(plan: Plan) -> Iterator[str]:
    asked = plan.question
    mix = ", ".join(f"{figure(100 * share, 1)} % {route}" for route, share in asked.mix.items() if share)
    yield f"{rate(asked.rate)} payments a second ({figure(plan.payments)} a month), {rate(asked.peak_rate)} at the peak"
    yield f"  {mix}; {asked.region}, {asked.on}, prices of {plan.figures.prices.from_}"
    yield f"  met first: {_met(plan.first)}"
    yield f"  met first of Google's limits: {_met(plan.first_of_google)}"


def _at(plan: Plan) -> str:
    return f"at {rate(plan.question.rate)}"


def _met(limit: Limit) -> str:
    return f"{limit.name}, {'never' if limit.met_at is None else 'at ' + rate(limit.met_at) + '/s'}"


def _limits(plan: Plan) -> Iterator[str]:
    asked = plan.question
    yield ""
    yield f"{'LIMITS in the order in which they are met':<58}{'met at':>10}{_at(plan):>11}{'at peak':>11}  of"
    for limit in plan.limits:
        mark = ">" if limit is plan.first else " "
        met = f"{rate(limit.met_at)}/s" if limit.met_at is not None else "never"
        used = (f"{figure(100 * limit.used(one), 1)} %" for one in (asked.rate, asked.peak_rate))
        at_rate, at_peak = used
        kind = "" if limit.kind is Kind.HARD else f", {limit.kind.value}"
        doubt = ", unconfirmed" if limit.unconfirmed else ""
        there = f"{figure(limit.amount)} {limit.unit}{kind}{doubt}"
        yield f"{mark} {limit.name:<56}{met:>10}{at_rate:>11}{at_peak:>11}  {there}"
    yield (
        f"  New Firestore collections reach the peak in {plan.ramp_minutes} minutes "
        f"({_bound(plan, 'firestore_ramp_start')}, {_bound(plan, 'firestore_ramp_growth')})."
    )


def _bound(plan: Plan, key: str) -> str:
    bound = plan.figures.limits.limit(key)
    return f"{bound.amount:f} {bound.unit}"


def _raises(plan: Plan) -> Iterator[str]:
    yield ""
    yield f"TO RAISE for {rate(plan.question.peak_rate)} payments a second"
    if not plan.exceeded and not plan.close:
        yield "  nothing"
    for limits, word in ((plan.exceeded, "exceeded"), (plan.close, "close")):
        for limit in limits:
            yield f"  {word}: {limit.name}"
            yield f"      {_how(plan, limit)}"


def _how(plan: Plan, limit: Limit) -> str:
    to_be = figure(max(plan.to_be(limit), limit.amount))
    if limit.setting:
        return f"{limit.setting}, from {figure(limit.amount)} to {to_be}"
    return f"{limit.raise_}; needed: {to_be}"


def _instances(plan: Plan) -> Iterator[str]:
    asked = plan.question
    yield ""
    yield f"INSTANCES{'':<13}at {rate(asked.rate):>6}  at peak     max   min   keep warm"
    for one in plan.instances:
        size = one.function.size
        few = "" if one.enough else "   too few"
        yield (
            f"  {one.function.name:<17}{one.at_rate:>9}{one.at_peak:>9}{size.instances_max:>9}{size.instances_min:>6}"
            f"{one.warm:>12}{few}"
        )
    cost = f"{figure(plan.warm_cost, 2)} {plan.figures.prices.currency}"
    yield f"  Kept warm they answer without a cold start; without a payment they cost {cost} a month."


def _costs(plan: Plan) -> Iterator[str]:
    currency = plan.figures.prices.currency
    yield ""
    heads = f"{'fixed':>10}{'payments':>12}{'free':>10}{'to pay':>12}"
    yield f"{'A MONTH in ' + currency:<42}{'quantity':>18}  {'unit':<24}{heads}"
    for line in plan.lines:
        doubt = " (unconfirmed)" if line.unconfirmed else ""
        yield (
            f"  {line.name:<40}{figure(line.quantity, 2):>18}  {line.unit:<24}{figure(line.fixed, 2):>10}"
            f"{figure(line.of_payments, 2):>12}{figure(line.free, 2):>10}{figure(line.charged, 2):>12}{doubt}"
        )
    fixed, of_payments, free = plan.totals
    yield (
        f"  {'all':<40}{'':>44}{figure(fixed, 2):>10}{figure(of_payments, 2):>12}{figure(free, 2):>10}"
        f"{figure(plan.charged, 2):>12}"
    )
    thousands = plan.payments / 1000
    months = plan.figures.operations.assumed["stored_months"]
    yield f"  what is stored is that of {figure(months)} months at this rate"
    if plan.question.accounts is None:
        yield "  without the wallets that the timer reads to prove the books: say with --accounts how many there are"
    yield (
        f"  1,000 payments: {figure(plan.cost / thousands, 4)} before what is free, "
        f"{figure(plan.charged / thousands, 4)} after; {figure(of_payments / thousands, 4)} without what is fixed"
    )


def _basis(plan: Plan) -> Iterator[str]:
    operations = plan.figures.operations
    measured, assumed = operations.measured, operations.assumed
    walls = ", ".join(f"{name} {ms}" for name, ms in assumed.wall_ms.value.items())
    cpus = ", ".join(f"{name} {ms}" for name, ms in measured.cpu_ms.items())
    yield ""
    yield "COUNTED   operations and bytes of payments that go well (infra/operations.yaml, counted by its test),"
    yield "          without refusals, repeated deliveries, callbacks, returns, ACH files and what people look up"
    yield f"MEASURED  CPU-ms a request: {cpus}"
    yield f"          {measured.day}: {measured.how},"
    yield f"          {measured.machine}"
    busiest = figure(100 * assumed["busiest_rail_share"])
    yield "PLANNED   what Terraform makes in prod (infra/operations.yaml, compared with its plan by a test)"
    yield f"ASSUMED   ms a request: {walls}; a rail's call {assumed['rail_call_ms']};"
    yield f"          {busiest} % over one rail in one currency; the rest is under `assumed` in infra/operations.yaml"
