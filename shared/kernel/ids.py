"""Identifiers derived from what the caller owns, so that asking twice gives the same id and hot ranges never form.

All are a prefix and 26 characters of base 32 (130 bits of SHA-256): safe in URLs, Firestore keys and Cloud Tasks names.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from functools import lru_cache


@lru_cache(maxsize=4096)  # one step asks for the id of its payment some thirty times
def derive(prefix: str, *parts: str) -> str:
    """`prefix_` and a digest of the parts; each part is length-prefixed, so ("ab", "c") and ("a", "bc") differ."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode()
        digest.update(len(raw).to_bytes(8, "big"))
        digest.update(raw)
    return f"{prefix}_{b32encode(digest.digest()).decode().lower()[:26]}"


def payment_id(tenant: str, idempotency_key: str) -> str:
    """The id of the one payment that this tenant's key stands for."""
    return derive("pay", tenant, idempotency_key)


def customer_id(tenant: str, reference: str) -> str:
    """The id of the customer whom the tenant calls `reference`."""
    return derive("cus", tenant, reference)


def wallet_account_id(customer: str, instrument: str) -> str:
    """The id of the ledger account behind one of a customer's wallets."""
    return derive("acc", customer, instrument)


def event_id(payment: str, version: int) -> str:
    """The id of the event that a payment's history entry owes; the same however often it is published."""
    return f"{payment}.{version}"


def leg_key(payment: str, leg: str) -> str:
    """The idempotency key under which a rail knows one leg of a payment."""
    return f"{payment}.{leg}"
