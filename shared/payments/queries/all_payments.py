"""Every payment, page by page: for proofs and reports of a small world, never for the hot path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from shared.payments.documents import PAYMENTS, payment_from
from shared.payments.domain.payment import Payment
from shared.ports.documents import DocumentReader, every_document


def all_payments(reader: DocumentReader) -> Iterator[Payment]:
    """All payments in the order of their ids."""
    return map(payment_from, every_document(reader, PAYMENTS))


def held_by_account(payments: Iterable[Payment]) -> Mapping[str, int]:
    """Minor units that these payments hold, by wallet account."""
    held: Counter[str] = Counter()
    for payment in payments:
        for hold in payment.open_holds:
            held[hold.account_id] += hold.money.amount_minor
    return held
