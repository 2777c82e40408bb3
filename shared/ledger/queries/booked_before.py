"""What a commit that failed with ALREADY_EXISTS ran into: the same booking, or another one under its id."""

from __future__ import annotations

from shared.kernel.assessment import Reason
from shared.kernel.hold import Hold
from shared.ledger.documents import entry_from, entry_key
from shared.ledger.domain.decide import same_or_different
from shared.ledger.places import transfer_of
from shared.ports.documents import DocumentReader
from shared.ports.ledger import Booking


def booked_before(booking: Booking, *, reader: DocumentReader, new_holds: tuple[Hold, ...] = ()) -> Reason | None:
    """`exists`, `exists_with_different_content`, or None when nothing was booked under its id.

    Asked after the fact and not before each booking: a read that almost always finds nothing is left out of every
    payment's way.
    """
    document = reader.get(entry_key(booking.entry_id))
    if document is None:
        return None
    return same_or_different(entry_from(document), transfer_of(booking, new_holds).entry()).reason
