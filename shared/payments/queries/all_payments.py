"""Every payment, page by page: for proofs and reports of a small world, never for the hot path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from shared.kernel.errors import ClearwayError
from shared.payments.documents import PAYMENTS, payment_from
from shared.payments.domain.payment import Payment
from shared.ports.documents import DocumentReader, every_document


def all_payments(reader: DocumentReader) -> Iterator[Payment]:
    """All payments in the order of their ids."""
    return map(payment_from, every_document(reader, PAYMENTS))


def readable_payments(reader: DocumentReader) -> Iterator[tuple[str, Payment | None]]:
    """All payments with the ids under which they lie, in the order of those; None for one that cannot be read."""
    for document in every_document(reader, PAYMENTS):
        try:
            yield document.key.id, payment_from(document)
        except (ClearwayError, KeyError, TypeError, ValueError):
            yield document.key.id, None


def held_by_account(payments: Iterable[Payment]) -> Mapping[str, int]:
    """Minor units that these payments hold, by wallet account."""
    held: Counter[str] = Counter()
    for payment in payments:
        for hold in payment.open_holds:
            held[hold.account_id] += hold.money.amount_minor
    return held
