"""The velocity profile and the features that it gives, over histories that nobody thought of."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.values import check_fields
from shared.fraud.documents import profile_from, profile_key, profile_to_fields
from shared.fraud.domain.features import FEATURES, features_of
from shared.fraud.domain.profile import DAYS_KEPT, DESTINATIONS_MAX, HOURS_KEPT, Profile, destination_id
from shared.kernel.currency import MINOR_UNIT_DIGITS
from shared.kernel.money import AMOUNT_MINOR_MAX
from shared.ports.documents import Document
from tests.support.builders import ADA, NOON
from tests.unit.fraud.payments import Pay, monthly, profile_of

DAY = 24 * 60
PAYS = st.builds(
    Pay,
    minutes_ago=st.integers(-90 * DAY, 90 * DAY),
    amount_minor=st.integers(1, AMOUNT_MINOR_MAX),
    to=st.sampled_from(["bob", "topup", "own-bank", *(f"shop-{n}" for n in range(80))]),
    currency=st.sampled_from(sorted(MINOR_UNIT_DIGITS)),
    allowed=st.booleans(),
)


def as_document(profile: Profile) -> Document:
    key = profile_key(ADA)
    return Document(key, check_fields(key, profile_to_fields(profile)), 1)


@given(st.lists(PAYS, max_size=120))
def test_a_profile_stays_small_whatever_it_sees_in_whatever_order(history: list[Pay]) -> None:
    profile = profile_of(history)
    assert len(profile.attempts) <= HOURS_KEPT
    assert len(profile.own_transfers) <= HOURS_KEPT
    assert len(profile.habits) <= DAYS_KEPT
    assert len(profile.destinations) <= DESTINATIONS_MAX
    assert len(json.dumps(profile_to_fields(profile))) < 100_000


@given(st.lists(PAYS, max_size=30))
def test_a_profile_comes_back_from_its_document_as_it_was(history: list[Pay]) -> None:
    profile = profile_of(history)
    assert profile_from(as_document(profile)) == profile


@given(st.lists(PAYS.map(lambda pay: replace(pay, minutes_ago=pay.minutes_ago % 60)), max_size=5), st.randoms())
def test_within_an_hour_the_order_of_arrival_changes_nothing(history: list[Pay], random: Any) -> None:
    shuffled = list(history)
    random.shuffle(shuffled)
    now = NOON + timedelta(minutes=59)
    assert profile_of(shuffled, now) == profile_of(history, now)


@given(st.lists(PAYS, max_size=40), PAYS)
def test_features_are_all_there_and_of_the_type_that_rules_were_checked_against(history: list[Pay], pay: Pay) -> None:
    features = features_of(pay.facts(), profile_of(history))
    assert {name: type(value) for name, value in features.items()} == {
        name: kind for name, (kind, _) in FEATURES.items()
    }
    json.dumps(features, allow_nan=False)


@given(st.lists(PAYS, max_size=40), PAYS)
def test_scoring_twice_gives_the_same_features(history: list[Pay], pay: Pay) -> None:
    stored = profile_from(as_document(profile_of(history)))
    assert features_of(pay.facts(), stored) == features_of(pay.facts(), profile_of(history))


def seen(history: list[Pay], pay: Pay) -> dict[str, Any]:
    return dict(features_of(pay.facts(), profile_of(history)))


def test_windows_hold_at_least_their_time_and_at_most_one_bucket_more() -> None:
    # NOON is the start of an hour and the middle of a day, so that the bounds are round.
    history = [Pay(minutes, 1_00) for minutes in (40 * DAY, 30 * DAY, 25 * 60, 24 * 60, 90, 61, 60, 1)]
    features = seen(history, Pay(0, 1_00))
    assert features["count_1h"] == 2, "60 minutes and one minute ago; 61 are two clock hours back"
    assert features["count_24h"] == 5
    assert features["count_30d"] == 7


def test_amounts_are_of_the_payments_currency_alone() -> None:
    features = seen([Pay(1, 10_00), Pay(1, 99_000, currency="JPY")], Pay(0, 20_00))
    assert (features["count_1h"], features["sum_1h_minor"], features["sum_30d_minor"]) == (1, 10_00, 10_00)
    assert (features["mean_30d_minor"], features["max_30d_minor"], features["amount_over_mean"]) == (10_00, 10_00, 2.0)


def test_what_was_stopped_is_an_attempt_and_no_habit() -> None:
    features = seen([*monthly(10_00), Pay(5, 5_000_00, "mule", allowed=False)], Pay(0, 5_000_00, "mule"))
    assert (features["count_1h"], features["sum_1h_minor"]) == (1, 5_000_00)
    assert (features["count_30d"], features["max_30d_minor"]) == (12, 10_00)
    assert features["new_destination"] is True
    assert features["new_destinations_1h"] == 1


def test_own_transfers_are_counted_apart_and_are_no_destinations_of_others() -> None:
    features = seen([Pay(5, 500_00, "topup"), Pay(4, 100_00, "own-bank")], Pay(0, 5_00, "own-bank"))
    assert (features["own_transfer"], features["own_transfers_1h"]) == (True, 2)
    assert (features["count_1h"], features["sum_24h_minor"], features["count_30d"]) == (0, 0, 0)
    assert (features["new_destination"], features["new_destinations_24h"]) == (False, 0)


def test_a_saved_payee_is_somebody_else_though_the_payer_holds_the_instrument() -> None:
    pay = Pay(0, 5_00, "own-bank").facts()
    instrument = replace(pay.destination.instrument, holder_name="Grace Meadow")
    facts = replace(pay, destination=replace(pay.destination, instrument=instrument))
    assert features_of(facts, Profile())["own_transfer"] is False


def test_a_late_payment_counts_where_it_belongs_and_does_not_turn_time_back() -> None:
    on_time = [Pay(200, 1_00), Pay(5, 2_00, country="MX")]
    late = Pay(90, 4_00, "late")
    profile = profile_of([*on_time, late])
    assert profile.last_seen_s == int(on_time[1].facts().submitted_at.timestamp())
    assert profile.last_country == "MX"
    assert features_of(Pay(0, 1_00).facts(), profile)["sum_24h_minor"] == 7_00
    # Judged itself, it sees what was submitted after it, since that has been seen already.
    features = seen(on_time, late)
    assert features["sum_1h_minor"] == 2_00
    assert features["seconds_since_last"] == 0


def test_a_payment_from_before_the_window_leaves_the_counters_alone() -> None:
    recent = [Pay(5, 2_00)]
    profile = profile_of([*recent, Pay(60 * DAY, 9_00)])
    assert (profile.attempts, profile.habits) == (profile_of(recent).attempts, profile_of(recent).habits)
    assert features_of(Pay(0, 1_00).facts(), profile)["customer_age_s"] == 60 * DAY * 60


def test_the_destination_not_visited_for_longest_is_forgotten() -> None:
    regular = [Pay(1_000 - n, 1_00, f"payee-{n}") for n in range(DESTINATIONS_MAX)]
    profile = profile_of([*regular, Pay(2, 1_00, "payee-0"), Pay(1, 1_00, "payee-new")])
    known = {
        n for n in range(DESTINATIONS_MAX) if destination_id(regular[n].facts().destination) in profile.destinations
    }
    assert known == set(range(DESTINATIONS_MAX)) - {1}


def test_the_first_payment_has_no_past() -> None:
    features = seen([], Pay(0, 5_00))
    assert (features["seconds_since_last"], features["customer_age_s"], features["country_changed"]) == (-1, 0, False)
    assert (features["amount_over_mean"], features["new_destination"]) == (0.0, True)


def test_sums_stay_within_what_a_document_can_hold() -> None:
    profile = profile_of([Pay(1, AMOUNT_MINOR_MAX)] * 100)
    assert as_document(profile).fields["last_seen_s"] == profile.last_seen_s


def test_same_hour_counters_for_every_order_of_three() -> None:
    pays = [Pay(0, 1_00, "a"), Pay(20, 2_00, "b", allowed=False), Pay(40, 4_00, "topup")]
    now = NOON + timedelta(minutes=50)
    assert (
        len({json.dumps(profile_to_fields(profile_of(each, now)), sort_keys=True) for each in permutations(pays)}) == 1
    )
