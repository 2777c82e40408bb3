"""What the books must hold for a payment: derived from its history and legs alone, to be compared with the journal.

It is written apart from the commands that book, on purpose: were they to book something else than a payment's history
says, this is what notices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from shared.kernel import ids
from shared.kernel.party import Party
from shared.payments.domain.legs import LegRole, LegStatus, Route
from shared.payments.domain.payment import Payment
from shared.payments.domain.states import State
from shared.ports.ledger import House, HouseAccount, Movement, Place, RailSettlement, Wallet

_IN_TRANSIT, _SUSPENSE = House(HouseAccount.IN_TRANSIT), House(HouseAccount.SUSPENSE)
_FEES, _RECEIVABLE = House(HouseAccount.FEES), House(HouseAccount.RECEIVABLE)
_COLLECTED = frozenset({State.COLLECTED, State.PAYING_OUT, State.PUTTING_BACK})


@dataclass(frozen=True, slots=True)
class OwedEntry:
    """An entry that must be in the journal: what it moves, what it reverses, and which leg's key it refers to.

    Among the places of `split` the payment does not say how much was on which: what a payer's bank takes back comes out
    of the wallet as far as there is something in it, and the rest is owed. `instead` is what may be there in its place,
    where the payment does not say which of two things happened first.
    """

    entry_id: str
    kind: str
    movements: tuple[Movement, ...]
    reference: str = ""
    reverses: str = ""
    split: tuple[Place, ...] = ()
    instead: OwedEntry | None = None


def owed_entries(payment: Payment) -> tuple[OwedEntry, ...]:
    """Every entry that the payment's history says was booked, in the order of the history; returns come last."""
    return (*_booked(payment), *_returned(payment))


def in_transit_minor(payment: Payment) -> int:
    """What was collected for somebody outside and is neither paid out, nor put back, nor parked."""
    return payment.request.money.amount_minor if payment.route is Route.TRANSFER and payment.state in _COLLECTED else 0


def _booked(payment: Payment) -> Iterator[OwedEntry]:
    collected, paid_out = _key(payment, LegRole.COLLECT), _key(payment, LegRole.PAY_OUT)
    for before, entry in pairwise(payment.history):
        entry_id = ids.event_id(payment.id, entry.version)
        match payment.route, entry.state:
            case Route.BOOK, State.COMPLETED:
                movements = _net(payment, _wallet(payment.source), _wallet(payment.destination), on_top=True)
                yield OwedEntry(entry_id, Route.BOOK.value, movements)
            case Route.PAYOUT, State.COMPLETED:
                movements = _net(payment, _wallet(payment.source), _rail(payment, LegRole.PAY_OUT), on_top=True)
                yield OwedEntry(entry_id, Route.PAYOUT.value, movements, paid_out)
            case Route.DEPOSIT, State.COMPLETED:
                movements = _net(payment, _rail(payment, LegRole.COLLECT), _wallet(payment.destination), on_top=False)
                yield OwedEntry(entry_id, Route.DEPOSIT.value, movements, collected)
            case Route.TRANSFER, State.COLLECTED:
                movement = _whole(payment, _rail(payment, LegRole.COLLECT), _IN_TRANSIT)
                yield OwedEntry(entry_id, "collection", (movement,), collected)
            case Route.TRANSFER, State.COMPLETED:
                movements = _net(payment, _IN_TRANSIT, _rail(payment, LegRole.PAY_OUT), on_top=False)
                yield OwedEntry(entry_id, Route.TRANSFER.value, movements, paid_out)
            case Route.TRANSFER, State.FAILED:
                yield from _out_of_transit(payment, entry_id, before.state)


def _out_of_transit(payment: Payment, entry_id: str, before: State) -> Iterator[OwedEntry]:
    """How what was in transit left it when the payment failed; nothing where its return took it out."""
    put_back = payment.leg_of(LegRole.PUT_BACK)
    made_up = OwedEntry(entry_id, "return", (_whole(payment, _IN_TRANSIT, _RECEIVABLE),))
    if put_back is not None and put_back.entry_id:
        movement = _whole(payment, _IN_TRANSIT, RailSettlement(put_back.rail))
        yield OwedEntry(entry_id, "put_back", (movement,), put_back.key)
    elif put_back is not None:
        # Parked, or set against what the payer's bank took back, if it did that before.
        collected = payment.leg_of(LegRole.COLLECT)
        instead = made_up if collected is not None and collected.status is LegStatus.RETURNED else None
        yield OwedEntry(entry_id, "suspense", (_whole(payment, _IN_TRANSIT, _SUSPENSE),), instead=instead)
    elif before is State.PAYING_OUT:
        yield made_up


def _returned(payment: Payment) -> Iterator[OwedEntry]:
    """What came back. A leg that came back before it counted as accepted has no entry, and needs none to undo it."""
    for leg in payment.legs:
        if leg.status is not LegStatus.RETURNED or not leg.entry_id:
            continue
        rail = RailSettlement(leg.rail)
        split: tuple[Place, ...] = ()
        match leg.role, payment.route:
            case LegRole.COLLECT, Route.DEPOSIT:
                wallet = _wallet(payment.destination)
                split = (wallet, _RECEIVABLE)
                fee = (Movement(_FEES, rail, payment.fee_minor),) if payment.fee_minor else ()
                movements = (Movement(wallet, rail, payment.request.money.amount_minor - payment.fee_minor), *fee)
            case LegRole.COLLECT, _:
                movements = (_whole(payment, _lost_from(payment), rail),)
            case LegRole.PAY_OUT, Route.PAYOUT:
                movements = (_whole(payment, rail, _wallet(payment.source)),)
            case _:
                movements = (Movement(rail, _SUSPENSE, payment.leg_money(leg.role).amount_minor),)
        entry_id = f"{payment.id}.{leg.role.value}.returned"
        yield OwedEntry(entry_id, "return", movements, leg.key, leg.entry_id, split)


def _lost_from(payment: Payment) -> Place:
    """Where the money was that a payer's bank took back: still in transit, or passed on, so that the payer owes it."""
    states = [entry.state for entry in payment.history]
    waiting = states[-1] is State.FAILED and states[-2] in (State.COLLECTED, State.PUTTING_BACK)
    return _IN_TRANSIT if waiting and payment.leg_of(LegRole.PUT_BACK) is None else _RECEIVABLE


def _net(payment: Payment, source: Place, destination: Place, *, on_top: bool) -> tuple[Movement, ...]:
    """The amount and the fee, both from the source: the fee `on_top` of the amount, or kept from it."""
    amount_minor, fee_minor = payment.request.money.amount_minor, payment.fee_minor
    net = Movement(source, destination, amount_minor if on_top else amount_minor - fee_minor)
    return (net, Movement(source, _FEES, fee_minor)) if fee_minor else (net,)


def _whole(payment: Payment, source: Place, destination: Place) -> Movement:
    return Movement(source, destination, payment.request.money.amount_minor)


def _wallet(party: Party | None) -> Wallet:
    return Wallet(party.instrument.account_id if party else "")


def _rail(payment: Payment, role: LegRole) -> RailSettlement:
    leg = payment.leg_of(role)
    return RailSettlement(leg.rail if leg else "")


def _key(payment: Payment, role: LegRole) -> str:
    leg = payment.leg_of(role)
    return leg.key if leg else ""
