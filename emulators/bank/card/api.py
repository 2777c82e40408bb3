"""The calls of the card rail: push to a card, pull from it, reverse; tokens only."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from emulators.bank.api import idempotency_key, page_of
from emulators.bank.callbacks.news import News, json_body
from emulators.bank.card.fields import parse_reversal, parse_transaction
from emulators.bank.desk.desk import Desk
from emulators.bank.desk.leg import Leg, Order, Reaction
from emulators.bank.exchange import JSON, Request, Response, json_object, problem, refusal
from emulators.bank.fields import FieldError
from emulators.bank.routes import Route
from emulators.bank.table.outcomes import RailName, Script, Word
from emulators.bank.table.reasons import CARD
from emulators.bank.table.table import row_for

_TRANSACTIONS = "/v1/card/transactions"
UNKNOWN = "transaction_not_found"


class CardCalls:
    """Routes to the card rail's desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.routes = (
            Route("POST", _TRANSACTIONS, self._submit),
            Route("GET", f"{_TRANSACTIONS}/{{key}}", self._inquire),
            Route("POST", f"{_TRANSACTIONS}/{{key}}/reversals", self._reverse),
            Route("GET", "/v1/admin/card/transactions", self._list, guarded=False),
        )

    def _submit(self, request: Request, _: str) -> Response:
        key, order = idempotency_key(request), parse_transaction(json_object(request.body))
        script = row_for(RailName.CARD, order.instrument, order.direction).script
        assert isinstance(script, Script)  # noqa: S101 - only the ACH has scripts of another kind
        return _response(self._desk.submit(key, order, script))

    def _inquire(self, _: Request, key: str) -> Response:
        return _response(self._desk.inquire(key), inquiry=True)

    def _reverse(self, request: Request, original: str) -> Response:
        key, (amount_minor, currency) = idempotency_key(request), parse_reversal(json_object(request.body))
        known = self._desk.leg(original)
        if known is None or known.status is None:
            return problem(HTTPStatus.NOT_FOUND, UNKNOWN, "the bank never heard of the transaction to reverse")
        if currency != known.order.currency:
            raise FieldError("/currency", "must be the currency of the transaction to reverse")
        order = Order(
            direction="credit" if known.order.direction == "debit" else "debit",
            amount_minor=amount_minor,
            currency=currency,
            instrument=known.order.instrument,
            content=(("/amount_minor", amount_minor), ("/currency", currency), ("/key", original)),
            reverses=original,
        )
        return _response(self._desk.reverse(key, order))

    def _list(self, request: Request, _: str) -> Response:
        return Response(HTTPStatus.OK, self._desk.listing(*page_of(request)))


def status_of(status: Word | None, direction: str) -> str:
    """How this rail spells the bank's word: what a payer takes back is charged back, what a payee sends is reversed."""
    if status is Word.RETURNED:
        return "charged_back" if direction == "debit" else "reversed"
    return {Word.ACCEPTED: "approved", Word.REJECTED: "declined"}.get(status or Word.PENDING, "pending")


def callback(news: News) -> tuple[bytes, str]:
    """The body of a callback and its content type."""
    return json_body(news, status=status_of(news.status, news.direction)), JSON


def _response(reaction: Reaction, *, inquiry: bool = False) -> Response:
    refused = refusal(reaction.reply, pointer=reaction.pointer, unknown=UNKNOWN)
    leg = reaction.leg
    if refused is not None or leg is None:
        return refused or Response(HTTPStatus.OK, {}, reaction.reply)
    answer = _answer(leg)
    if leg.script.stranger and not inquiry and leg.instructions == 1:
        answer |= {"key": f"{leg.key}-other", "reference": f"{leg.reference}-other"}
    return Response(HTTPStatus.OK, answer, reaction.reply)


def _answer(leg: Leg) -> dict[str, Any]:
    """A transaction as its caller sees it: what a callback says, and how much of it was reversed."""
    return {
        "key": leg.key,
        "status": status_of(leg.status, leg.order.direction),
        "reference": leg.reference,
        "reason_code": leg.reason_code,
        "reason_text": CARD.get(leg.reason_code, ""),
        "settled_on": leg.settled_on.isoformat() if leg.settled_on else None,
        "reversed_minor": leg.reversed_minor,
    }
