"""Register a customer with its instruments, and open the accounts behind its wallets, in one commit."""

from __future__ import annotations

from shared.customers.documents import customer_from, customer_key, customer_to_fields
from shared.customers.domain.customer import Customer
from shared.customers.domain.errors import CustomerError
from shared.customers.ports import OpenAccount
from shared.kernel.errors import ClearwayError
from shared.kernel.party import InstrumentKind
from shared.ports.documents import Transaction, Transactor


def register_customer(customer: Customer, *, transactor: Transactor, open_account: OpenAccount) -> Customer:
    """The customer as it stands; the same registration again changes nothing.

    Raises CONFLICT, naming the field, when the tenant used the reference before with other content.
    """

    def work(tx: Transaction) -> Customer:
        (document,) = tx.get(customer_key(customer.id))
        if document is not None:
            present = customer_from(document)
            differing = present.differing_field(customer)
            if differing:
                raise ClearwayError(
                    CustomerError.CONFLICT, "the reference was registered with other content", field=differing
                )
            return present
        tx.create(customer_key(customer.id), customer_to_fields(customer))
        for instrument in customer.instruments.values():
            if instrument.kind is InstrumentKind.WALLET:
                open_account(
                    tx,
                    instrument.account_id,
                    tenant=customer.tenant,
                    customer_id=customer.id,
                    currency=instrument.currency,
                )
        return customer

    return transactor.run(work).value
