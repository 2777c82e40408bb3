"""One payment, for its tenant."""

from __future__ import annotations

from shared.kernel.errors import ClearwayError
from shared.payments.documents import payment_from, payment_key
from shared.payments.domain.errors import PaymentError
from shared.payments.domain.payment import Payment
from shared.ports.documents import DocumentReader


def get_payment(payment_id: str, *, tenant: str, reader: DocumentReader) -> Payment:
    """The tenant's payment; NOT_FOUND when there is none, or when it is somebody else's (the same answer)."""
    document = reader.get(payment_key(payment_id))
    if document is None or document.fields["tenant"] != tenant:
        raise ClearwayError(PaymentError.NOT_FOUND, "no such payment")
    return payment_from(document)
