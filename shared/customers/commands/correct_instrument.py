"""Correct an instrument by what its bank said of it, and keep what was before."""

from __future__ import annotations

from datetime import datetime

from shared.customers.documents import customer_from, customer_key, customer_to_fields
from shared.customers.domain.customer import BankAccount, Customer
from shared.customers.domain.errors import CustomerError
from shared.kernel.errors import ClearwayError
from shared.ports.documents import Transaction, Transactor


def correct_instrument(
    customer_id: str,
    instrument_id: str,
    wrong: BankAccount,
    right: BankAccount,
    *,
    change_code: str,
    at: datetime,
    transactor: Transactor,
) -> Customer:
    """The customer with its instrument corrected, for all payments that are received from now on.

    The same correction again changes nothing. Raises NOT_FOUND for an unknown customer or instrument, and
    STALE_CORRECTION when the instrument has other numbers by now than those that the bank found wrong.
    """

    def work(tx: Transaction) -> Customer:
        (document,) = tx.get(customer_key(customer_id))
        if document is None:
            raise ClearwayError(CustomerError.NOT_FOUND, "a correction names a customer that does not exist")
        customer = customer_from(document)
        corrected = customer.corrected(instrument_id, wrong, right, change_code=change_code, at=at)
        if corrected != customer:
            tx.replace(document.key, customer_to_fields(corrected))
        return corrected

    return transactor.run(work).value
