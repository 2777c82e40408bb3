"""The features of a payment that rules judge: each with its type and its meaning, computed from facts and profile.

Windows are made of whole buckets: "last hour" is the clock hour of the payment and the one before it, "24 h" the hour
and 24 before it, "30 d" the day (UTC) and 30 before it. So a window holds at least its time, and no burst hides on a
boundary. A window has no upper end: for a payment that arrives late, later ones that were seen already count too.
Attempts count whatever became of them, habits are allowed payments alone; neither holds the customer's own transfers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC

from shared.fraud.domain.profile import (
    DAY_S,
    DAYS_KEPT,
    HOUR_S,
    HOURS_KEPT,
    Destination,
    Profile,
    destination_id,
    epoch_s,
    is_own_transfer,
    tallied,
)
from shared.kernel.facts import PaymentFacts

Feature = bool | int | float | str

# The first hours of the day, as the Fraud Detection Handbook has them (TX_DURING_NIGHT: hour <= 6), in UTC.
NIGHT_HOURS = range(7)

FEATURES: Mapping[str, tuple[type[Feature], str]] = {
    "amount_minor": (int, "the amount in minor units of its currency"),
    "currency": (str, "ISO 4217 code; every amount below counts payments in this currency alone"),
    "source_type": (str, "individual or organisation"),
    "source_kind": (str, "kind of the instrument that is paid from: wallet, bank_account, card"),
    "destination_kind": (str, "kind of the instrument that is paid to"),
    "own_transfer": (bool, "both instruments belong to the paying customer"),
    "same_country": (bool, "both parties are in one country"),
    "country_changed": (bool, "the customer's country is another than at the payment before; false at the first"),
    "hour_utc": (int, "hour of the day in UTC, 0 to 23"),
    "night": (bool, "hour_utc is 0 to 6"),
    "count_1h": (int, "attempts in the last hour before this one"),
    "count_24h": (int, "attempts in the 24 h before this one"),
    "count_30d": (int, "allowed payments in the 30 d before this one"),
    "sum_1h_minor": (int, "sum of the attempts in the last hour, this one not among them"),
    "sum_24h_minor": (int, "sum of the attempts in the 24 h, this one not among them"),
    "sum_30d_minor": (int, "sum of the allowed payments in the 30 d"),
    "mean_30d_minor": (int, "mean of the allowed payments in the 30 d, rounded down; 0 without any"),
    "max_30d_minor": (int, "highest allowed payment in the 30 d; 0 without any"),
    "amount_over_mean": (float, "amount_minor over the mean, to four decimals; 0.0 without a mean"),
    "new_destination": (bool, "no payment to this instrument has ever been allowed"),
    "destination_age_s": (int, "seconds since the first allowed payment to it; 0 for a new one"),
    "new_destinations_1h": (int, "others' instruments first tried in the last hour, this one counted if among them"),
    "new_destinations_24h": (int, "the same for 24 h"),
    "own_transfers_1h": (int, "transfers between own instruments in the last hour before this one"),
    "seconds_since_last": (int, "seconds since the customer's payment before; -1 for the first, 0 for a late one"),
    "customer_age_s": (int, "seconds since the customer's first payment; 0 for the first"),
}


def features_of(facts: PaymentFacts, profile: Profile) -> dict[str, Feature]:
    """Every feature of FEATURES, from the profile as it was before this payment."""
    at_s = epoch_s(facts.submitted_at)
    hour_utc = facts.submitted_at.astimezone(UTC).hour
    return {
        "amount_minor": facts.money.amount_minor,
        "currency": facts.money.currency,
        "source_type": facts.source.type.value,
        "source_kind": facts.source.instrument.kind.value,
        "destination_kind": facts.destination.instrument.kind.value,
        "own_transfer": is_own_transfer(facts),
        "same_country": facts.source.country == facts.destination.country,
        "country_changed": profile.last_country not in {"", facts.source.country},
        "hour_utc": hour_utc,
        "night": hour_utc in NIGHT_HOURS,
        "seconds_since_last": -1 if profile.last_seen_s is None else max(0, at_s - profile.last_seen_s),
        "customer_age_s": 0 if profile.first_seen_s is None else max(0, at_s - profile.first_seen_s),
        **_velocity(facts, profile, at_s),
        **_habits(facts, profile, at_s),
        **_destinations(facts, profile, at_s),
    }


def _velocity(facts: PaymentFacts, profile: Profile, at_s: int) -> dict[str, Feature]:
    hour = at_s // HOUR_S
    last_hour = tallied(profile.attempts, hour - 1, facts.money.currency)
    last_day = tallied(profile.attempts, hour - HOURS_KEPT + 1, facts.money.currency)
    return {
        "count_1h": last_hour.count,
        "count_24h": last_day.count,
        "sum_1h_minor": last_hour.sum_minor,
        "sum_24h_minor": last_day.sum_minor,
        "own_transfers_1h": sum(count for each, count in profile.own_transfers.items() if each >= hour - 1),
    }


def _habits(facts: PaymentFacts, profile: Profile, at_s: int) -> dict[str, Feature]:
    month = tallied(profile.habits, at_s // DAY_S - DAYS_KEPT + 1, facts.money.currency)
    amount_minor = facts.money.amount_minor
    return {
        "count_30d": month.count,
        "sum_30d_minor": month.sum_minor,
        "mean_30d_minor": month.sum_minor // month.count if month.count else 0,
        "max_30d_minor": month.max_minor,
        "amount_over_mean": round(amount_minor * month.count / month.sum_minor, 4) if month.sum_minor else 0.0,
    }


def _destinations(facts: PaymentFacts, profile: Profile, at_s: int) -> dict[str, Feature]:
    id_ = destination_id(facts.destination)
    known = profile.destinations.get(id_, Destination.unseen(at_s, own=is_own_transfer(facts)))
    first_tried = [each.first_s // HOUR_S for each in {**profile.destinations, id_: known}.values() if not each.own]
    hour = at_s // HOUR_S
    return {
        "new_destination": known.allowed_s is None,
        "destination_age_s": 0 if known.allowed_s is None else max(0, at_s - known.allowed_s),
        "new_destinations_1h": sum(first >= hour - 1 for first in first_tried),
        "new_destinations_24h": sum(first > hour - HOURS_KEPT for first in first_tried),
    }
