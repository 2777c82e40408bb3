"""Limits by tier and date, and the use that is made of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.values import check_fields
from shared.compliance.documents import usage_from, usage_key, usage_to_fields
from shared.compliance.domain.errors import ComplianceError
from shared.compliance.domain.limit_usage import DAYS_KEPT, THIRTY_DAYS, LimitUsage, day_of
from shared.compliance.domain.limits import LimitBook, parse_limits
from shared.compliance.policy import limit_book
from shared.kernel.currency import MINOR_UNIT_DIGITS
from shared.kernel.errors import ClearwayError
from shared.kernel.facts import PaymentFacts
from shared.kernel.money import AMOUNT_MINOR_MAX, Money
from shared.ports.documents import Document
from tests.support.builders import ADA, NOON, a_party

TODAY = NOON.date()


def paid(amount_minor: int, at: datetime = NOON, *, currency: str = "USD", tier: str = "basic") -> PaymentFacts:
    ada = replace(a_party(), tier=tier)
    return PaymentFacts("pay-1", "demo", Money(amount_minor, currency), ada, a_party(name="Bob Lane"), at)


def used(*payments: PaymentFacts) -> LimitUsage:
    usage = LimitUsage()
    for facts in payments:
        usage = usage.spend(facts)
    return usage


def policy(
    tier: str = "basic", start: str = "2026-01-01", limits: str = "payment = 10, day = 20, thirty_days = 50"
) -> str:
    rows = "\n".join(f"{currency} = {{ {limits} }}" for currency in sorted(MINOR_UNIT_DIGITS))
    return f'[[policies]]\ntier = "{tier}"\neffective_from = {start}\nsource = "a test"\n[policies.limits]\n{rows}\n'


BOOK = parse_limits(policy())
YESTERDAY = NOON - timedelta(days=1)


def codes(book: LimitBook, facts: PaymentFacts, usage: LimitUsage) -> list[str]:
    return [reason.code for reason in book.refusals(facts, usage)]


@pytest.mark.parametrize(
    ("usage", "facts", "refused"),
    [
        (used(), paid(10), []),
        (used(), paid(11), ["limit_payment_exceeded"]),
        (used(paid(10)), paid(10), []),
        (used(paid(10), paid(1)), paid(10), ["limit_day_exceeded"]),
        (used(paid(10), paid(10)), paid(11), ["limit_payment_exceeded", "limit_day_exceeded"]),
        (used(*[paid(10)] * 2), paid(10, currency="EUR"), []),
        # The day is that of UTC, whatever zone the moment is written in.
        (used(*[paid(10, YESTERDAY)] * 2), paid(10), []),
        (
            used(*[paid(10, datetime(2026, 11, 1, 23, 59, 59, 999_999, UTC))] * 2),
            paid(10, datetime(2026, 11, 2, tzinfo=UTC)),
            [],
        ),
        (
            used(*[paid(10)] * 2),
            paid(10, datetime(2026, 11, 3, 1, tzinfo=timezone(timedelta(hours=2)))),
            ["limit_day_exceeded"],
        ),
        # 30 days are the present one and 29 before it.
        (used(*[paid(20, NOON - timedelta(days=n)) for n in (1, 29)]), paid(10), []),
        (
            used(*[paid(20, NOON - timedelta(days=n)) for n in (1, 29)], paid(1)),
            paid(10),
            ["limit_thirty_days_exceeded"],
        ),
        (used(*[paid(20, NOON - timedelta(days=n)) for n in (1, 29)], paid(1)), paid(9), []),
        (used(*[paid(20, NOON - timedelta(days=n)) for n in (1, 30)], paid(1)), paid(10), []),
        # One that is judged late is held against the fullest 30 days around its own.
        (used(paid(20, YESTERDAY), paid(21)), paid(10, NOON - timedelta(days=29)), ["limit_thirty_days_exceeded"]),
        (used(paid(20, YESTERDAY), paid(21)), paid(10, NOON - timedelta(days=30)), []),
    ],
)
def test_limits_hold_per_payment_day_and_thirty_days(
    usage: LimitUsage, facts: PaymentFacts, refused: list[str]
) -> None:
    assert codes(BOOK, facts, usage) == refused


def test_a_refusal_names_the_limit_in_money_and_nobody() -> None:
    (reason,) = limit_book().refusals(paid(2_000_01), LimitUsage())
    assert (reason.code, reason.text) == (
        "limit_payment_exceeded",
        "above the 2,000.00 USD of the tier basic in one payment",
    )


def test_a_policy_holds_from_its_day_on() -> None:
    book = parse_limits(policy() + policy(start="2026-11-02", limits="payment = 15, day = 20, thirty_days = 50"))
    midnight = datetime(2026, 11, 2, tzinfo=UTC)
    assert codes(book, paid(15, midnight - timedelta(microseconds=1)), LimitUsage()) == ["limit_payment_exceeded"]
    assert codes(book, paid(15, midnight), LimitUsage()) == []
    assert codes(book, paid(1, datetime(2025, 12, 31, tzinfo=UTC)), LimitUsage()) == ["limit_undefined"]


def test_an_unknown_tier_may_do_nothing() -> None:
    assert codes(BOOK, paid(1, tier="gold"), LimitUsage()) == ["limit_undefined"]


def test_the_limits_that_travel_with_the_code_rise_with_the_tier_in_every_currency() -> None:
    book = limit_book()
    tiers = [book.policy(tier, TODAY) for tier in ("basic", "verified", "business")]
    for currency in MINOR_UNIT_DIGITS:
        limits = [each.limits[currency] for each in tiers if each]
        assert len(limits) == 3
        for name in ("payment_minor", "day_minor", "thirty_days_minor"):
            figures = [getattr(limit, name) for limit in limits]
            assert figures == sorted(set(figures)), (currency, name)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "no policies at all"),
        ("policies = 3", "no policies at all"),
        ("[[policies]", "no TOML"),
        ('[[policies]]\ntier = "basic"', "policy 1: it needs a tier"),
        (policy() + policy(start="2026-07-01T00:00:00Z"), "policy 2: it needs a tier"),
        (policy(limits="payment = 30, day = 20, thirty_days = 50"), "needs payment, day and thirty_days"),
        (policy(limits="payment = 10, day = 60, thirty_days = 50"), "needs payment, day and thirty_days"),
        (policy(limits="payment = 0, day = 20, thirty_days = 50"), "needs payment, day and thirty_days"),
        (policy(limits="payment = 10, day = 20"), "needs payment, day and thirty_days"),
        (policy(limits="payment = 1.5, day = 20, thirty_days = 50"), "needs payment, day and thirty_days"),
        (policy(limits="payment = 1, day = 2, thirty_days = 5, year = 9"), "needs payment, day and thirty_days"),
        (policy().replace("KWD", "XXX"), "every currency"),
        (policy() + policy(), "two policies of one tier start on one day"),
    ],
)
def test_broken_limits_are_refused_and_the_place_is_named(text: str, named: str) -> None:
    with pytest.raises(ClearwayError) as caught:
        parse_limits(text)
    assert caught.value.code is ComplianceError.LIMITS_MALFORMED
    assert named in caught.value.detail


def test_the_version_is_of_the_content_and_not_of_its_layout() -> None:
    assert parse_limits("# A remark.\n" + policy()).version == BOOK.version
    assert parse_limits(policy(limits="payment = 10, day = 20, thirty_days = 51")).version != BOOK.version
    file = Path(__file__).parents[3] / "shared" / "compliance" / "limits.toml"
    assert parse_limits(file.read_text(encoding="utf-8")).version == limit_book().version


PAYMENTS = st.builds(
    lambda amount_minor, hours, currency: paid(amount_minor, NOON + timedelta(hours=hours), currency=currency),
    st.integers(1, AMOUNT_MINOR_MAX),
    st.integers(-100 * 24, 100 * 24),
    st.sampled_from(sorted(MINOR_UNIT_DIGITS)),
)


@given(st.lists(PAYMENTS, max_size=60))
def test_usage_stays_small_and_comes_back_from_its_document(payments: list[PaymentFacts]) -> None:
    usage = used(*payments)
    key = usage_key(ADA)
    assert len(usage.days) <= DAYS_KEPT
    assert usage_from(Document(key, check_fields(key, usage_to_fields(usage)), 1)) == usage


@given(st.lists(st.tuples(st.integers(0, 29), st.integers(1, 1_000)), max_size=20), st.randoms())
def test_the_order_of_payments_changes_no_sum(payments: list[tuple[int, int]], random: object) -> None:
    facts = [paid(amount_minor, NOON - timedelta(days=days)) for days, amount_minor in payments]
    usage = used(*sorted(facts, key=lambda _: random.random()))  # type: ignore[attr-defined]
    assert usage.fullest(TODAY, "USD", THIRTY_DAYS) == sum(amount_minor for _, amount_minor in payments)
    for days in range(30):
        assert usage.on(TODAY - timedelta(days=days), "USD") == sum(each for day, each in payments if day == days)


def test_a_day_is_the_one_in_utc() -> None:
    assert day_of(paid(1, datetime(2026, 11, 3, 1, tzinfo=timezone(timedelta(hours=2))))) == date(2026, 11, 2)


def test_sums_stay_within_what_a_document_can_hold() -> None:
    usage = used(*[paid(AMOUNT_MINOR_MAX)] * 100)
    check_fields(usage_key(ADA), usage_to_fields(usage))
