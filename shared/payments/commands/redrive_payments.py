"""The sweep: put off the next one, then say again what the payment owes."""

from __future__ import annotations

from collections.abc import Iterator

from shared.payments.commands.cases import STALLED, case_fields, stalled_case_key
from shared.payments.commands.pipeline import Pipeline
from shared.payments.documents import PAYMENTS, payment_from, payment_key, payment_to_fields
from shared.payments.domain.payment import DRIVE_SHARDS, Payment
from shared.ports.documents import Document, DocumentReader, Transaction

BATCH = 100


def overdue_payments(*, pipeline: Pipeline, reader: DocumentReader) -> Iterator[Document]:
    """Payments whose `drive_at` has passed, each to be `put_off`: at most 100 a shard and call, the longest due first.

    They are handed over as they lie in the store, so that one which cannot be read does not stop the others.
    """
    for shard in range(DRIVE_SHARDS):
        yield from reader.find(
            PAYMENTS, equal={"drive_shard": shard}, at_most=("drive_at", pipeline.clock.now()), limit=BATCH
        )


def let_rest(told: Payment, *, pipeline: Pipeline) -> None:
    """Take an ended payment whose events are out from the sweep; one that keeps something back stays."""
    if not told.ended or told.open_holds or told.drive_at is None:
        return

    def work(tx: Transaction) -> None:
        (document,) = tx.get(payment_key(told.id))
        payment = payment_from(document) if document else None
        if payment is not None and payment.version == told.version and payment.drive_at is not None:
            tx.replace(payment_key(told.id), payment_to_fields(payment.waiting(None)))

    pipeline.transactor.run(work)


def put_off(found: Document, *, pipeline: Pipeline) -> Payment | None:
    """The payment with its next sweep put off, ready to be driven on; None when it moved since it was found.

    Putting off comes first: should this process die before it publishes, the next sweep finds the payment again.
    """

    def work(tx: Transaction) -> Payment | None:
        (document,) = tx.get(found.key)
        if document is None:
            return None
        payment = payment_from(document)
        now = pipeline.clock.now()
        if payment.drive_at is None or payment.drive_at > now:
            return None
        driven = payment.driven(now=now, drive=pipeline.drive)
        if driven.drives == pipeline.drive.people_after_drives and not driven.ended:
            tx.create(stalled_case_key(driven), case_fields(driven, gate="sweep", reasons=(STALLED,), now=now))
        tx.replace(document.key, payment_to_fields(driven))
        return driven

    return pipeline.transactor.run(work).value
