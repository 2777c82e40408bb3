"""A plan as data, for other programs: the same figures, to six places."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from scripts.capacity.costs import Line
from scripts.capacity.instances import Instances
from scripts.capacity.limits import Limit
from scripts.capacity.plan import Plan


def data_of(plan: Plan) -> dict[str, Any]:
    """JSON's own types alone."""
    asked = plan.question
    return {
        "question": {
            "rate": _number(asked.rate),
            "peak_rate": _number(asked.peak_rate),
            "mix": {route: _number(share) for route, share in asked.mix.items()},
            "region": asked.region,
            "on": asked.on.isoformat(),
            "accounts": asked.accounts,
        },
        "enough": not plan.exceeded,
        "first_limit": plan.first.name,
        "first_limit_of_google": plan.first_of_google.name,
        "limits": [_limit(plan, one) for one in plan.limits],
        "ramp_minutes": plan.ramp_minutes,
        "instances": {one.function.name: _instances(one) for one in plan.instances},
        "keep_warm_cost": _number(plan.warm_cost),
        "month": _month(plan),
    }


def _limit(plan: Plan, one: Limit) -> dict[str, Any]:
    return {
        "name": one.name,
        "met_at": None if one.met_at is None else _number(one.met_at),
        "used_at_rate": _number(one.used(plan.question.rate)),
        "used_at_peak": _number(one.used(plan.question.peak_rate)),
        "amount": _number(one.amount),
        "to_be": _number(max(one.amount, plan.to_be(one))),
        "unit": one.unit,
        "kind": one.kind.value,
        "google": one.google,
        "setting": one.setting or None,
        "raise": one.raise_ or None,
        "source": one.source,
        "unconfirmed": one.unconfirmed,
    }


def _instances(one: Instances) -> dict[str, int]:
    return {
        "at_rate": one.at_rate,
        "at_peak": one.at_peak,
        "keep_warm": one.warm,
        "max": one.function.size.instances_max,
        "min": one.function.size.instances_min,
    }


def _month(plan: Plan) -> dict[str, Any]:
    fixed, of_payments, free = plan.totals
    return {
        "currency": plan.figures.prices.currency,
        "prices_from": plan.figures.prices.from_.isoformat(),
        "payments": _number(plan.payments),
        "lines": [_line(one) for one in plan.lines],
        "fixed": _number(fixed),
        "of_payments": _number(of_payments),
        "free": _number(free),
        "charged": _number(plan.charged),
        "per_thousand_payments": _number(plan.charged * 1000 / plan.payments),
    }


def _line(one: Line) -> dict[str, Any]:
    return {
        "name": one.name,
        "price": one.price,
        "unit": one.unit,
        "quantity": _number(one.quantity),
        "fixed": _number(one.fixed),
        "of_payments": _number(one.of_payments),
        "free": _number(one.free),
        "charged": _number(one.charged),
        "unconfirmed": one.unconfirmed,
    }


def _number(one: Decimal) -> float | int:
    whole = one.to_integral_value()
    return int(whole) if one == whole else float(round(one, 6))
