"""Makes a plan of a file's payments: the customers whom it names, the money they need, and the payments themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from random import Random

from emulators.traffic.accounts import make_account_number, make_routing_number
from emulators.traffic.day import COMPLETES, payment_body
from emulators.traffic.files import Row
from emulators.traffic.fraud import MAY_BE_CAUGHT
from emulators.traffic.names import NameBook
from emulators.traffic.plan import ORDINARY, CustomerPlan, Kind, PaymentPlan, Phase, Plan
from emulators.traffic.world import Customer, Endpoint
from shared.kernel.money import Money

BORN_ON = date(1980, 1, 1)
# Instruments whose id begins so are wallets; any other is a bank account of the customer's own.
WALLET_PREFIX = "wallet"


def plan_of(rows: Sequence[Row], *, seed: int = 0, tenant: str = "demo") -> Plan:
    """A plan in three phases; the same rows and seed give the same plan.

    A file names customers by reference only, so the rest of them is invented: one who pays is a verified individual,
    one who is only paid an organisation. Each wallet is funded in advance with all that leaves it, from a bank account
    `bank-<currency>` of its owner.
    """
    payments = [_planned(row, tenant) for row in rows]
    needs: Counter[tuple[Endpoint, str]] = Counter()
    for row in rows:
        if row.source.instrument_id.startswith(WALLET_PREFIX):
            needs[row.source, row.money.currency] += row.money.amount_minor
    deposits = [
        _deposit(number, wallet, Money(amount_minor, currency), seed, tenant)
        for number, ((wallet, currency), amount_minor) in enumerate(needs.items(), start=1)
    ]
    payments.sort(key=lambda each: (each.at_s, each.idempotency_key))
    return Plan(seed, tenant, _customers(rows, seed), (*deposits, *payments))


def _planned(row: Row, tenant: str) -> PaymentPlan:
    return PaymentPlan(
        idempotency_key=row.key,
        body=payment_body(tenant, row.source, row.destination, row.money, row.description),
        label=row.label,
        phase=Phase.TRAFFIC,
        at_s=row.at_s,
        # What anything but an ordinary payment should end in is the file's secret: being stopped counts as caught.
        expected=COMPLETES if row.label.kind is Kind.ORDINARY else MAY_BE_CAUGHT,
    )


def _deposit(number: int, wallet: Endpoint, money: Money, seed: int, tenant: str) -> PaymentPlan:
    bank = Endpoint(wallet.reference, _bank(money.currency))
    return PaymentPlan(
        idempotency_key=f"funding-s{seed}-n{number:06d}",
        body=payment_body(tenant, bank, wallet, money, "Funding"),
        label=ORDINARY,
        phase=Phase.FUNDING,
        at_s=number,
        expected=COMPLETES,
    )


def _bank(currency: str) -> str:
    return f"bank-{currency.lower()}"


def _customers(rows: Sequence[Row], seed: int) -> tuple[CustomerPlan, ...]:
    random, names = Random(f"{seed}/accounts"), NameBook(Random(f"{seed}/names"))
    payers = {row.source.reference for row in rows}
    customers: dict[str, Customer] = {}
    for row in rows:
        for endpoint in (row.source, row.destination):
            customer = customers.get(endpoint.reference)
            if customer is None:
                customer = _customer(endpoint.reference, names, pays=endpoint.reference in payers)
                customers[endpoint.reference] = customer
            _add_instrument(customer, endpoint.instrument_id, row.money.currency, random)
        if row.source.instrument_id.startswith(WALLET_PREFIX):
            _add_instrument(customers[row.source.reference], _bank(row.money.currency), row.money.currency, random)
    return tuple(customer.plan() for customer in customers.values())


def _customer(reference: str, names: NameBook, *, pays: bool) -> Customer:
    name = names.person().full if pays else names.organisation("grocery")
    return Customer(
        reference=reference,
        type="individual" if pays else "organisation",
        name=name,
        country="US",
        born_on=BORN_ON if pays else None,
        tier="verified" if pays else "business",
        instruments=[],
    )


def _add_instrument(customer: Customer, instrument_id: str, currency: str, random: Random) -> None:
    if any(each["id"] == instrument_id for each in customer.instruments):
        return
    instrument = {"id": instrument_id, "kind": "wallet", "currency": currency}
    if not instrument_id.startswith(WALLET_PREFIX):
        instrument |= {
            "kind": "bank_account",
            "routing_number": make_routing_number(random),
            "account_number": make_account_number(random),
        }
    customer.instruments.append(instrument)
