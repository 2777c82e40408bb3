"""Which rails carry a leg: one line of a table is one leg and the order that must come of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from shared.kernel.assessment import Reason
from shared.kernel.currency import MINOR_UNIT_DIGITS
from shared.kernel.errors import ClearwayError
from shared.kernel.money import Money
from shared.kernel.party import Direction, Instrument, InstrumentKind, Speed
from shared.ports.routing import Choice, Leg, Router
from shared.rails.domain.catalogue import Catalogue
from shared.rails.domain.catalogue_text import parse_catalogue
from shared.rails.domain.choice import Refusal
from shared.rails.domain.errors import RailsError
from shared.rails.participants import parse_participants
from shared.rails.router import CatalogueRouter
from shared.rails.terms import catalogue
from shared.runtime.list_names import PARTICIPANTS
from shared.runtime.participants import participants_of

REACHED, NOT_REACHED = "021000021", "122105155"
BANK = Instrument("ins-1", InstrumentKind.BANK_ACCOUNT, "USD", routing_number=REACHED, account_number="123")
CARD = Instrument("ins-2", InstrumentKind.CARD, "USD", card_token="tok_1")
WALLET = Instrument("ins-3", InstrumentKind.WALLET, "USD", account_id="acc_1")
ALL = ("ach", "instant", "card")
HOLIDAYS = {date(2026, 7, 3)}
# 2026-07-01 is a Wednesday; New York is four hours behind UTC.
BEFORE_NOON = datetime(2026, 7, 1, 15, 0, tzinfo=UTC)
AFTER_ALL_WINDOWS = datetime(2026, 7, 1, 21, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 7, 4, 15, 0, tzinfo=UTC)


def is_banking_day(day: date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


def router(*enabled: str, participants: Mapping[str, frozenset[str]] | None = None) -> CatalogueRouter:
    return CatalogueRouter(catalogue(), enabled, is_banking_day, participants or {})


def leg(
    direction: Direction = Direction.CREDIT,
    instrument: Instrument = BANK,
    amount_minor: int = 50_000,
    speed: Speed = Speed.FASTEST,
    currency: str = "USD",
) -> Leg:
    return Leg(direction, instrument, Money(amount_minor, currency), speed)


def chosen(router: Router, wanted: Leg, now: datetime = BEFORE_NOON) -> Choice:
    choice = router.choose(wanted, now)
    assert isinstance(choice, Choice), choice
    return choice


def refused(router: Router, wanted: Leg, now: datetime = BEFORE_NOON) -> Reason:
    reason = router.choose(wanted, now)
    assert isinstance(reason, Reason), reason
    return reason


@pytest.mark.parametrize(
    ("wanted", "now", "rails"),
    [
        # A payout to a bank account: instant is sooner, ACH is cheaper.
        (leg(speed=Speed.FASTEST), BEFORE_NOON, ["instant", "ach"]),
        (leg(speed=Speed.STANDARD), BEFORE_NOON, ["ach", "instant"]),
        # Same day: ACH while a window is open, since it is cheaper; at night the one that still arrives today.
        (leg(speed=Speed.SAME_DAY), BEFORE_NOON, ["ach", "instant"]),
        (leg(speed=Speed.SAME_DAY), AFTER_ALL_WINDOWS, ["instant", "ach"]),
        (leg(speed=Speed.SAME_DAY), SATURDAY, ["instant", "ach"]),
        # Above the same-day limit ACH arrives tomorrow; above the networks' limit it is the only one.
        (leg(speed=Speed.SAME_DAY, amount_minor=100_000_000), BEFORE_NOON, ["ach", "instant"]),
        (leg(speed=Speed.SAME_DAY, amount_minor=100_000_001), BEFORE_NOON, ["instant", "ach"]),
        (leg(speed=Speed.FASTEST, amount_minor=1_000_000_001), BEFORE_NOON, ["ach"]),
        # Collecting from a bank account is not for instant; cards are for the card rail alone.
        (leg(Direction.DEBIT), BEFORE_NOON, ["ach"]),
        (leg(Direction.DEBIT, CARD), BEFORE_NOON, ["card"]),
        (leg(Direction.CREDIT, CARD), SATURDAY, ["card"]),
    ],
)
def test_rails_stand_in_the_order_of_the_speed(wanted: Leg, now: datetime, rails: list[str]) -> None:
    assert list(chosen(router(*ALL), wanted, now).rails) == rails


@pytest.mark.parametrize("name", ["bank", "simulator"])
@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("currency", sorted(MINOR_UNIT_DIGITS))
@pytest.mark.parametrize("speed", Speed)
def test_one_rail_for_everything_is_chosen_for_every_bank_account(
    name: str, direction: Direction, currency: str, speed: Speed
) -> None:
    for amount_minor in (1, catalogue().terms_at(BEFORE_NOON.date())[name].amount_max_minor[currency]):
        wanted = leg(direction, amount_minor=amount_minor, speed=speed, currency=currency)
        for now in (BEFORE_NOON, AFTER_ALL_WINDOWS, SATURDAY):
            assert chosen(router(name), wanted, now).rails == (name,)


OWN_RAILS = (("any", "[]"), ("narrow", "[]"), ("shut", '[{ days = ["sun"], opens = 00:00:00, closes = 00:00:00 }]'))
OWN = """
[[terms]]
name = "{name}"
effective_from = 2024-01-01
source = "a test"
timeout_s = 1
inquiry_grace_s = 2
hours = {hours}
amount_max_minor = {{ USD = 100_000_000_000, EUR = 100_000_000_000 }}
[[terms.services]]
name = "{name}"
instruments = ["bank_account", "card", "wallet"]
directions = ["credit", "debit"]
arrival_s = 20
participants = true
[terms.services.cost]
source = "a test"
basis_points = 7
fixed_minor = {{ USD = 1, EUR = 1 }}
"""


def with_own() -> Catalogue:
    """The repository's catalogue with three rails more: one for everything, one for few banks, one for Sundays."""
    own = parse_catalogue("".join(OWN.format(name=name, hours=hours) for name, hours in OWN_RAILS))
    return Catalogue((*catalogue().terms, *own.terms))


@pytest.mark.parametrize(
    ("enabled", "wanted", "code"),
    [
        ("cheque", leg(), Refusal.NO_TERMS),
        ("ach", leg(instrument=CARD), Refusal.INSTRUMENT_NOT_CARRIED),
        ("ach", leg(instrument=WALLET), Refusal.INSTRUMENT_NOT_CARRIED),
        ("instant", leg(Direction.DEBIT), Refusal.DIRECTION_NOT_CARRIED),
        ("instant", leg(currency="EUR"), Refusal.CURRENCY_NOT_CARRIED),
        ("ach", leg(amount_minor=10_000_000_000), Refusal.ABOVE_LIMIT),
        ("card", leg(Direction.DEBIT, CARD, 1_000_001), Refusal.ABOVE_LIMIT),
        ("narrow", leg(), Refusal.BANK_NOT_REACHED),
        ("shut", leg(), Refusal.RAIL_CLOSED),
    ],
)
def test_a_refusal_is_explained_beside_the_rail_that_carries(enabled: str, wanted: Leg, code: Refusal) -> None:
    participants = {"narrow": frozenset({NOT_REACHED})}
    choice = chosen(CatalogueRouter(with_own(), ("any", enabled), is_banking_day, participants), wanted)
    assert choice.rails == ("any",)
    assert choice.why["rails"][enabled]["refused"]["code"] == code.value
    assert choice.why["rails"]["any"]["place"] == 1


def test_a_choice_names_place_service_cost_arrival_and_terms_in_plain_values() -> None:
    why = chosen(router(*ALL), leg(speed=Speed.SAME_DAY)).why
    assert json.loads(json.dumps(why)) == why
    assert why["speed"] == "same_day"
    assert why["rails"]["ach"] == {
        "place": 1,
        "service": "same_day",
        "cost_minor": 25,
        "arrives": "2026-07-01T21:00:00Z",
        "effective_from": "2022-03-18",
        "source": catalogue().terms_at(BEFORE_NOON.date())["ach"].source,
    }
    assert (why["rails"]["instant"]["place"], why["rails"]["instant"]["arrives"]) == (2, "2026-07-01T15:00:20Z")
    assert why["rails"]["card"]["refused"] == {
        "code": "instrument_not_carried",
        "text": "carries card, not bank_account",
    }
    assert why["rails"]["card"]["effective_from"] == "2020-01-01"


@pytest.mark.parametrize(
    ("enabled", "wanted", "words"),
    [
        (("ach", "instant"), leg(instrument=CARD), ["500.00 USD on a card", "ach carries bank_account", "over card,"]),
        (("instant",), leg(Direction.DEBIT), ["not debit", "ach or bank or simulator"]),
        (("ach",), leg(amount_minor=10**10), ["at most 99,999,999.99 USD"]),
        ((), leg(), ["credit of 500.00 USD"]),
        (("ach",), leg(instrument=WALLET), ["not wallet"]),
    ],
)
def test_where_nothing_carries_a_leg_the_answer_says_what_would_be_needed(
    enabled: tuple[str, ...], wanted: Leg, words: list[str]
) -> None:
    reason = refused(router(*enabled), wanted)
    assert reason.code == Refusal.NO_RAIL
    for word in words:
        assert word in reason.text
    assert wanted.instrument.account_number not in reason.text or not wanted.instrument.account_number


def test_a_rail_that_is_not_enabled_is_not_suggested_where_it_would_not_carry_the_leg() -> None:
    assert "not enabled" not in refused(router("ach"), leg(instrument=WALLET)).text
    text = refused(router(), leg(instrument=CARD)).text
    assert "It could go over card, which this deployment has not enabled" in text


@pytest.mark.parametrize(
    ("participants", "routing_number", "rails"),
    [
        ({}, NOT_REACHED, ["instant", "ach"]),
        ({"fednow": frozenset({REACHED})}, NOT_REACHED, ["instant", "ach"]),  # RTP has no list: it reaches all
        ({"fednow": frozenset({REACHED}), "rtp": frozenset()}, NOT_REACHED, ["ach"]),
        ({"fednow": frozenset({REACHED}), "rtp": frozenset()}, REACHED, ["instant", "ach"]),
    ],
)
def test_instant_needs_a_bank_on_one_of_the_networks(
    participants: dict[str, frozenset[str]], routing_number: str, rails: list[str]
) -> None:
    account = Instrument("ins-1", InstrumentKind.BANK_ACCOUNT, "USD", routing_number=routing_number)
    assert list(chosen(router("ach", "instant", participants=participants), leg(instrument=account)).rails) == rails


@pytest.mark.parametrize(
    ("day", "ach_same_day", "rtp", "fednow"),
    [
        (date(2020, 3, 20), 10_000_000, None, None),
        (date(2022, 3, 17), 10_000_000, None, None),
        (date(2022, 3, 18), 100_000_000, None, None),
        (date(2023, 7, 20), 100_000_000, 100_000_000, 50_000_000),
        (date(2025, 2, 8), 100_000_000, 100_000_000, 50_000_000),
        (date(2025, 2, 9), 100_000_000, 1_000_000_000, 50_000_000),
        (date(2025, 6, 24), 100_000_000, 1_000_000_000, 100_000_000),
        (date(2025, 12, 1), 100_000_000, 1_000_000_000, 1_000_000_000),
    ],
)
def test_limits_rose_when_their_sources_say(day: date, ach_same_day: int, rtp: int | None, fednow: int | None) -> None:
    limits = {
        service.name: service.amount_max_minor["USD"]
        for terms in catalogue().terms_at(day).values()
        for service in terms.services
        if "USD" in service.amount_max_minor
    }
    assert (limits["same_day"], limits.get("rtp"), limits.get("fednow")) == (ach_same_day, rtp, fednow)
    assert limits["next_day"] == 9_999_999_999


@pytest.mark.parametrize(
    ("now", "speed", "arrives"),
    [
        # Cut-offs are New York's, in summer and in winter; a cut-off itself is too late.
        ("2026-07-01T14:29:59Z", Speed.FASTEST, "2026-07-01T17:00:00Z"),
        ("2026-07-01T14:30:00Z", Speed.FASTEST, "2026-07-01T21:00:00Z"),
        ("2026-01-07T15:29:59Z", Speed.FASTEST, "2026-01-07T18:00:00Z"),
        ("2026-07-01T20:44:59Z", Speed.FASTEST, "2026-07-01T22:00:00Z"),
        # After the last window the next morning's settlement of a next-day entry is the soonest.
        ("2026-07-01T20:45:00Z", Speed.FASTEST, "2026-07-02T12:30:00Z"),
        # Over the holiday on Friday and the weekend: Monday.
        ("2026-07-02T20:45:00Z", Speed.STANDARD, "2026-07-06T12:30:00Z"),
        ("2026-07-03T15:00:00Z", Speed.FASTEST, "2026-07-06T17:00:00Z"),
        ("2026-07-04T15:00:00Z", Speed.STANDARD, "2026-07-07T12:30:00Z"),
        # One and the same moment is Thursday in UTC, and Wednesday evening before the cut-off in New York.
        ("2026-01-08T00:30:00Z", Speed.STANDARD, "2026-01-08T13:30:00Z"),
    ],
)
def test_ach_arrives_by_cut_offs_and_banking_days(now: str, speed: Speed, arrives: str) -> None:
    choice = chosen(router("ach"), leg(speed=speed), datetime.fromisoformat(now))
    assert choice.why["rails"]["ach"]["arrives"] == arrives


@pytest.mark.parametrize(
    ("now", "open_now"),
    [
        ("2026-07-06T12:00:00Z", True),  # Monday, 08:00 in New York
        ("2026-07-06T11:59:59Z", False),
        ("2026-07-06T21:00:00Z", False),
        ("2026-07-07T12:00:00Z", False),  # Tuesday
        ("2026-07-03T12:00:00Z", False),  # Friday, and a holiday
        ("2026-07-10T12:00:00Z", True),
        ("2026-07-12T03:59:59Z", True),  # Saturday until midnight, in New York
        ("2026-07-12T04:00:00Z", False),
    ],
)
def test_a_rail_with_hours_takes_instructions_in_them_alone(now: str, open_now: bool) -> None:
    hours = """[
        { days = ["mon", "fri"], opens = 08:00:00, closes = 17:00:00, banking_days_only = true },
        { days = ["sat"], opens = 12:00:00, closes = 00:00:00 },
    ]
zone = "America/New_York"
"""
    own = parse_catalogue(OWN.format(name="any", hours=hours))
    answer = CatalogueRouter(own, ("any",), is_banking_day).choose(leg(), datetime.fromisoformat(now))
    assert isinstance(answer, Choice) is open_now


def test_a_cost_is_fixed_and_a_share_rounded_up() -> None:
    why = chosen(CatalogueRouter(with_own(), ("any",), is_banking_day), leg(amount_minor=1_429)).why
    assert why["rails"]["any"]["cost_minor"] == 1 + 2  # 7 basis points of 14.29 are 1.0003 cents


def test_the_sample_list_of_participants_is_read_by_its_service() -> None:
    sample = Path(__file__).with_name("participants") / "fednow.txt"
    files = {name: sample.read_bytes() if "fednow" in name else None for name in PARTICIPANTS.values()}
    assert participants_of(files) == {"fednow": {"021000021", "011401533", "091000019"}}


@pytest.mark.parametrize(
    "line", ["021000022", "02100002", "0210000210", "bank", "021000021 x", "\N{FULLWIDTH DIGIT ZERO}21000021"]
)
def test_a_broken_list_of_participants_is_refused_by_line(line: str) -> None:
    with pytest.raises(ClearwayError) as caught:
        parse_participants(f"# a list\n{line}\n".encode(), "rtp.txt")
    assert caught.value.code is RailsError.INVALID_PARTICIPANTS
    assert "rtp.txt line 2" in caught.value.detail


def test_an_empty_list_of_participants_is_refused() -> None:
    with pytest.raises(ClearwayError, match="no routing number at all"):
        parse_participants(b"# cut short\n")


def test_a_calendar_without_banking_days_is_an_error_and_no_endless_search() -> None:
    with pytest.raises(ClearwayError) as caught:
        CatalogueRouter(catalogue(), ("ach",), lambda _: False).choose(leg(), BEFORE_NOON)
    assert caught.value.code is RailsError.INVALID_CATALOGUE


def test_it_is_a_router() -> None:
    port: Router = router("ach")
    assert isinstance(port.choose(leg(), BEFORE_NOON), Choice)
