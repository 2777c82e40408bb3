"""How profiles lie in documents: collection `fraud_profiles`, one document a source customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.fraud.domain.profile import Buckets, Destination, Profile, Tally
from shared.ports.documents import Document, Key

PROFILES = "fraud_profiles"


def profile_key(customer_id: str) -> Key:
    """Where a customer's profile stands."""
    return Key(PROFILES, customer_id)


def profile_to_fields(profile: Profile) -> dict[str, Any]:
    """A profile as a document; buckets by their number in decimal, since names in a map are text."""
    return {
        "first_seen_s": profile.first_seen_s,
        "last_seen_s": profile.last_seen_s,
        "last_country": profile.last_country,
        "attempts": _buckets_to_fields(profile.attempts),
        "habits": _buckets_to_fields(profile.habits),
        "own_transfers": {str(number): count for number, count in profile.own_transfers.items()},
        "destinations": {
            id_: {"first_s": each.first_s, "last_s": each.last_s, "allowed_s": each.allowed_s, "own": each.own}
            for id_, each in profile.destinations.items()
        },
    }


def profile_from(document: Document | None) -> Profile:
    """A profile from its document; an empty one of a customer who has not paid yet."""
    if document is None:
        return Profile()
    stored = document.fields
    return Profile(
        first_seen_s=stored["first_seen_s"],
        last_seen_s=stored["last_seen_s"],
        last_country=stored["last_country"],
        attempts=_buckets_from(stored["attempts"]),
        habits=_buckets_from(stored["habits"]),
        own_transfers={int(number): count for number, count in stored["own_transfers"].items()},
        destinations={id_: Destination(**each) for id_, each in stored["destinations"].items()},
    )


def _buckets_to_fields(buckets: Buckets) -> dict[str, Any]:
    return {
        str(number): {
            currency: {"count": tally.count, "sum_minor": tally.sum_minor, "max_minor": tally.max_minor}
            for currency, tally in tallies.items()
        }
        for number, tallies in buckets.items()
    }


def _buckets_from(stored: Mapping[str, Any]) -> Buckets:
    return {
        int(number): {currency: Tally(**tally) for currency, tally in tallies.items()}
        for number, tallies in stored.items()
    }
