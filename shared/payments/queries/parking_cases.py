"""The open cases that ask what is to become of money parked in suspense."""

from __future__ import annotations

from shared.payments.documents import CASES
from shared.ports.documents import DocumentReader, every_document

# The reasons with which money goes into suspense.
PARKING = frozenset({"put_back_refused", "parked_in_suspense"})


def parking_cases(reader: DocumentReader) -> frozenset[str]:
    """The payments that have such a case, by id; bounded by the number of open cases."""
    return frozenset(
        document.fields["payment_id"]
        for document in every_document(reader, CASES, equal={"status": "open"})
        if any(reason["code"] in PARKING for reason in document.fields["reasons"])
    )
