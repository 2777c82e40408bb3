"""What a rail says on its own (a callback, a return file, a statement): taken once, whenever it comes."""

from __future__ import annotations

import re

from shared.kernel.errors import ClearwayError
from shared.payments.commands.cases import close_case, stalled_case_key
from shared.payments.commands.conclude_leg import concluded
from shared.payments.commands.settlement import STEP, Settlement, Unit, read_payment, write_payment
from shared.payments.domain.errors import PaymentError
from shared.payments.domain.payment import Payment
from shared.ports.documents import Document, Transaction
from shared.ports.rail import Answer, News

# What a rail names comes from outside: nothing else is made into a key of the store.
_LEG_KEY = re.compile(r"(pay_[a-z2-7]{26})\.[a-z-]{1,16}")


def take_news(news: News, settlement: Settlement) -> Payment:
    """The payment after the news; untouched when it knew, or when the news is of a rail that the leg was taken from.

    Raises NOT_FOUND for a key that names no leg of a payment.
    """
    found = _LEG_KEY.fullmatch(news.key)
    if found is None:
        raise ClearwayError(PaymentError.NOT_FOUND, "a rail names a leg that does not exist")
    return conclude(found[1], news.key, news.answer, settlement, rail=news.rail)


def conclude(
    payment_id: str,
    key: str,
    answer: Answer,
    settlement: Settlement,
    *,
    rail: str,
    known: tuple[Document, ...] = (),
) -> Payment:
    """Record a rail's answer on one leg with its postings, once."""
    pipeline = settlement.pipeline

    def work(tx: Transaction) -> Payment:
        payment = read_payment(tx, payment_id)
        leg = next((leg for leg in payment.legs if leg.key == key), None)
        if leg is None:
            raise ClearwayError(PaymentError.NOT_FOUND, "a rail names a leg that does not exist")
        if leg.rail != rail:
            return payment
        unit = Unit(tx, settlement, pipeline.clock.now())
        shown = payment.drives >= pipeline.drive.people_after_drives
        stalled = tx.get(stalled_case_key(payment))[0] if shown else None
        after = concluded(unit, payment, leg, answer)
        if after.version > payment.version:
            close_case(tx, stalled, resolution=STEP, now=unit.now)
        write_payment(tx, payment, after)
        return after

    return pipeline.transactor.run(work, known=known).value
