"""The places of the port as accounts of the chart, and its bookings as transfers."""

from __future__ import annotations

from shared.kernel.hold import Hold
from shared.ledger.domain.chart import house_account, rail_settlement_account
from shared.ledger.domain.transfer import Flow, Transfer, lines_of
from shared.ports.ledger import Booking, House, Place, RailSettlement, Wallet


def account_of(place: Place, currency: str) -> str:
    """The id of the account behind a place."""
    match place:
        case Wallet(account_id):
            return account_id
        case House(account):
            return house_account(account, currency)
        case RailSettlement(rail):
            return rail_settlement_account(rail, currency)


def transfer_of(booking: Booking, new_holds: tuple[Hold, ...] = ()) -> Transfer:
    """A booking as the domain decides on it."""
    currency = booking.currency
    flows = [
        Flow(account_of(movement.source, currency), account_of(movement.destination, currency), movement.amount_minor)
        for movement in booking.movements
    ]
    return Transfer(
        booking.entry_id,
        booking.payment_id,
        currency,
        lines_of(flows),
        booking.at,
        booking.kind,
        holds=booking.holds,
        new_holds=new_holds,
        reverses=booking.reverses,
        reference=booking.reference,
    )
