"""What is booked when a payment's money has moved: one journal entry each, named after what it is of."""

from __future__ import annotations

from dataclasses import replace

from shared.kernel import ids
from shared.kernel.errors import ClearwayError
from shared.kernel.hold import Hold
from shared.payments.commands.settlement import Unit
from shared.payments.domain.errors import PaymentError
from shared.payments.domain.legs import Leg, Route
from shared.payments.domain.payment import Payment
from shared.ports.ledger import Booking, House, HouseAccount, Movement, Place, RailSettlement, Wallet

IN_TRANSIT, SUSPENSE = House(HouseAccount.IN_TRANSIT), House(HouseAccount.SUSPENSE)
FEES, RECEIVABLE = House(HouseAccount.FEES), House(HouseAccount.RECEIVABLE)


def wallet_of(payment: Payment) -> Wallet:
    """The wallet that a payment pays from, or else the one that it pays into."""
    parties = (payment.source, payment.destination)
    accounts = [party.instrument.account_id for party in parties if party and party.instrument.account_id]
    if not accounts:
        raise ClearwayError(PaymentError.FORBIDDEN_TRANSITION, "a payment without a wallet books one")
    return Wallet(accounts[0])


def book_transfer(unit: Unit, payment: Payment) -> Payment:
    """A payment between two wallets, at its last version."""
    if payment.destination is None:
        raise ClearwayError(PaymentError.FORBIDDEN_TRANSITION, "a payment without its parties")
    return book_from_hold(unit, payment, Wallet(payment.destination.instrument.account_id))


def book_from_hold(unit: Unit, payment: Payment, payee: Place, leg: Leg | None = None) -> Payment:
    """The amount to the payee and the fee to the house, out of what intake set aside."""
    wallet, amount_minor = wallet_of(payment), payment.request.money.amount_minor
    movements = (Movement(wallet, payee, amount_minor), *_fee(payment, wallet))
    book(unit, payment, movements, kind=_kind(payment), holds=payment.open_holds, leg=leg)
    return replace(
        payment,
        holds=tuple(hold.posted(hold.money.amount_minor) if hold.open else hold for hold in payment.holds),
    )


def book_deposit(unit: Unit, payment: Payment, leg: Leg, kept_back: tuple[Hold, ...]) -> Payment:
    """What was collected, to the wallet, less the fee; some of it kept back while the rail may still take it back."""
    net_minor = payment.request.money.amount_minor - payment.fee_minor
    rail = RailSettlement(leg.rail)
    movements = (Movement(rail, wallet_of(payment), net_minor), *_fee(payment, rail))
    book(unit, payment, movements, kind=Route.DEPOSIT.value, new_holds=kept_back, leg=leg)
    return replace(payment, holds=(*payment.holds, *kept_back))


def book_collected(unit: Unit, payment: Payment, leg: Leg) -> None:
    """What was collected for somebody outside: in transit until it is paid out."""
    movement = Movement(RailSettlement(leg.rail), IN_TRANSIT, payment.request.money.amount_minor)
    book(unit, payment, (movement,), kind="collection", leg=leg)


def book_passed_on(unit: Unit, payment: Payment, leg: Leg) -> None:
    """What was in transit, paid out less the fee."""
    net_minor = payment.request.money.amount_minor - payment.fee_minor
    movements = (Movement(IN_TRANSIT, RailSettlement(leg.rail), net_minor), *_fee(payment, IN_TRANSIT))
    book(unit, payment, movements, kind=Route.TRANSFER.value, leg=leg)


def book_out_of_transit(unit: Unit, payment: Payment, to: Place, *, kind: str, leg: Leg | None = None) -> None:
    """What was in transit and is not paid out: back over its rail, parked, or kept against what the rail took back."""
    movement = Movement(IN_TRANSIT, to, payment.request.money.amount_minor)
    book(unit, payment, (movement,), kind=kind, leg=leg)


def entry_id_of(payment: Payment) -> str:
    """The journal entry of what happened at the payment's last version."""
    return ids.event_id(payment.id, payment.version)


def book(
    unit: Unit,
    payment: Payment,
    movements: tuple[Movement, ...],
    *,
    kind: str,
    holds: tuple[Hold, ...] = (),
    new_holds: tuple[Hold, ...] = (),
    leg: Leg | None = None,
) -> None:
    """Book what cannot be refused, at the payment's last version: it comes from the house, or from what is held.

    `leg` is the one whose rail moved the money, where one did.
    """
    currency, at = payment.request.money.currency, payment.history[-1].at
    booking = Booking(
        entry_id=entry_id_of(payment),
        payment_id=payment.id,
        currency=currency,
        movements=movements,
        at=at,
        kind=kind,
        holds=holds,
        reference=leg.key if leg else "",
    )
    refused = unit.ledger.book(unit.tx, booking, new_holds=new_holds)
    if refused is not None:
        raise ClearwayError(PaymentError.NOT_BOOKED, f"the ledger refused what was held: {refused.code}")


def _fee(payment: Payment, source: Place) -> tuple[Movement, ...]:
    return (Movement(source, FEES, payment.fee_minor),) if payment.fee_minor else ()


def _kind(payment: Payment) -> str:
    return payment.route.value if payment.route else ""
