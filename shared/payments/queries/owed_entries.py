"""What the books must hold for a payment: derived from its history and legs alone, to be compared with the journal.

It is written apart from the commands that book, on purpose: were they to book something else than a payment's history
says, this is what notices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared.kernel import ids
from shared.payments.domain.legs import Leg, LegRole, LegStatus, Route
from shared.payments.domain.payment import Payment
from shared.payments.domain.states import State
from shared.ports.ledger import House, HouseAccount, Movement, Place, RailSettlement, Wallet

_IN_TRANSIT, _SUSPENSE = House(HouseAccount.IN_TRANSIT), House(HouseAccount.SUSPENSE)
_FEES, _RECEIVABLE = House(HouseAccount.FEES), House(HouseAccount.RECEIVABLE)
_COLLECTED = frozenset({State.COLLECTED, State.PAYING_OUT, State.PUTTING_BACK})


@dataclass(frozen=True, slots=True)
class OwedEntry:
    """An entry that must be in the journal. `movements` are what it moves.

    Among the places of `split` the payment does not say how much was on which: what a payer's bank takes back comes out
    of the wallet as far as there is something in it, and the rest is owed.
    """

    entry_id: str
    kind: str
    movements: tuple[Movement, ...]
    reverses: str = ""
    split: tuple[Place, ...] = ()


def owed_entries(payment: Payment) -> tuple[OwedEntry, ...]:
    """Every entry that the payment's history says was booked, in the order of the history; returns come last."""
    return (*_booked(payment), *_returned(payment))


def in_transit_minor(payment: Payment) -> int:
    """What was collected for somebody outside and is neither paid out, nor put back, nor parked."""
    return payment.request.money.amount_minor if payment.route is Route.TRANSFER and payment.state in _COLLECTED else 0


def _booked(payment: Payment) -> Iterator[OwedEntry]:
    for before, entry in zip(payment.history, payment.history[1:], strict=False):
        entry_id = ids.event_id(payment.id, entry.version)
        match payment.route, entry.state:
            case Route.BOOK | Route.PAYOUT, State.COMPLETED:
                payer = _wallet(payment, source=True)
                yield OwedEntry(entry_id, payment.route.value, _net(payment, payer, _payee(payment), on_top=True))
            case Route.DEPOSIT, State.COMPLETED:
                rail = _rail(payment, LegRole.COLLECT)
                movements = _net(payment, rail, _wallet(payment, source=False), on_top=False)
                yield OwedEntry(entry_id, Route.DEPOSIT.value, movements)
            case Route.TRANSFER, State.COLLECTED:
                yield OwedEntry(
                    entry_id, "collection", (_whole(payment, _rail(payment, LegRole.COLLECT), _IN_TRANSIT),)
                )
            case Route.TRANSFER, State.COMPLETED:
                movements = _net(payment, _IN_TRANSIT, _rail(payment, LegRole.PAY_OUT), on_top=False)
                yield OwedEntry(entry_id, Route.TRANSFER.value, movements)
            case Route.TRANSFER, State.FAILED:
                yield from _out_of_transit(payment, entry_id, before.state)


def _out_of_transit(payment: Payment, entry_id: str, before: State) -> Iterator[OwedEntry]:
    """How what was in transit left it when the payment failed; nothing when its return took it out."""
    put_back = payment.leg_of(LegRole.PUT_BACK)
    if put_back is not None and put_back.status is LegStatus.REJECTED:
        # Parked, or set against what the payer's bank had taken back before; the legs do not say which was first.
        taken_back = _came_back(payment.leg_of(LegRole.COLLECT))
        split: tuple[Place, ...] = (_SUSPENSE, _RECEIVABLE) if taken_back else ()
        yield OwedEntry(entry_id, "suspense", (_whole(payment, _IN_TRANSIT, _SUSPENSE),), split=split)
    elif put_back is not None:
        yield OwedEntry(entry_id, "put_back", (_whole(payment, _IN_TRANSIT, RailSettlement(put_back.rail)),))
    elif before is State.PAYING_OUT:
        yield OwedEntry(entry_id, "return", (_whole(payment, _IN_TRANSIT, _RECEIVABLE),))


def _returned(payment: Payment) -> Iterator[OwedEntry]:
    for leg in payment.legs:
        if not _came_back(leg):
            continue
        rail = RailSettlement(leg.rail)
        match leg.role, payment.route:
            case LegRole.COLLECT, Route.DEPOSIT:
                wallet = _wallet(payment, source=False)
                kept = (Movement(_FEES, rail, payment.fee_minor),) if payment.fee_minor else ()
                taken = Movement(wallet, rail, payment.request.money.amount_minor - payment.fee_minor)
                yield _return(payment, leg, (taken, *kept), split=(wallet, _RECEIVABLE))
            case LegRole.COLLECT, _:
                yield _return(payment, leg, (_whole(payment, _lost_from(payment), rail),))
            case LegRole.PAY_OUT, Route.PAYOUT:
                yield _return(payment, leg, (_whole(payment, rail, _wallet(payment, source=True)),))
            case _:
                parked = Movement(rail, _SUSPENSE, payment.leg_money(leg.role).amount_minor)
                yield _return(payment, leg, (parked,))


def _lost_from(payment: Payment) -> Place:
    """Where the money was that a payer's bank took back: still in transit, or passed on, so that the payer owes it."""
    states = [entry.state for entry in payment.history]
    waiting = states[-1] is State.FAILED and states[-2] in (State.COLLECTED, State.PUTTING_BACK)
    return _IN_TRANSIT if waiting and payment.leg_of(LegRole.PUT_BACK) is None else _RECEIVABLE


def _return(payment: Payment, leg: Leg, movements: tuple[Movement, ...], split: tuple[Place, ...] = ()) -> OwedEntry:
    entry_id = f"{payment.id}.{leg.role.value}.returned"
    return OwedEntry(entry_id, "return", movements, reverses=leg.entry_id, split=split)


def _net(payment: Payment, source: Place, destination: Place, *, on_top: bool) -> tuple[Movement, ...]:
    """The amount and the fee, both from the source: the fee `on_top` of the amount, or kept from it."""
    amount_minor, fee_minor = payment.request.money.amount_minor, payment.fee_minor
    net = Movement(source, destination, amount_minor if on_top else amount_minor - fee_minor)
    return (net, Movement(source, _FEES, fee_minor)) if fee_minor else (net,)


def _whole(payment: Payment, source: Place, destination: Place) -> Movement:
    return Movement(source, destination, payment.request.money.amount_minor)


def _payee(payment: Payment) -> Place:
    return _wallet(payment, source=False) if payment.route is Route.BOOK else _rail(payment, LegRole.PAY_OUT)


def _wallet(payment: Payment, *, source: bool) -> Wallet:
    party = payment.source if source else payment.destination
    return Wallet(party.instrument.account_id if party else "")


def _rail(payment: Payment, role: LegRole) -> RailSettlement:
    leg = payment.leg_of(role)
    return RailSettlement(leg.rail if leg else "")


def _came_back(leg: Leg | None) -> bool:
    return leg is not None and leg.status is LegStatus.RETURNED
